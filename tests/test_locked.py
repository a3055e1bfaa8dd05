"""What is installed is what was locked: versions with hashes, without addresses, audited where that is possible."""

from __future__ import annotations

import json
import re
import sys

import pytest

from tests.audit import audit
from tests.paths import ROOT

LOCKS = [ROOT / "requirements.lock", ROOT / "conf" / "databricks" / "requirements.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_names_versions_and_hashes_only(lock: object) -> None:
    text = LOCKS[LOCKS.index(lock)].read_text(encoding="utf-8")  # type: ignore[arg-type]
    entries = text.replace(" \\\n", " ").splitlines()
    assert len(entries) > 30
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+( ;[^:]*?)?( +--hash=sha256:[0-9a-f]{64})+", entry), (
            entry[:60]
        )


def test_the_installation_requires_the_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in makefile


def answers(*packages: dict[str, object]) -> list[str]:
    """A command that answers as pip-audit does."""
    return [sys.executable, "-c", f"print({json.dumps(json.dumps({'dependencies': packages}))})"]


SOUND = {"name": "jinja2", "version": "3.1.6", "vulns": []}
UNKNOWN = {"name": "splink", "skip_reason": "not found at https://example.org"}
FAULTY = {"name": "urllib3", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.8.0"]}]}


def test_a_known_vulnerability_fails_the_check_and_names_the_package() -> None:
    status, text = audit(answers(SOUND, UNKNOWN, FAULTY))
    assert status == 1
    assert text.startswith("urllib3 1.0: PYSEC-1, fixed in 2.8.0\n")


def test_without_a_network_the_check_passes_and_says_that_nothing_was_audited() -> None:
    crashes = [sys.executable, "-c", "raise OSError('https://example.org')"]
    hangs = [sys.executable, "-c", "import time; time.sleep(60)"]
    for command in (crashes, hangs, answers(UNKNOWN), answers()):
        status, text = audit(command, seconds=1)
        assert (status, "://" in text) == (0, False)
        assert text.endswith("packages were not audited")


def test_packages_that_are_not_known_are_not_reported_as_sound() -> None:
    assert audit(answers(SOUND, UNKNOWN)) == (
        0, "audit: no known vulnerability in 1 of 2 packages; the others are not known there",
    )  # fmt: skip
