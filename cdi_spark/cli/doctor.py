"""`cdi doctor`: whether this machine has what a run needs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.cli.options import AsJson, ProjectDir, Warehouse, out, print_json, project_at
from cdi_spark.errors import ConfigError

if TYPE_CHECKING:
    from cdi_spark.queries.machine import Check

_STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


def doctor(project: ProjectDir = ".", warehouse: Warehouse = None, as_json: AsJson = False) -> None:
    """Check this machine: Java, jars, packages, memory, disk, clock and conf. Starts no Spark.

    Ends with status 1 if something would stop a run.
    """
    checks = _checks(project, warehouse)
    failed = any(check.status == "error" for check in checks)
    if as_json:
        print_json({"ok": not failed, "checks": [asdict(check) for check in checks]})
    else:
        _print(checks)
    if failed:
        raise typer.Exit(1)


def _checks(place: str, warehouse: str | None) -> list[Check]:
    from cdi_spark.queries.machine import Check, Status, check_machine

    conf: Path | None = None
    memory = tables = None
    if "://" in place:
        project = Check("project", Status.ok, f"{place}: not checked, because only Spark reads it")
    elif place == "." and not Path("project.yml").exists():
        project = Check("project", Status.ok, "none in this folder; give one with --project")
    else:
        conf = Path(place) if Path(place).is_dir() else None
        try:
            loaded = project_at(place, lenient=True)
        except ConfigError as fault:
            project = Check("project", Status.error, str(fault), "Correct the files that it names.")
        else:
            memory, tables = loaded.file.spark_settings.get("spark.driver.memory"), loaded.warehouse
            project = Check("project", Status.ok, f"{loaded.file.name}: {len(loaded.sources)} sources")
    return [*check_machine(warehouse=warehouse or tables or ".", conf=conf, driver_memory=memory), project]


def _print(checks: list[Check]) -> None:
    shown = RichTable("", "check", "found", box=None, padding=(0, 2, 0, 0))
    for check in checks:
        found = Text(check.found)
        if check.fix:
            found.append(f"\n{check.fix}", "dim")
        shown.add_row(Text(check.status, _STYLES[check.status]), check.name, found)
    out.print(shown)
