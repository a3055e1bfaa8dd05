"""The profile of the files as one HTML page; it shows shapes of values and never a value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cdi_spark.discovery.draft.confidence import find_uses, list_lines, rate_confidence
from cdi_spark.discovery.draft.masking import sample_shapes
from cdi_spark.discovery.draft.project import Draft
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.discovery.trial.results import SourceResult, Trial
from cdi_spark.pages import page

_HIGH, _MIDDLE = 0.8, 0.5


@dataclass(frozen=True)
class ColumnProfile:
    """A column as the page shows it; `uses` has each line that uses it, with its facts."""

    name: str
    fill: str
    distinct: int
    samples: list[str]
    meaning: str
    confidence: str
    uses: list[tuple[str, str]]
    confirm: list[str]


@dataclass(frozen=True)
class SourceProfile:
    """A source as the page shows it; `result` is null without a trial."""

    name: str
    files: list[str]
    rows: int
    key: str
    columns: list[ColumnProfile]
    result: SourceResult | None
    left_out: list[tuple[str, str]]
    confirm: list[str]


def profile_page(draft: Draft, trial: Trial | None) -> str:
    """Render every column of the draft's sources, and where the rows of the trial went.

    The page needs no other file and no network; every text of the files is escaped, and values are masked.
    """
    sources = [_profile_source(plan, trial) for plan in draft.plans]
    return page(
        "profile.html.j2",
        name=draft.directory.absolute().name,
        sources=sources,
        country=draft.country,
        evidence=draft.evidence,
        skipped=[(Path(path).name, reason) for path, reason in draft.skipped.items()],
        faults=trial.faults if trial else [],
        is_tried=trial is not None,
        to_confirm=sum(len(column.confirm) for source in sources for column in source.columns),
    )


def _profile_source(plan: SourcePlan, trial: Trial | None) -> SourceProfile:
    uses, lines = find_uses(plan), dict(list_lines(plan))
    doubts = {name: line.confirm for name, line in lines.items() if line.confirm}
    columns = []
    for guess in _list_guesses(plan.sheet):
        used = uses.get(guess.column.name, [])
        facts = [(name, lines[name].facts if name in lines else "") for name in used]
        said = [f"{name}: {doubt}" for name in used for doubt in doubts.get(name, [])]
        columns.append(_profile_column(guess, facts, said))
    return SourceProfile(
        plan.name,
        [file.name for file in plan.sheet.delivery.files],
        plan.sheet.rows,
        plan.key.sql,
        columns,
        trial.sources[plan.name] if trial else None,
        [(f"{emit.table}.{line.target}", why) for emit in plan.emits for line, why in emit.left_out],
        list(plan.key.confirm),
    )


def _profile_column(guess: Guess, uses: list[tuple[str, str]], confirm: list[str]) -> ColumnProfile:
    column = guess.column
    return ColumnProfile(
        column.name,
        percent(column.fill),
        column.distinct,
        sample_shapes(column),
        guess.meaning.replace("_", " "),
        _describe_confidence(guess),
        uses,
        confirm or ([guess.doubt] if guess.doubt and uses else []),
    )


def _describe_confidence(guess: Guess) -> str:
    if not guess.meaning:
        return ""
    sure = rate_confidence(guess)
    return "high" if sure >= _HIGH else "middle" if sure >= _MIDDLE else "low"


def _list_guesses(sheet: Sheet) -> list[Guess]:
    """The guesses of the sheet and of the arrays in it; a column that was lifted out of its array is shown once."""
    found: dict[str, Guess] = {}
    for guess in [*sheet.guesses, *(g for inner in sheet.inner for g in _list_guesses(inner))]:
        found.setdefault(guess.column.name, guess)
    return list(found.values())
