"""Look up known vulnerabilities of the locked packages: python -m tests.audit; `make check` does.

Ends with status 1 if a locked version has one. Without a network, or if it takes too long, it says so and passes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.paths import ROOT

SECONDS = 120
COMMAND = (
    sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.lock"), "--require-hashes",
    "--disable-pip", "--timeout", "10", "--progress-spinner", "off", "--format", "json",
)  # fmt: skip


def audit(command: Sequence[str] = COMMAND, *, seconds: float = SECONDS) -> tuple[int, str]:
    """Return the exit status and what to print: no text of the audit's own, which may name addresses."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        packages = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return 0, f"audit: no answer within {seconds:g} seconds; packages were not audited"
    except (ValueError, KeyError):
        return 0, "audit: vulnerabilities cannot be looked up here; packages were not audited"
    found = [_line(one, fault) for one in packages for fault in one.get("vulns", ())]
    if found:
        return 1, "\n".join(
            [*found, "audit: write fixed versions into requirements.lock, then run `make lock`"]
        )
    known = sum("skip_reason" not in one for one in packages)
    if not known:
        return 0, "audit: vulnerabilities cannot be looked up here; packages were not audited"
    return (
        0,
        f"audit: no known vulnerability in {known} of {len(packages)} packages; the others are not known there",
    )


def _line(package: dict[str, str], fault: dict[str, Any]) -> str:
    fixed = ", ".join(fault["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {fault['id']}, fixed in {fixed}"


if __name__ == "__main__":
    status, text = audit()
    print(text)
    sys.exit(status)
