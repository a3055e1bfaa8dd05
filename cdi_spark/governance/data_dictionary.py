"""The data dictionary and the ownership document of a project, as one HTML page."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdi_spark.config import Attribute, Emit, Expectation, Project, Rule, Source
from cdi_spark.pages import page
from cdi_spark.schema import (
    CUSTOMER_360,
    EVENT_TABLES,
    LANDING,
    PERSON,
    PII,
    SCHEMAS,
    TABLES,
    THING_TABLES,
    Column,
    Schema,
    Table,
)
from cdi_spark.sql_text import columns_read, fields_read
from cdi_spark.standardise.silver import KEY_RULE

RULES: dict[Rule, str] = {
    "trusted": "the most trusted source, 1 before 9",
    "recent": "the newest updated_at; unknown is oldest",
    "frequent": "the value of most of the customer's records",
    "longest": "the most characters",
    "valid": "a value that meets the attribute's own expression",
    "complete": "the most parts filled: street, city, postcode and country, or the parts of a group",
    "all": "no choice: the values of all records are kept",
}
_FILLED_BY_SOURCES = {table.name for table in (PERSON, *EVENT_TABLES, *THING_TABLES)}
_NAME_PARTS = ("given_name", "middle_name", "family_name", "company")


@dataclass(frozen=True)
class Feed:
    """What one source writes into one column of silver: an expression over landed rows, or a note."""

    column: str
    source: str
    sql: str = ""
    note: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One table as the page shows it; `is_empty` if no source of the project fills it."""

    name: str
    comment: str
    owner: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    source: Source | None = None
    as_landed: tuple[str, ...] = ()
    is_empty: bool = False
    feeds: tuple[Feed, ...] = ()
    survivorship: tuple[tuple[str, str], ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    expectations: tuple[Expectation, ...] = ()


def dictionary_page(project: Project) -> str:
    """Render sources with their owners, and every table with its columns, origins of values and rules.

    The page needs no other file and no network, and is the same for the same conf: it contains no time and no path.

    Args:
        project: a loaded conf folder; variables need no value, because paths of sources are not shown.
    Returns:
        HTML; every text of the conf is escaped.
    """
    schemas = _schemas(project)
    classes = [c.pii for _, _, entries in schemas for entry in entries for c in entry.columns]
    return page(
        "dictionary.html.j2",
        project=project,
        schemas=schemas,
        missing={source.name: _missing(source) for source in project.sources},
        pii={name: (meaning, classes.count(name)) for name, meaning in PII.items()},
        rules=RULES,
        arguments=_arguments,
    )


def feeds(project: Project) -> dict[str, list[Feed]]:
    """Return the lineage: per silver table, what each source writes into each column, in column order."""
    found = {
        name: [feed for source, emit in emits for feed in _feeds(source, emit, project)]
        for name, emits in project.emits.items()
    }
    for name, rows in found.items():
        rows.sort(key=lambda feed: TABLES[name].names.index(feed.column))
    return found


def landed_columns(source: Source) -> list[str]:
    """Return the landed columns that a source's conf reads; other columns of its files land too."""
    plain = [*source.expressions().values()]
    inside: list[str] = []
    for emit in source.emits:
        (inside if emit.explode else plain).extend(emit.expressions().values())
    names = set().union(*map(columns_read, plain))
    names |= set().union(*map(columns_read, inside)) - {"item", "item_no"}
    return sorted(names - {c.name for c in LANDING})


def _missing(source: Source) -> list[str]:
    """Return what an ownership document must state about a source, and its conf does not."""
    stated = {
        "what it holds": source.description,
        "owner": source.owner,
        "purpose": source.purpose,
        "consumers": source.consumers,
    }
    return [name for name, text in stated.items() if not text]


def _schemas(project: Project) -> list[tuple[str, Schema, list[Entry]]]:
    lineage = feeds(project)
    entries = [_bronze(source) for source in project.sources]
    entries += [_entry(table, project, lineage) for table in TABLES.values()]
    return [
        (name, schema, [entry for entry in entries if entry.name.startswith(f"{name}.")])
        for name, schema in SCHEMAS.items()
    ]


def _bronze(source: Source) -> Entry:
    return Entry(
        f"bronze.{source.name}",
        _sentence(source.description or f"rows of {source.name} as they landed"),
        SCHEMAS["bronze"].owner,
        ("_batch", "_row_number"),
        LANDING,
        source=source,
        as_landed=tuple(landed_columns(source)),
    )


def _entry(table: Table, project: Project, lineage: dict[str, list[Feed]]) -> Entry:
    schema, _, short = table.name.partition(".")
    # A mart has the name of its event table, and is empty if that is.
    origin = f"silver.{short}"
    is_empty = schema in ("silver", "gold") and origin in _FILLED_BY_SOURCES and origin not in lineage
    quality = project.quality.get(table.name)
    rules = (KEY_RULE if table.name in lineage else {}) | (quality.rules if quality else {})
    return Entry(
        table.name,
        table.comment,
        table.owner,
        table.key,
        table.columns,
        is_empty=is_empty,
        feeds=tuple(lineage.get(table.name, ())),
        survivorship=_survivorship(project) if table is CUSTOMER_360 else (),
        rules=tuple(rules.items()),
        expectations=tuple(quality.expectations) if quality else (),
    )


def _survivorship(project: Project) -> tuple[tuple[str, str], ...]:
    """Return per golden attribute the rules that choose its value, in order."""
    chosen = {
        column: _chosen(project.survivorship.of(choice), choice if len(columns) > 1 else "")
        for choice, columns in project.survivorship.choices.items()
        for column in columns
    }
    return tuple((name, chosen[name]) for name in CUSTOMER_360.names if name in chosen)


def _chosen(how: Attribute, group: str) -> str:
    every = "all values of all records are kept"
    parts = [every if how.rules == ["all"] else ", then ".join(how.rules)]
    parts += [f"with the rest of {group}"] * bool(group)
    parts += [f"source of truth: {how.source_of_truth}"] * bool(how.source_of_truth)
    parts += [f"only from {', '.join(how.updated_by or [])}"] * bool(how.updated_by)
    parts += [f"valid: {how.valid}"] * bool(how.valid)
    parts += [f"owner: {how.owner}"] * bool(how.owner)
    return "; ".join(parts)


def _feeds(source: Source, emit: Emit, project: Project) -> list[Feed]:
    """Return the columns that an emit maps, then those that every row has: its key, its person, its times."""

    def by_sql(column: str, sql: str, note: str = "") -> Feed:
        return Feed(column, source.name, sql, note, tuple(_reads(sql, emit.explode)))

    rows = []
    for column, sql in emit.columns.items():
        split = [by_sql(part, sql, "split from the whole name") for part in _NAME_PARTS]
        rows += split if column == "full_name" else [by_sql(column, sql)]
    key = emit.key or source.key
    if emit.table != "person":
        rows.append(by_sql(f"{emit.table}_id", key, f"with {source.name}: in front"))
        if "record_id" not in TABLES[f"silver.{emit.table}"].names:
            return rows
        owner = next(s for s in project.sources if s.name == (emit.person_source or source.name))
        person = emit.person or _person_key(owner)
        return [*rows, by_sql("record_id", person, f"with {owner.name}: in front")]
    rows += [by_sql("record_id", key, f"with {source.name}: in front"), by_sql("key", key)]
    rows.append(Feed("trust", source.name, note=str(source.trust)))
    if source.updated_at:
        rows.append(by_sql("updated_at", source.updated_at))
    if source.deleted:
        rows.append(by_sql("is_deleted", source.deleted))
    elif source.load == "snapshot":
        rows.append(Feed("is_deleted", source.name, note="true once the newest delivery lacks the record"))
    return rows


def _person_key(source: Source) -> str:
    return next((e.key for e in source.emits if e.table == "person" and e.key), source.key)


def _reads(sql: str, explode: str | None) -> list[str]:
    """Return the columns that an expression reads, with `item` as an element of its array."""
    paths = fields_read(sql)
    if explode:
        paths = {f"{explode}[]{p.removeprefix('item')}" if p.split(".")[0] == "item" else p for p in paths}
    return sorted(paths - {"item_no"} if explode else paths)


def _sentence(text: str) -> str:
    """Write a text like a table's comment: a capital letter first, no full stop at the end."""
    return text[:1].upper() + text[1:].rstrip(". \n")


def _arguments(expectation: Expectation) -> str:
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in expectation.arguments.items())
