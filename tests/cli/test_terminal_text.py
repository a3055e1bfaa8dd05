"""No text of data, conf or files reaches a terminal as something that it obeys."""

import csv
import io
import json
import logging
import sys
from typing import Any

import pytest
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cdi_spark import cli
from cdi_spark.cli import csv_rows
from cdi_spark.cli.console import SafeConsole, print_traceback
from cdi_spark.cli.options import print_json
from cdi_spark.errors import CdiError
from cdi_spark.monitoring import logs
from cdi_spark.monitoring.terminal import printable

# Clears the screen, rings, sets the title, goes back in the line, and turns the direction of text.
EVIL = "Ann\x1b[2J\x07\x1b]0;x\x9b2J\x7f\r\u202eLee"
# Rich takes out the bell and the return to the start of the line.
SHOWN = "Ann\\x1b[2J\\x1b]0;x\\x9b2J\\x7f\\u202eLee"


def printed(what: RenderableType, **how: Any) -> str:
    drawn = io.StringIO()
    SafeConsole(file=drawn, width=200).print(what, **how)
    return drawn.getvalue()


def table(cell: RenderableType) -> Table:
    shown = Table(EVIL, title=EVIL)
    shown.add_row(cell)
    return shown


@pytest.mark.parametrize("what", [EVIL, Text(EVIL), table(EVIL)])
def test_nothing_of_a_text_is_lost(what: RenderableType) -> None:
    assert SHOWN in printed(what).replace("\\x07", "").replace("\\x0d", "")


@pytest.mark.parametrize(
    "what", [EVIL, Text(EVIL), Text.assemble(("x", "bold"), EVIL), table(EVIL), table(Text(EVIL))]
)
def test_a_console_prints_escapes_for_control_characters(what: RenderableType) -> None:
    shown = printed(what)
    assert "Ann\\x1b[2J" in shown
    assert printable(shown) == shown


def test_borders_of_a_table_stand_under_each_other_beside_escapes() -> None:
    lines = [line for line in printed(table(Text(EVIL))).splitlines() if line[0] in "┏┃┡│└"]
    assert len({len(line) for line in lines}) == 1


def test_names_are_no_markup_no_emoji_and_no_link() -> None:
    name = "[red]Ann[/red] [/] :smile: [link=https://x.example]Lee[/link]"
    assert name in printed(name)
    assert name in printed(table(name))


def test_styles_of_text_stay_at_their_place() -> None:
    drawn = io.StringIO()
    console = SafeConsole(file=drawn, force_terminal=True, color_system="standard")
    console.print(Text.assemble("a\x1bb", ("c\x7fd", "bold"), "e"), highlight=False)
    assert drawn.getvalue() == "a\\x1bb\x1b[1mc\\x7fd\x1b[0me\n"


def test_an_error_with_a_name_of_a_file_is_escaped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> None:
        raise CdiError(f"{EVIL}: [/red] no such file")

    monkeypatch.setattr(cli, "app", fail)
    assert cli.main([]) == 1
    assert f"error: {SHOWN}: [/red] no such file" in capsys.readouterr().err


def test_an_endless_nesting_is_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> None:
        fail(arguments)

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.delenv("CDI_TRACE", raising=False)
    assert cli.main([]) == 1
    assert "nested too deeply" in capsys.readouterr().err


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_log_line_is_one_line_with_escapes(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("cdi_spark")
    before = logger.handlers, logger.level, logger.propagate
    try:
        logs.set_up(level="info", format=format)
        logs.notice(f"{EVIL}\n00:00:00 INFO forged", source=f"{EVIL}\n")
    finally:
        logger.handlers, logger.level, logger.propagate = before
    [line] = capsys.readouterr().err.splitlines()
    assert printable(line) == line
    if format == "json":
        assert json.loads(line)["source"] == f"{EVIL}\n"


def test_json_is_one_line_that_reads_back_and_holds_no_control_character(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_json({EVIL: [EVIL, "ü"]})
    line = capsys.readouterr().out.rstrip("\n")
    assert printable(line) == line
    assert "ü" in line
    assert json.loads(line) == {EVIL: [EVIL, "ü"]}


def test_csv_is_true_to_the_data_in_a_file_and_printable_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    csv_rows.print_csv(["a"], [[EVIL], ["=1"], [-1.5]])
    written = capsys.readouterr().out
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a"], [EVIL], ["=1"], ["-1.5"]]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    csv_rows.print_csv([EVIL], [[EVIL]])
    assert capsys.readouterr().out == f"{printable(EVIL)}\n{printable(EVIL)}\n"


def test_csv_for_a_spreadsheet_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    csv_rows.print_csv(["=n"], [["=1"], ['x;"=1"'], [-1.5], ["-1.5"], [None]], excel=True)
    written = capsys.readouterr().out
    assert written.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(written[1:], newline="")))
    assert rows == [["'=n"], ["'=1"], ['x;\'"=1"'], ["-1.5"], ["-1.5"], [""]]


def test_excel_without_csv_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sql", "select 1", "--excel"]) == 2
    assert "--format csv" in capsys.readouterr().err


def test_the_text_of_an_unexpected_error_is_escaped_too(capsys: pytest.CaptureFixture[str]) -> None:
    print_traceback(ValueError, ValueError(f"cannot read {EVIL}"), None)
    assert capsys.readouterr().err == f"ValueError: cannot read {printable(EVIL)}\n"
