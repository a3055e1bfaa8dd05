"""`cdi init`: profile raw files and write a conf project for them."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from anyascii import anyascii

from cdi_spark.config import load_project
from cdi_spark.discovery.draft.plan_sources import plan_sources
from cdi_spark.discovery.draft.quality import render_quality
from cdi_spark.discovery.draft.render import render_project, render_source
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.lexicon.vocabulary import fold
from cdi_spark.discovery.read.deliveries import Delivery, find_deliveries
from cdi_spark.discovery.read.file_names import mask_wildcards, name_list
from cdi_spark.discovery.read.sampling import Samples, open_samples
from cdi_spark.discovery.read.tables import Table
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.country import infer_country
from cdi_spark.discovery.recognise.dates import today_in_utc
from cdi_spark.discovery.recognise.lists import split_lists
from cdi_spark.discovery.recognise.sheets import Sheet, join_names, recognise_sheet
from cdi_spark.errors import ConfigError, SourceError
from cdi_spark.monitoring import logs
from cdi_spark.monitoring.terminal import printable

# Changes guesses before they are mapped; returns whether it changed any.
Revise = Callable[[Sequence[SourcePlan], Conventions], bool]


@dataclass
class Draft:
    """A drafted project: what its files become, and why."""

    directory: Path
    plans: list[SourcePlan]
    country: str
    evidence: str
    # The reason for each file that is not used, by its path.
    skipped: dict[str, str]

    def write(self) -> None:
        """Write the project's files over those of an earlier draft."""
        texts = _render_files(
            self.directory, self.plans, country=self.country, evidence=self.evidence, skipped=self.skipped
        )
        with tempfile.TemporaryDirectory() as scratch:
            # Loaded before it is written, so that a draft with a fault leaves nothing behind.
            _write_files(Path(scratch), texts)
            load_project(Path(scratch))
        _write_files(self.directory, texts)

    def summarise(self) -> list[str]:
        """Lines to print: what each file becomes, and which files are skipped and why."""
        return _summarise(self.plans, country=self.country, evidence=self.evidence, skipped=self.skipped)

    @property
    def next_step(self) -> str:
        """What the user does next, as a line to print."""
        return (
            f"Next: check the comments that begin with `confirm` in {self.directory}, "
            f"then run `cdi run all --project {self.directory}`."
        )


def init_project(directory: Path, files: Sequence[Path], *, today: date | None = None) -> list[str]:
    """Write a conf project for raw files, without Spark.

    Args and Raises: as draft_project().
    Returns:
        Lines to print: what each file becomes, which files are skipped and why, and what to do next.
    """
    draft = draft_project(directory, files, today=today)
    draft.write()
    return [*draft.summarise(), draft.next_step]


def draft_project(
    directory: Path, files: Sequence[Path], *, today: date | None = None, revise: Revise | None = None
) -> Draft:
    """Draft a conf project for raw files; nothing is written.

    Args:
        directory: the conf folder to write; created if it does not exist.
        files: CSV, JSON, JSON lines or parquet files, folders of these, or globs.
        today: the date of the run, which separates past and future dates; null for the clock's.
        revise: called with a first draft; where it changes guesses, the draft is made again from them.
    Raises:
        ConfigError: the directory already holds a project.
        SourceError: there is nothing to read, a file that is named itself cannot be read, or no file describes
            people.
    """
    _refuse_existing(directory)
    deliveries, unreadable = find_deliveries(files)
    skipped = {str(one.path): one.reason for one in unreadable}
    today = today or today_in_utc()
    with open_samples(path for one in deliveries for path in one.files) as samples:
        tables, empty = _read_tables(deliveries, samples, today, named={path.absolute() for path in files})
        sheets, country, evidence = _recognise_sheets(tables, today)
        plans, reasons = plan_sources(sheets, samples, country=country)
        if revise and revise(plans, Conventions(country, today)):
            plans, reasons = plan_sources(sheets, samples, country=country)
    skipped |= empty
    skipped |= {sheet.delivery.where: reasons[sheet.name] for sheet in sheets if sheet.name in reasons}
    _refuse_without_people(plans, files, skipped)
    return Draft(directory, plans, country, evidence, skipped)


def _refuse_existing(directory: Path) -> None:
    patterns = ("project.yml", "sources/*.yml", "quality/*.yml")
    present = [path for pattern in patterns for path in directory.glob(pattern)]
    if present:
        raise ConfigError(f"{present[0]}: exists already. Give another directory, or move that project away.")


def _read_tables(
    deliveries: Sequence[Delivery], samples: Samples, today: date, *, named: set[Path]
) -> tuple[dict[Delivery, Table], dict[str, str]]:
    """Sample every delivery.

    Args:
        named: files that the user named; a fault in one of these ends the run.
    Returns:
        The tables, and the deliveries that cannot be read with the reason.
    """
    tables: dict[Delivery, Table] = {}
    skipped: dict[str, str] = {}
    for number, delivery in enumerate(deliveries):
        logs.doing(f"reading {delivery.files[0].name}", done=number, of=len(deliveries))
        try:
            for one in split_lists(delivery, samples, Conventions(None, today)):
                tables[one] = samples.read_table(one)
        except SourceError as fault:
            if delivery.files[0] in named:
                raise
            skipped[delivery.where] = str(fault).removeprefix(f"{delivery.where}: ")
    return tables, skipped


def _recognise_sheets(tables: Mapping[Delivery, Table], today: date) -> tuple[list[Sheet], str, str]:
    """What the columns of every table mean, the country of the files, and the evidence for it."""
    logs.doing("recognising the columns")
    names = _name_sources(list(tables))

    def recognise(country: str | None) -> list[Sheet]:
        conventions = Conventions(country, today)
        return [recognise_sheet(d, table, names[d], conventions=conventions) for d, table in tables.items()]

    country, evidence = infer_country(recognise(None))
    # A second time, because the country decides how dates and phones are read.
    return recognise(country), country, evidence


def _refuse_without_people(
    plans: Sequence[SourcePlan], files: Sequence[Path], skipped: Mapping[str, str]
) -> None:
    if not any(emit.table == "person" for plan in plans for emit in plan.emits):
        reasons = "".join(f"\n  {path}: {reason}" for path, reason in skipped.items())
        raise SourceError(
            f"{', '.join(map(str, files))}: no file describes people (by a name, an e-mail address, a phone number). "
            f"Add the files that hold the customers.{reasons}"
        )


def _name_sources(deliveries: Sequence[Delivery]) -> dict[Delivery, str]:
    """A name for each delivery: from its file, or from its folder where the name of the file means nothing."""
    names: dict[Delivery, str] = {}
    for delivery in deliveries:
        name = _make_identifier(name_list(delivery.files)) or "source"
        taken = set(names.values())
        numbered = (f"{name}_{n}" for n in range(2, len(deliveries) + 2))
        names[delivery] = name if name not in taken else next(n for n in numbered if n not in taken)
    return names


def _make_identifier(text: str) -> str:
    # Names in other scripts in Latin letters: a number in place of the name would change with the files beside it.
    bare = re.sub(r"[^a-z0-9]+", "_", anyascii(fold(text)).lower()).strip("_")
    return f"s_{bare}" if bare[:1].isdigit() else bare


def _render_files(
    directory: Path, plans: Sequence[SourcePlan], *, country: str, evidence: str, skipped: Mapping[str, str]
) -> dict[str, str]:
    """The texts of the project's files by their path in it."""
    common = _find_common_folder([path for plan in plans for path in plan.sheet.delivery.files])
    notes = [f"{Path(path).name}: {reason}" for path, reason in skipped.items()]
    name = _make_identifier(directory.absolute().name) or "project"
    return {
        "project.yml": render_project(
            name,
            raw=mask_wildcards(str(common)),
            country=country,
            evidence=evidence,
            plans=plans,
            skipped=notes,
        ),
        **{f"sources/{plan.name}.yml": render_source(plan, common=common) for plan in plans},
        **{f"quality/{file}": text for file, text in render_quality(plans).items()},
    }


def _write_files(directory: Path, texts: dict[str, str]) -> None:
    for place, text in texts.items():
        path = directory / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(printable(text), encoding="utf-8")


def _find_common_folder(paths: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([path.parent for path in paths]))


def _summarise(
    plans: Sequence[SourcePlan], *, country: str, evidence: str, skipped: Mapping[str, str]
) -> list[str]:
    lines = []
    for plan in plans:
        files = plan.sheet.delivery.files
        shown = files[0].name if len(files) == 1 else f"{len(files)} files like {files[0].name}"
        lines.append(f"{shown}: source {plan.name}, {plan.sheet.rows:,} rows, key {plan.key.sql}")
        for emit in plan.emits:
            lines.append(f"  {emit.table}: {', '.join(line.target for line in emit.lines)}")
        doubts = [g for emit in plan.emits for line in emit.lines if line.confirm for g in line.used[:1]]
        if doubts:
            lines.append(f"  to confirm: {join_names(dict.fromkeys(doubts))}")
        lines += [f"  {note}" for note in plan.notes]
    lines += [f"skipped: {Path(path).name}: {reason}" for path, reason in skipped.items()]
    lines.append(f"default country: {country} ({evidence})")
    return [line.replace("\n", " ") for line in lines]
