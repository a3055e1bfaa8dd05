"""The plans as conf: YAML that people read, each line with what speaks for it and what to confirm."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.draft.yaml_lines import (
    comment,
    entry,
    folded,
    scalar,
)
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.lexicon.vocabulary import load_lists
from cdi_spark.discovery.read.deliveries import glob_of, without_wildcards
from cdi_spark.discovery.read.encodings import spark_encoding, wants_java_charsets
from cdi_spark.discovery.recognise.lines import EmitPlan

_DROPPED_BY_SILVER = frozenset(load_lists("values")["dropped_by_silver"])
_TOP = (
    "# Written by `cdi init` from the files as they are. Shares are those of a sample: filled, and how many values\n"
    "# fit what the line takes them for. Lines marked `confirm` are guesses to look at.\n"
)


def project_yaml(
    name: str, *, raw: str, country: str, why: str, plans: Sequence[SourcePlan], left_out: Sequence[str]
) -> str:
    """project.yml."""
    lines = [
        _TOP.rstrip(),
        f"name: {scalar(name)}",
        f"description: {scalar('; '.join(plan.name for plan in plans))}",
        f"default_country: {scalar(country)}   # confirm: {comment(why)}",
        "warehouse: warehouse   # beside this file",
        "vars:",
        f"  raw: {scalar(raw)}   # where the files were; on another machine give --var raw=DIR",
    ]
    settings = []
    if any(wants_java_charsets(plan.sheet.delivery.encoding) for plan in plans):
        settings.append(
            '  spark.sql.legacy.javaCharsets: "true"   # Spark 4 reads old encodings only with it'
        )
    if any(guess.column.kind == "nanos" for plan in plans for guess in plan.sheet.guesses):
        settings.append(
            '  spark.sql.legacy.parquet.nanosAsLong: "true"   # Spark reads no times in nanoseconds'
        )
    lines += ["spark:", *settings] if settings else []
    lines += ["# Left out:", *(f"#   {comment(line)}" for line in left_out)] if left_out else []
    return "\n".join(lines) + "\n"


def source_yaml(plan: SourcePlan, *, common: Path) -> str:
    """sources/<name>.yml."""
    delivery = plan.sheet.delivery
    what = f"{plan.sheet.rows:,} rows" + (
        f" in {len(delivery.files)} files" if len(delivery.files) > 1 else ""
    )
    lines = [
        _TOP.rstrip(),
        f"name: {scalar(plan.name)}",
        f"description: {scalar(f'{_kind_words(plan)}, {what} when `cdi init` ran')}",
        'owner: ""   # confirm: who answers for this data',
        "purpose: customer data integration   # confirm: why it may be used",
        "consumers: []   # confirm: who reads what comes of it",
        f"path: {scalar(_path(plan, common))}",
        f"format: {delivery.format}",
    ]
    if options := _options(plan):
        lines.append(
            f"options: {{{', '.join(f'{k}: {json.dumps(v, ensure_ascii=False)}' for k, v in options.items())}}}"
        )
    lines += entry(
        "key",
        plan.key.sql if not plan.sheet.explode else _file_key(plan),
        plan.key.facts if not plan.sheet.explode else "one file is one row",
        list(plan.key.confirm) if not plan.sheet.explode else [],
    )
    for line in (plan.updated, plan.order_by, plan.deleted):
        if line:
            lines += entry(line.target, line.sql, line.facts, line.confirm)
    if plan.inactive and not plan.deleted:
        column = plan.inactive.column
        lines.append(
            f"# confirm: {comment(column.name)} says who is active; if the others are to go, write `deleted` with it"
        )
    lines.append(
        f"trust: {2 if plan.kind is None else 3}   # confirm: 1 is most trusted, and wins where records differ"
    )
    lines += _load(plan)
    lines.append("emits:")
    for emit in plan.emits:
        lines += _emit(emit, plan)
    unused = _unused(plan)
    lines += folded(f"not mapped: {', '.join(unused)}", "# ") if unused else []
    return "\n".join(lines) + "\n"


def quality_yaml(plans: Sequence[SourcePlan]) -> dict[str, str]:
    """quality/<table>.yml by name: what rows must hold, and expectations of the tables that the plans fill."""
    files = {"person.yml": _person_quality(plans), "customer_360.yml": _CUSTOMER_QUALITY}
    for table in dict.fromkeys(emit.table for plan in plans for emit in plan.emits if emit.table != "person"):
        files[f"{table}.yml"] = (
            f"table: silver.{table}\n"
            "# No rules: a row is kept whatever its columns say.\n"
            "expectations:\n"
            f"  - expectation: ExpectColumnValuesToBeUnique\n    column: {table}_id\n"
        )
    return files


_CUSTOMER_QUALITY = """table: gold.customer_360
expectations:
  - expectation: ExpectTableRowCountToBeBetween
    arguments: {min_value: 1}
  - expectation: ExpectColumnValuesToNotBeNull
    column: entity_id
  - expectation: ExpectColumnValuesToBeUnique
    column: entity_id
  - expectation: ExpectColumnValuesToBeBetween
    column: record_count
    arguments: {min_value: 1}
"""


def _person_quality(plans: Sequence[SourcePlan]) -> str:
    text = """table: silver.person
rules:
  has_something_to_match_on: >-
    given_name is not null or family_name is not null or emails is not null or phones is not null
    or national_id is not null or device_ids is not null or account_ids is not null
    or (birth_date is not null and coalesce(postcode, street, birth_place, city) is not null)
  birth_date_not_in_future: birth_date is null or birth_date <= cast(_ingested_at as date)
expectations:
  - expectation: ExpectTableRowCountToBeBetween
    arguments: {min_value: 1}
  - expectation: ExpectColumnValuesToNotBeNull
    column: record_id
  - expectation: ExpectColumnValuesToBeUnique
    column: record_id
"""
    fills = [
        (plan.sheet.rows, _named(emit)) for plan in plans for emit in plan.emits if emit.table == "person"
    ]
    share = sum(rows * fill for rows, fill in fills) / sum(rows for rows, _ in fills)
    # Some slack for names that silver refuses; and no expectation where a source has people without names.
    least = int(10 * share - 2) / 10
    if all(fill for _, fill in fills) and least >= 0.4:
        text += (
            "  - expectation: ExpectColumnValuesToNotBeNull\n    column: family_name\n"
            f"    arguments: {{mostly: {least}}}   # confirm: {percent(share)} of the rows have one\n"
        )
    return text


def _named(emit: EmitPlan) -> float:
    """The share of the rows that have a family name."""
    lines = [line for line in emit.lines if line.target in ("family_name", "full_name")]
    return max((line.used[0].column.fill for line in lines), default=0.0)


def _kind_words(plan: SourcePlan) -> str:
    tables = list(dict.fromkeys(emit.table.replace("_", " ") for emit in plan.emits))
    return " and ".join(tables)


def _path(plan: SourcePlan, common: Path) -> str:
    path = glob_of(plan.sheet.delivery.files)
    return f"{{raw}}/{path.relative_to(without_wildcards(str(common)))}"


def _options(plan: SourcePlan) -> dict[str, str]:
    delivery = plan.sheet.delivery
    options: dict[str, str] = {}
    if (dialect := delivery.dialect) is not None:
        if dialect.delimiter != ",":
            options["delimiter"] = dialect.delimiter
        if dialect.quote != '"':
            options["quote"] = dialect.quote
        if dialect.escape != '"':
            options["escape"] = dialect.escape
        if not dialect.header:
            options["header"] = "false"
        if dialect.comment:
            options["comment"] = dialect.comment
        if null := _null_word(plan):
            options["nullValue"] = null
    if encoding := spark_encoding(delivery.encoding):
        if delivery.format == "csv" or not encoding.startswith("UTF"):
            options["encoding"] = encoding
        if delivery.format == "jsonl":
            options |= {"encoding": encoding, "lineSep": "\n"}
    return options


def _null_word(plan: SourcePlan) -> str:
    """The word that stands for nothing in several columns, where it could be taken for a value."""
    seen: dict[str, int] = {}
    for guess in plan.sheet.guesses:
        for word, times in guess.column.nothings.items():
            if (
                word.lower() not in _DROPPED_BY_SILVER
                and any(c.isalpha() for c in word)
                and times >= 0.001 * guess.column.rows
            ):
                seen[word] = seen.get(word, 0) + 1
    several = {word: n for word, n in seen.items() if n > 1}
    return max(several, key=lambda word: (several[word], word)) if several else ""


def _load(plan: SourcePlan) -> list[str]:
    if plan.kind is not None:
        return ["load: changes   # events add up"]
    if plan.sheet.explode:
        return ["load: changes   # confirm: one file is one row; a record that a new file lacks stays"]
    if len(plan.sheet.delivery.files) > 1:
        return ["load: changes   # confirm: several files; `snapshot` where each new file is the whole list"]
    return ["load: snapshot   # confirm: a record that a new file lacks counts as deleted; else `changes`"]


def _file_key(plan: SourcePlan) -> str:
    return f"sha2(to_json(struct({plan.sheet.explode.split('.')[0]})), 256)"


def _emit(emit: EmitPlan, plan: SourcePlan) -> list[str]:
    lines = [f"  - table: {emit.table}"]
    if emit.explode:
        lines += entry("explode", emit.explode, "", [], "    ")
    if emit.where:
        lines += entry("where", emit.where, "", [], "    ")
    if (emit.key and emit.key != plan.key.sql) or emit.explode:
        lines += entry(
            "key",
            emit.key or plan.key.sql,
            emit.key_facts,
            list(plan.key.confirm) if emit.key == plan.key.sql else [],
            "    ",
        )
    if emit.person:
        lines += entry("person", emit.person, emit.person_facts, [], "    ")
    if emit.person_source:
        lines.append(f"    person_source: {scalar(emit.person_source)}")
    if emit.per_key:
        lines.append(f"    per_key: {emit.per_key}   # all rows of one key make one record")
    lines.append("    columns:" + ("" if emit.lines else " {}"))
    for line in emit.lines:
        lines += entry(line.target, line.sql, line.facts, line.confirm, "      ")
    return lines


def _unused(plan: SourcePlan) -> list[str]:
    used = {g for emit in plan.emits for line in emit.lines for g in line.used}
    used |= {g for g in plan.sheet.guesses if g.column in plan.key.columns}
    columns = [
        comment(g.column.name)
        for g in plan.sheet.guesses
        if g not in used and g.column.sql not in _mentioned(plan)
    ]
    return columns + [f"{comment(array)}[]" for array in _silent_arrays(plan)]


def _silent_arrays(plan: SourcePlan) -> list[str]:
    """Arrays of objects that no line of the source reads."""
    sql = " ".join([*(e.explode for e in plan.emits), *(line.sql for e in plan.emits for line in e.lines)])
    silent = []
    for inner in plan.sheet.inner:
        if inner.array is not None and inner.array.path[-1] not in sql:
            silent.append(inner.name)
        silent += [
            f"{inner.name}.{deep.name}"
            for deep in inner.inner
            if deep.array and deep.array.path[-1] not in sql
        ]
    return silent


def _mentioned(plan: SourcePlan) -> set[str]:
    sql: list[Any] = [plan.key.sql, *(emit.person for emit in plan.emits), *(emit.key for emit in plan.emits)]
    sql += [line.sql for line in (plan.updated, plan.deleted) if line]
    return {g.column.sql for g in plan.sheet.guesses if any(g.column.sql in text for text in sql)}
