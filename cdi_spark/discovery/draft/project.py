"""`cdi init`: profile raw files and write a conf project for them."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cdi_spark.config import load_project
from cdi_spark.discovery.draft.plan_sources import plan_sources
from cdi_spark.discovery.draft.quality import render_quality
from cdi_spark.discovery.draft.render import render_project, render_source
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.lexicon.vocabulary import fold
from cdi_spark.discovery.read.deliveries import Delivery, find_deliveries, mask_wildcards
from cdi_spark.discovery.read.sampling import Samples, open_samples
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.country import infer_country
from cdi_spark.discovery.recognise.dates import today_in_utc
from cdi_spark.discovery.recognise.sheets import Sheet, join_names, recognise_sheet
from cdi_spark.errors import ConfigError, SourceError
from cdi_spark.monitoring import logs


def init_project(directory: Path, files: Sequence[Path], *, today: date | None = None) -> list[str]:
    """Write a conf project for raw files that nobody prepared.

    Args:
        directory: the conf folder to write; made where it is missing.
        files: CSV, JSON, JSON lines or parquet files, folders of such, or globs.
        today: the date of the run, which parts past from future dates; by the clock where it is null.
    Returns:
        Lines to print: what each file is taken for, what is left out and why, what to do next.
    Raises:
        ConfigError: the directory holds a project already.
        SourceError: nothing to read, a named file that cannot be read, or no file that speaks of people.
    """
    there = [
        *directory.glob("project.yml"),
        *directory.glob("sources/*.yml"),
        *directory.glob("quality/*.yml"),
    ]
    if there:
        raise ConfigError(f"{there[0]}: is there already. Give another directory, or move that project away.")
    deliveries, unread = find_deliveries(files)
    left_out = {str(one.path): one.why for one in unread}
    with open_samples() as samples:
        sheets, country, why = _recognise(deliveries, samples, left_out, files, today or today_in_utc())
        plans, silent = plan_sources(sheets, samples, country=country)
    by_name = {sheet.name: sheet for sheet in sheets}
    left_out |= {by_name[name].delivery.where: reason for name, reason in silent.items()}
    if not any(emit.table == "person" for plan in plans for emit in plan.emits):
        told = "".join(f"\n  {path}: {reason}" for path, reason in left_out.items())
        raise SourceError(
            f"{', '.join(map(str, files))}: no file says who somebody is (a name, an e-mail, a phone). "
            f"Give the files that hold the customers.{told}"
        )
    texts = _render_files(directory, plans, country=country, why=why, left_out=left_out)
    with tempfile.TemporaryDirectory() as scratch:
        # A project that does not load is no project: nothing of it is left behind.
        _write_files(Path(scratch), texts)
        load_project(Path(scratch))
    _write_files(directory, texts)
    return _summarise(directory, plans, country=country, why=why, left_out=left_out)


def _recognise(
    deliveries: Sequence[Delivery],
    samples: Samples,
    left_out: dict[str, str],
    named: Sequence[Path],
    today: date,
) -> tuple[list[Sheet], str, str]:
    tables = {}
    for number, delivery in enumerate(deliveries):
        logs.doing(f"reading {delivery.files[0].name}", done=number, of=len(deliveries))
        try:
            tables[delivery] = samples.read_table(delivery)
        except SourceError as fault:
            if delivery.files[0] in {path.absolute() for path in named}:
                raise
            left_out[delivery.where] = str(fault).removeprefix(f"{delivery.where}: ")
    names = _name_sources(list(tables))
    unknown = Conventions(country=None, today=today)
    first = [recognise_sheet(d, table, names[d], conventions=unknown) for d, table in tables.items()]
    country, why = infer_country(first)
    logs.doing("finding out what the columns mean")
    # Dates and phones read differently once the country is known.
    known = Conventions(country, today)
    return (
        [recognise_sheet(d, table, names[d], conventions=known) for d, table in tables.items()],
        country,
        why,
    )


def _name_sources(deliveries: Sequence[Delivery]) -> dict[Delivery, str]:
    """A name a delivery: from the file's name, or the folder's where the file's says nothing."""
    names: dict[Delivery, str] = {}
    for delivery in deliveries:
        path = delivery.files[0]
        stem = path.name.split(".")[0]
        if len(delivery.files) > 1:
            stem = re.sub(r"[-_. ]*\d[\d_. T-]*$", "", stem) or stem
        name = _make_identifier(stem)
        if name in ("", "part", "data", "file", "export", "x") or re.fullmatch(r"part_.*", name):
            name = (
                _make_identifier(f"{path.parent.name.split('.')[0]}_{name}".removesuffix("_part")) or "source"
            )
            name = re.sub(r"_part_.*$", "", name)
        taken = set(names.values())
        numbered = (f"{name}_{n}" for n in range(2, len(deliveries) + 2))
        names[delivery] = name if name not in taken else next(n for n in numbered if n not in taken)
    return names


def _make_identifier(text: str) -> str:
    bare = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")
    return f"s_{bare}" if bare[:1].isdigit() else bare


def _render_files(
    directory: Path, plans: Sequence[SourcePlan], *, country: str, why: str, left_out: dict[str, str]
) -> dict[str, str]:
    """The project's files by their place in it."""
    common = _find_common_folder([path for plan in plans for path in plan.sheet.delivery.files])
    notes = [f"{Path(path).name}: {reason}" for path, reason in left_out.items()]
    name = _make_identifier(directory.absolute().name) or "project"
    return {
        "project.yml": render_project(
            name, raw=mask_wildcards(str(common)), country=country, why=why, plans=plans, left_out=notes
        ),
        **{f"sources/{plan.name}.yml": render_source(plan, common=common) for plan in plans},
        **{f"quality/{file}": text for file, text in render_quality(plans).items()},
    }


def _write_files(directory: Path, texts: dict[str, str]) -> None:
    for place, text in texts.items():
        path = directory / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _find_common_folder(paths: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([path.parent for path in paths]))


def _summarise(
    directory: Path, plans: Sequence[SourcePlan], *, country: str, why: str, left_out: dict[str, str]
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
    lines += [f"left out: {Path(path).name}: {reason}" for path, reason in left_out.items()]
    lines.append(f"country of numbers without one: {country} ({why})")
    lines.append(f"Look at {directory}, then run `cdi run all --project {directory}`.")
    return [line.replace("\n", " ") for line in lines]
