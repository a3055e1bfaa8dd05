"""`cdi run` over a pipeline that only reports what it does, without Spark: for tests of what a terminal shows.

python -m tests.cli.fake_run FOLDER text|json well|failing|waiting
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cdi_spark import cli
from cdi_spark.errors import GateError
from cdi_spark.monitoring import logs
from cdi_spark.pipeline import runner
from cdi_spark.pipeline.runner import StageResult
from cdi_spark.spark.parallel import side_by_side

ROWS = {
    "ingest": {"bronze.crm": 1200, "bronze.shop": 34},
    "standardise": {"silver.person": 404, "silver.quarantine": 830},
    "train": {"linkage.model": 1},
    "score": {"linkage.pair": 2150},
    "resolve": {"entities.component": 404},
    "publish": {"gold.customer_360": 301},
}


def do_stage(how: str, stage: str) -> None:
    if stage == "ingest":
        side_by_side(lambda _: time.sleep(0.6), ["crm", "shop"], doing="reading {}".format)
        for n in range(30):
            logs.notice(f"new column c{n}", run_id="r1", stage="ingest", source="crm")
    if stage == "standardise":
        for n in range(12):
            logs.quarantined(f"silver.person: {n + 1} rows of source crm fail rule_{n}", run_id="r1")
        for n in range(2):
            logs.dropped(f"silver.person.phones: reason_{n}: dropped in 700 rows", rows=700, run_id="r1")
    if stage == "score" and how == "failing":
        logs.doing("weighing pairs")
        raise GateError("linkage.pair: too few")
    if stage == "score" and how == "waiting":
        print("waiting", flush=True)
        time.sleep(30)


def main(folder: Path, form: str, how: str) -> int:
    def write_report(name: str, text: str) -> Path:
        (folder / name).write_text(text)
        return folder / name

    def start_run(*_: object, **__: object) -> Any:
        log = SimpleNamespace(level="info", format=form)
        logs.set_up(level=log.level, format=log.format)
        project = SimpleNamespace(file=SimpleNamespace(log=log))
        return SimpleNamespace(
            project=project, run_id="r1", storage=SimpleNamespace(write_report=write_report)
        )

    def run_stages(_: object, names: Sequence[str], *, wait_seconds: float) -> Iterator[StageResult]:
        for stage in names:
            logs.stage_began(stage)
            status, rows = "failed", {}
            try:
                do_stage(how, stage)
                status, rows = "succeeded", ROWS[stage]
            finally:
                logs.stage_ended(stage, status, run_id="r1", seconds=2.5, rows=rows)
            yield StageResult(stage, ROWS[stage], 2.5)

    setattr(cli, "start_run", start_run)  # noqa: B010
    setattr(cli, "project_at", lambda *_: None)  # noqa: B010
    setattr(runner, "run_stages", run_stages)  # noqa: B010
    return cli.main(["run", "all", "--project", "acme", "--warehouse", "w"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
