"""What `cdi run` shows on a terminal, and what it writes without one."""

from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cdi_spark.cli.screen import Screen
from cdi_spark.monitoring import logs
from cdi_spark.spark.parallel import side_by_side
from tests.cli.terminal import COLUMNS, LINES, Seen, in_terminal

STAGES = ["ingest", "standardise", "train", "score", "resolve", "publish"]
AT = r"\d\d:\d\d:\d\d"


def command(folder: Path, form: str = "text", how: str = "well") -> list[str]:
    return [sys.executable, "-m", "tests.cli.fake_run", str(folder), form, how]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, Path]:
    folder = tmp_path_factory.mktemp("shown")
    return in_terminal(command(folder), stdout_too=True), folder


def test_on_a_terminal_a_table_shows_what_each_stage_does_now(shown: tuple[Seen, Path]) -> None:
    seen, _ = shown
    assert seen.status == 0
    assert re.search(r"ingest +━+ 0/2 +\d +reading (crm|shop)", re.sub(r"\x1b\[[\d;]*m", "", seen.raw))
    assert "1,234 rows" in seen.raw


def test_what_is_left_on_the_terminal_is_one_screen_of_result(shown: tuple[Seen, Path]) -> None:
    seen, _ = shown
    left = "\n".join(seen.lines)
    assert sum(max(1, -(-len(line) // COLUMNS)) for line in seen.lines) <= LINES
    assert "301 customers, 404 records, 2,150 pairs, 830 rows in quarantine" in left
    stages = [line.split()[0] for line in seen.lines if re.search(r" 2  [a-z]| 15$", line)]
    assert stages == [*STAGES, "all"]
    assert "cdi report report.html --project acme --warehouse w" in left
    assert "INFO" not in left
    assert "━" not in left


def test_warnings_are_gathered_at_the_end(shown: tuple[Seen, Path]) -> None:
    seen, folder = shown
    left = "\n".join(seen.lines)
    assert "· 830 rows in quarantine, 12 reasons: see\n" in left
    assert "· 1,400 values dropped by cleaning, 2 reasons: see\n" in left
    assert "FROM ops.cleaning WHERE run_id = 'r1'" in re.sub(r"\n(?=[^·\n])", "", left)
    assert "· source crm: new column c0 (and 29 more)\n" in left
    assert f"· full log: {folder / 'run_r1.log'}" in re.sub(r"\n(?=[^·\n])", "", left)
    assert "rule_3" not in left


def test_what_the_screen_does_not_show_is_in_the_runs_log(shown: tuple[Seen, Path]) -> None:
    _, folder = shown
    lines = (folder / "run_r1.log").read_text().splitlines()
    assert len(lines) == 30 + 12 + 2 + 6
    assert re.fullmatch(rf"{AT} WARNING new column c29 run_id=r1 stage=ingest source=crm", lines[29])


def test_without_a_terminal_there_are_log_lines_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path), capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    assert len(lines) == 30 + 12 + 2 + 6
    fields = "run_id=r1 stage=ingest seconds=2.5 bronze.crm=1200 bronze.shop=34"
    assert re.fullmatch(rf"{AT} INFO    succeeded {fields}", lines[30])
    assert re.fullmatch(
        rf"{AT} WARNING silver.person: 1 rows of source crm fail rule_0 run_id=r1 stage=standardise",
        lines[31],
    )
    assert done.stdout == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("env", [{"CI": "true"}, {"TERM": "dumb"}])
def test_where_nobody_watches_a_terminal_has_log_lines_too(env: dict[str, str], tmp_path: Path) -> None:
    seen = in_terminal(command(tmp_path), env=env)
    assert "\x1b" not in seen.raw
    assert sum(" INFO    succeeded " in line for line in seen.lines) == 6
    assert seen.out == ""


def test_a_project_that_wants_json_has_it_on_a_terminal(tmp_path: Path) -> None:
    seen = in_terminal(command(tmp_path, "json"))
    lines = [json.loads(line) for line in seen.raw.splitlines() if line.startswith("{")]
    assert [line["stage"] for line in lines if line["message"] == "succeeded"] == STAGES
    assert "━" not in seen.raw
    assert seen.out == ""


def test_only_the_result_goes_to_stdout(tmp_path: Path) -> None:
    seen = in_terminal(command(tmp_path))
    assert "301 customers" in seen.out
    assert "\x1b" not in seen.out
    assert "301 customers," not in "\n".join(seen.lines)


def test_no_color_is_respected(tmp_path: Path) -> None:
    assert not re.search(r"\x1b\[[\d;]*3\dm", in_terminal(command(tmp_path), env={"NO_COLOR": "1"}).raw)


def test_a_failure_leaves_the_table_as_it_was_then_warnings_then_the_error(tmp_path: Path) -> None:
    seen = in_terminal(command(tmp_path, how="failing"), stdout_too=True)
    assert seen.status == 1
    at = {line.split()[1]: line for line in seen.lines if re.match(r" [✓✗·] ", line)}
    assert [line.strip()[0] for line in at.values()] == ["✓", "✓", "✓", "✗", "·", "·"]
    assert "weighing pairs" in at["score"]
    left = "\n".join(seen.lines)
    assert left.index("✗") < left.index("830 rows in quarantine") < left.index("error: linkage.pair: too few")
    assert seen.raw.rindex("\x1b[?25h") > seen.raw.rindex("\x1b[?25l")


def test_who_stops_a_run_has_a_sane_terminal_again(tmp_path: Path) -> None:
    def stop(process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        assert process.stdout.readline() == b"waiting\n"
        process.send_signal(signal.SIGINT)

    seen = in_terminal(command(tmp_path, how="waiting"), meanwhile=stop)
    assert seen.status not in (0, 1, 2)
    assert seen.raw.rindex("\x1b[?25h") > seen.raw.rindex("\x1b[?25l")
    assert "Traceback" not in seen.raw


def test_a_command_shows_its_step_and_prints_only_results(tmp_path: Path) -> None:
    raw = tmp_path / "people.csv"
    raw.write_text("id,name,email\n" + "".join(f"{n},Ann Lee,ann{n}@example.org\n" for n in range(50)))
    script = "import sys; from cdi_spark.cli import main; sys.exit(main(sys.argv[1:]))"
    init = ["init", "--no-trial", str(tmp_path / "conf"), str(raw)]
    seen = in_terminal([sys.executable, "-c", script, *init])
    assert seen.status == 0
    assert "recognising the columns …" in seen.raw
    assert not any(seen.lines)
    assert seen.out.startswith("people.csv: source people, 50 rows")


def test_more_warnings_than_a_few_are_counted() -> None:
    screen = Screen(["ingest"])
    with logs.watched(screen):
        for n in range(9):
            logs.notice(f"notice {n}")
            logs.notice(f"notice {n}", source=f"s{n}")
    lines = screen.warnings(see="", see_dropped="")
    assert lines[:2] == ["notice 0", "source s0: notice 0"]
    assert lines[6:] == ["and 12 warnings more"]


def test_a_stage_that_had_nothing_to_do_is_shown_as_done() -> None:
    screen, drawn = Screen(["ingest"]), StringIO()
    with logs.watched(screen):
        logs.stage_began("ingest")
        logs.stage_ended("ingest", "succeeded", run_id="", seconds=0.1, rows={"crm": 7}, is_unchanged=True)
    Console(file=drawn, width=COLUMNS).print(screen)
    [_, line] = drawn.getvalue().splitlines()
    assert line.split()[:2] == ["✓", "ingest"]
    assert "7 rows" in line


def test_work_side_by_side_reports_how_much_of_it_is_done(caplog: pytest.LogCaptureFixture) -> None:
    with logs.watched(caplog.handler):
        side_by_side(str, [1, 2, 3], doing="counting {}".format)
    steps = [record for record in caplog.records if getattr(record, "kind", None) == logs.Kind.step]
    assert {record.getMessage() for record in steps} == {"counting 1", "counting 2", "counting 3"}
    assert max(getattr(record, "fields")["done"] for record in steps) == 3  # noqa: B009
    assert {getattr(record, "fields")["of"] for record in steps} == {3}  # noqa: B009


def test_steps_are_no_log_lines_at_any_level(capsys: pytest.CaptureFixture[str]) -> None:
    package = logging.getLogger("cdi_spark")
    before = package.handlers, package.level, package.propagate
    try:
        logs.set_up(level="debug", format="text")
        logs.doing("a step")
        logs.notice("a notice")
    finally:
        package.handlers, package.level, package.propagate = before
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["notice"]
