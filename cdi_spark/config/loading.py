"""Reads and checks a conf folder; an unknown key is an error that names file and line."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from cdi_spark.config.expressions import check_expression
from cdi_spark.config.links import find_link_out
from cdi_spark.config.project import Project, ProjectFile
from cdi_spark.config.sources import Quality, Source
from cdi_spark.config.survivorship import Survivorship
from cdi_spark.errors import ConfigError
from cdi_spark.schema import (
    COMPANY,
    CONVERSION,
    EVENTS,
    HOUSEHOLD,
    JUDGEMENT,
    OVERRIDE,
    PERSON_INPUT,
    TABLES,
    THING_TABLES,
)
from cdi_spark.sql_text import Dialect

M = TypeVar("M", bound=BaseModel)


def load_project(folder: Path, variables: dict[str, str] | None = None, *, lenient: bool = False) -> Project:
    """Read and check a conf folder without Spark.

    Args:
        variables: values of project.yml's `vars`, instead of the defaults there.
        lenient: allow a variable without a value, for work that reads no source.

    Raises:
        ConfigError: a missing file, an unknown key, a wrong type, an expression outside the allow-list,
            a variable without a value; the message names file and line.
    """
    if not (folder / "project.yml").is_file():
        raise ConfigError(
            f"{folder}: no project.yml here. Give --project a conf folder; `cdi init` drafts one."
        )
    if link := find_link_out([*folder.glob("*.yml"), *folder.glob("*/*.yml")], folder):
        raise ConfigError(
            f"{link}: is a symbolic link, or below one, that leads out of the conf folder. Put a file there."
        )
    file = _read(folder / "project.yml", ProjectFile)
    values = _variables(folder / "project.yml", file.vars, variables or {}, lenient=lenient)
    sources = [_source(path, values) for path in _yaml_files(folder / "sources")]
    if not sources:
        raise ConfigError(f"{folder / 'sources'}: no source here. Add one YAML file per source.")
    _refuse_duplicates([source.name for source in sources], folder / "sources", "source")
    _check_person_sources(sources, folder / "sources")
    quality = [_quality(path) for path in _yaml_files(folder / "quality")]
    _refuse_duplicates([q.table for q in quality], folder / "quality", "table")
    survivorship = _survivorship(folder / "survivorship.yml", [source.name for source in sources])
    return Project(
        folder=folder,
        file=file,
        sources=sources,
        quality={q.table: q for q in quality},
        survivorship=survivorship,
    )


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yml")) if folder.is_dir() else []


def _refuse_duplicates(names: list[str], folder: Path, kind: str) -> None:
    if len(set(names)) < len(names):
        raise ConfigError(f"{folder}: two files are about one {kind}. Keep one file per {kind}.")


def _check_person_sources(sources: list[Source], folder: Path) -> None:
    of_persons = {source.name for source in sources if any(e.table == "person" for e in source.emits)}
    for source in sources:
        for emit in source.emits:
            if emit.person_source is not None and emit.person_source not in of_persons:
                raise ConfigError(
                    f"{folder}: source {source.name} emits {emit.table} with person_source {emit.person_source}, "
                    f"which emits no person. Name one of {', '.join(sorted(of_persons))}."
                )


def _survivorship(path: Path, sources: Sequence[str]) -> Survivorship:
    if not path.exists():
        return Survivorship()
    survivorship = _read(path, Survivorship)
    for name, attribute in survivorship.attributes.items():
        named = [*filter(None, [attribute.source_of_truth]), *(attribute.updated_by or [])]
        for source in sorted(set(named) - set(sources)):
            raise ConfigError(
                f"{path}: {name} names the source {source}, but the sources are {', '.join(sources)}."
            )
        if attribute.updated_by and attribute.source_of_truth not in (None, *attribute.updated_by):
            raise ConfigError(f"{path}: {name}'s source_of_truth is not in its updated_by. Add it there.")
    return survivorship


def _variables(
    path: Path, declared: dict[str, str | None], given: dict[str, str], *, lenient: bool
) -> dict[str, str]:
    for name in given.keys() - declared.keys():
        raise ConfigError(f"{path}: --var {name}=… is given, but vars declares no variable {name}. Add it.")
    values = {k: given.get(k, v) for k, v in declared.items()}
    for name, value in values.items():
        if value is None and not lenient:
            raise ConfigError(f"{path}: the variable {name} has no value. Give it with --var {name}=VALUE.")
    return {k: f"{{{k}}}" if v is None else v for k, v in values.items()}


_THINGS = {table.short for table in THING_TABLES}


def _source(path: Path, variables: dict[str, str]) -> Source:
    source = _read(path, Source)
    for place, sql in source.expressions().items():
        check_at(path, (place,), sql, label=place, over_raw=True)
    for n, emit in enumerate(source.emits):
        columns = PERSON_INPUT if emit.table == "person" else EVENTS.get(emit.table)
        if columns is None:
            line = line_in(path, ("emits", n, "table"))
            raise ConfigError(
                f"{path}:{line}: emits table {emit.table}; known are person, {', '.join(EVENTS)}."
            )
        if emit.table in _THINGS and (emit.person or emit.person_source):
            raise ConfigError(f"{path}: {emit.table} is about no person. Take out person and person_source.")
        for name in emit.columns.keys() - set(columns):
            line = line_in(path, ("emits", n, "columns", name))
            raise ConfigError(
                f"{path}:{line}: {emit.table} has no column {name}; it has {', '.join(columns)}."
            )
        for place, sql in emit.expressions().items():
            steps = ("emits", n, "columns", place) if place in emit.columns else ("emits", n, place)
            check_at(path, steps, sql, label=f"emits {emit.table}: {place}", over_raw=True)
    return source.model_copy(update={"path": _located(path, source.path, variables)})


def _located(path: Path, template: str, variables: Mapping[str, str]) -> str:
    """Put variables into a path; its fields are their names and nothing else."""
    try:
        return "".join(_filled(template, variables))
    except ValueError as fault:
        raise ConfigError(
            f"{path}:{line_in(path, ('path',))}: path: {fault} See project.yml's vars."
        ) from None


def _filled(template: str, variables: Mapping[str, str]) -> Iterator[str]:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        raise ValueError("its braces do not match.") from None
    for text, field, form, conversion in parts:
        yield text
        if field is None:
            continue
        # A width costs memory, and an attribute reads what is no variable.
        if form or conversion or not re.fullmatch(r"[^\W\d]\w*", field):
            raise ValueError("{…} takes the name of a variable and nothing else.")
        if field not in variables:
            raise ValueError(f"names an undeclared variable {field}.")
        yield variables[field]


# Written by stewards and runs, or computed from tables that are checked.
_UNCHECKED = {table for table in TABLES if table.startswith("ops.")} | {
    t.name for t in (JUDGEMENT, OVERRIDE, CONVERSION, HOUSEHOLD, COMPANY)
}


def _quality(path: Path) -> Quality:
    quality = _read(path, Quality)
    if quality.table not in TABLES:
        raise ConfigError(
            f"{path}: there is no table {quality.table}; write it with its schema, as silver.person."
        )
    if quality.table in _UNCHECKED:
        raise ConfigError(
            f"{path}: no stage checks {quality.table}. Check the tables that it is computed from."
        )
    for name, sql in quality.rules.items():
        check_at(path, ("rules", name), sql, label=f"rule {name}")
    return quality


def _read(path: Path, model: type[M]) -> M:
    try:
        text = path.read_text(encoding="utf-8")
        return model.model_validate(yaml.safe_load(text) or {})
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: cannot be read ({fault}).") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{line}: is not YAML: {getattr(fault, 'problem', fault)}.") from None
    except ValidationError as fault:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        problems = [
            f"{path}:{_line(tree, e['loc'])}: {'.'.join(str(x) for x in e['loc'])}: {_meaning(e['type'], e['msg'])}"
            for e in fault.errors(include_input=False, include_url=False)
        ]
        raise ConfigError("\n".join(problems)) from None


def _meaning(kind: str, message: str) -> str:
    return "is not a key here; remove it or correct its spelling" if kind == "extra_forbidden" else message


def check_at(
    path: Path | Traversable,
    place: tuple[int | str, ...],
    sql: str,
    *,
    label: str,
    dialect: Dialect = "spark",
    over_raw: bool = False,
) -> None:
    """Check an expression of a conf file; see check_expression().

    Args:
        place: the keys and positions that lead to it.
        label: what the message calls it.
    Raises:
        ConfigError: with file and line.
    """
    try:
        check_expression(sql, where=label, dialect=dialect, over_raw=over_raw)
    except ConfigError as fault:
        raise ConfigError(f"{path}:{line_in(path, place)}: {fault}") from None


def line_in(path: Path | Traversable, place: tuple[int | str, ...]) -> int:
    """Return the line (from 1) of a place in a YAML file."""
    return _line(yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader), place)


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """Find the line (from 1) of the deepest part of the place that exists in the file."""
    line = node.start_mark.line + 1 if node else 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == step]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
