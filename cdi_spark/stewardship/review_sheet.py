"""Writes pairs as a sheet to fill in, and records the answers as judgements."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdi_spark.errors import CdiError
from cdi_spark.schema import SHOWN
from cdi_spark.spreadsheet import csv_line, guarded, unguarded
from cdi_spark.stewardship.judgements import Verdict
from cdi_spark.stewardship.judging import Decision, judge_all
from cdi_spark.storage import Storage

_FILLED_IN = ("record_id_l", "record_id_r", "answer", "note")
_SHOWN_FIRST = ("reason", "match_weight", "match_probability", "entity_id_l", "entity_id_r")
COLUMNS = (*_FILLED_IN, *_SHOWN_FIRST, *(f"{name}_{side}" for name in SHOWN for side in "lr"))
_VERDICTS = dict.fromkeys(("same", "s", "yes", "y", "1"), Verdict.MUST_LINK) | dict.fromkeys(
    ("different", "d", "no", "n", "0"), Verdict.CANNOT_LINK
)


@dataclass(frozen=True)
class Answer:
    """An answered row of a sheet; row 1 is the header."""

    row: int
    decision: Decision


@dataclass(frozen=True)
class Sheet:
    """The content of a sheet: answers, the number of rows without one, and the faults of rows that cannot be read."""

    answers: list[Answer]
    empty: int
    faults: dict[int, str]


@dataclass(frozen=True)
class Taken:
    """The result of recording answers.

    Attributes:
        recorded: number of answers that were recorded.
        known: number of answers that were decided already.
        refused: by row, why an answer was not recorded.
    """

    recorded: int
    known: int
    refused: dict[int, str]


def sheet(pairs: Sequence[Mapping[str, Any]]) -> str:
    """Return pairs as CSV with COLUMNS, answer and note empty; no cell is a formula.

    Args:
        pairs: pairs_to_review().
    """
    rows = (csv_line(_cell(pair.get(name)) for name in COLUMNS) for pair in pairs)
    # Without this mark spreadsheets assume the local encoding.
    return "".join(("\N{ZERO WIDTH NO-BREAK SPACE}", csv_line(COLUMNS), *rows))


def read_sheet(file: Path) -> Sheet:
    """Read the answers from a CSV file; reads only the columns of the records, answer and note.

    Raises:
        CdiError: the file does not exist, is not such a CSV file, or lacks a column.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CdiError(f"{file}: the file is not in UTF-8. Save it as CSV UTF-8.") from None
    except OSError as fault:
        raise CdiError(f"{file}: cannot be read ({fault.strerror}).") from None
    # Where numbers have a decimal comma, spreadsheets separate cells by semicolons.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    # Strict: otherwise a quote that is never closed would swallow the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        raise CdiError(f"{file}, line {reader.line_num}: is not CSV. Check the quotes.") from None
    header = rows[0] if rows else []
    if lacking := [name for name in _FILLED_IN if name not in header]:
        raise CdiError(
            f"{file}, row 1: missing columns: {', '.join(lacking)}. The sheet needs {', '.join(_FILLED_IN)}."
        )
    answers, empty, faults = [], 0, {}
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(header, row, strict=False))
        left, right = (unguarded(cells.get(name, "")) for name in _FILLED_IN[:2])
        answer = cells.get("answer", "").strip().casefold()
        if not any(row):
            continue
        if not (":" in left and ":" in right and "answer" in cells):
            faults[number] = "needs two record ids, <source>:<key>, and an answer, which may be empty"
        elif not answer:
            empty += 1
        elif answer not in _VERDICTS:
            faults[number] = "the answer must be same, different or empty"
        else:
            why = unguarded(cells.get("note", "")).strip() or "review"
            answers.append(Answer(number, Decision((left, right), _VERDICTS[answer], why)))
    return Sheet(answers, empty, faults)


def take_answers(storage: Storage, answers: Sequence[Answer], *, by: str) -> Taken:
    """Record answers as judgements, in the order of the sheet.

    Args:
        by: who gave them.
    """
    outcomes = judge_all(storage, [answer.decision for answer in answers], by=by)
    results = list(zip(answers, outcomes, strict=True))
    refused = {answer.row: str(outcome) for answer, outcome in results if isinstance(outcome, CdiError)}
    return Taken(outcomes.count(True), outcomes.count(False), refused)


def _cell(value: object) -> object:
    if value is None or isinstance(value, float):
        return value
    return guarded(", ".join(value) if isinstance(value, list) else str(value))
