"""Pairs as a sheet that a clerk fills in, and what was filled in, as judgements."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdi_spark.errors import CdiError
from cdi_spark.schema import SHOWN
from cdi_spark.stewardship.judgements import Verdict
from cdi_spark.stewardship.judging import Decision, judge_all
from cdi_spark.storage import Storage

_ASKED = ("record_id_l", "record_id_r", "answer", "note")
_TOLD = ("reason", "match_weight", "match_probability", "entity_id_l", "entity_id_r")
COLUMNS = (*_ASKED, *_TOLD, *(f"{name}_{side}" for name in SHOWN for side in "lr"))
_VERDICTS = dict.fromkeys(("same", "s", "yes", "y", "1"), Verdict.MUST_LINK) | dict.fromkeys(
    ("different", "d", "no", "n", "0"), Verdict.CANNOT_LINK
)
# What a spreadsheet may take for a formula: where a cell begins, and behind a semicolon, which parts cells in
# many countries. An apostrophe more or less in front of it is told apart from those that were there.
_FORMULA = r"(?='*(?: *[=+\-@]|[\t\r\n]))"
_GUARDED, _GUARD = re.compile(rf"(^|;)'{_FORMULA}"), re.compile(rf"(^|;){_FORMULA}")


@dataclass(frozen=True)
class Answer:
    """A row of a sheet that was answered; `row` counts from 1, the header."""

    row: int
    decision: Decision


@dataclass(frozen=True)
class Sheet:
    """What a sheet says: answers, how many rows have none, and rows that cannot be read, each with its fault."""

    answers: list[Answer]
    empty: int
    faults: dict[int, str]


@dataclass(frozen=True)
class Taken:
    """What became of answers.

    Attributes:
        recorded: how many are on record now.
        known: how many were decided so already.
        refused: by row, why an answer is not on record.
    """

    recorded: int
    known: int
    refused: dict[int, str]


def sheet(pairs: Sequence[Mapping[str, Any]]) -> str:
    """Pairs as CSV with COLUMNS, answer and note empty; no cell begins a formula.

    Args:
        pairs: of pairs_to_review().
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(pair.get(name)) for name in COLUMNS] for pair in pairs)
    # Spreadsheets take a file without this mark for one in the machine's own encoding.
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + file.getvalue()


def read_sheet(file: Path) -> Sheet:
    """The answers in a CSV file; of its columns only the records, answer and note are looked at.

    Raises:
        CdiError: it is not there, is no such CSV file, or lacks a column.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CdiError(f"{file}: is not in UTF-8. Save it as CSV UTF-8.") from None
    except OSError as fault:
        raise CdiError(f"{file}: cannot be read ({fault.strerror}).") from None
    # Where the comma stands in numbers, spreadsheets part cells by semicolons.
    sign = max(",;\t", key=text.partition("\n")[0].count)
    # Strict, for a quote that is never closed would swallow the rows behind it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        raise CdiError(f"{file}, line {reader.line_num}: is no CSV; see to its quotes.") from None
    header = rows[0] if rows else []
    if lacking := [name for name in _ASKED if name not in header]:
        raise CdiError(
            f"{file}, row 1: has no {', '.join(lacking)}. It wants the columns {', '.join(_ASKED)}."
        )
    answers, empty, faults = [], 0, {}
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(header, row, strict=False))
        left, right = (_unguarded(cells.get(name, "")) for name in _ASKED[:2])
        answer = cells.get("answer", "").strip().casefold()
        if not any(row):
            continue
        if not (":" in left and ":" in right and "answer" in cells):
            faults[number] = "wants two record ids, <source>:<key>, and an answer, which may be empty"
        elif not answer:
            empty += 1
        elif answer not in _VERDICTS:
            faults[number] = "the answer is none of same, different and empty"
        else:
            why = _unguarded(cells.get("note", "")).strip() or "review"
            answers.append(Answer(number, Decision((left, right), _VERDICTS[answer], why)))
    return Sheet(answers, empty, faults)


def take_answers(storage: Storage, answers: Sequence[Answer], *, by: str) -> Taken:
    """Put answers on record as judgements, in the order of the sheet.

    Args:
        by: who gave them.
    """
    outcomes = judge_all(storage, [answer.decision for answer in answers], by=by)
    told = list(zip(answers, outcomes, strict=True))
    refused = {answer.row: str(outcome) for answer, outcome in told if isinstance(outcome, CdiError)}
    return Taken(outcomes.count(True), outcomes.count(False), refused)


def _cell(value: object) -> object:
    if value is None or isinstance(value, float):
        return value
    return _GUARD.sub(r"\1'", ", ".join(value) if isinstance(value, list) else str(value))


def _unguarded(text: str) -> str:
    return _GUARDED.sub(r"\1", text)
