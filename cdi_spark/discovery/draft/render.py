"""The plans as YAML, with facts and doubts as comments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from cdi_spark.discovery.draft.confidence import find_uses
from cdi_spark.discovery.draft.source_plans import EmitPlan, SourcePlan
from cdi_spark.discovery.draft.yaml_lines import one_line, wrap_comment, write_entry, write_scalar
from cdi_spark.discovery.lexicon.vocabulary import load_lists
from cdi_spark.discovery.read.encodings import needs_java_charsets, spark_encoding
from cdi_spark.discovery.read.file_names import mask_wildcards

_DROPPED_BY_SILVER = frozenset(load_lists("values")["dropped_by_silver"])
_TOP = "# Drafted by `cdi init`. Check every comment that begins with `confirm`."
_GUESSED = (
    "# Percentages come from a sample: `filled` is the share of rows that have a value, `fit` the share of these\n"
    "# values that suit the line."
)
_MEASURED = (
    "# `filled` and `fit` of columns are what Spark measured on {tried}: the share of rows that have\n"
    "# a value in silver, and of rows with a value in the file, the share whose value is kept."
)


def render_project(
    name: str, *, raw: str, country: str, evidence: str, plans: Sequence[SourcePlan], skipped: Sequence[str]
) -> str:
    """The text of project.yml."""
    lines = [
        _TOP,
        f"name: {write_scalar(name)}",
        f"description: {write_scalar('; '.join(plan.name for plan in plans))}",
        *wrap_comment(f"confirm: {one_line(evidence)}", "# "),
        f"default_country: {write_scalar(country)}   # for phones, postcodes and dates without a country",
        "warehouse: warehouse   # folder of the tables, relative to this file",
        "vars:",
        f"  raw: {write_scalar(raw)}   # folder of the raw files; on another machine pass --var raw=FOLDER",
    ]
    settings = []
    if any(needs_java_charsets(plan.sheet.delivery.encoding) for plan in plans):
        settings.append('  spark.sql.legacy.javaCharsets: "true"   # Spark 4 needs it to read this encoding')
    if any(guess.column.kind == "nanos" for plan in plans for guess in plan.sheet.guesses):
        settings.append(
            '  spark.sql.legacy.parquet.nanosAsLong: "true"   # Spark needs it to read times in nanoseconds'
        )
    lines += ["spark:", *settings] if settings else []
    lines += ["# Files that are not used:"] if skipped else []
    lines += [text for line in skipped for text in wrap_comment(one_line(line), "#   ")]
    return "\n".join(lines) + "\n"


def render_source(plan: SourcePlan, *, common: Path) -> str:
    """The text of sources/<name>.yml."""
    delivery = plan.sheet.delivery
    what = f"{plan.sheet.rows:,} rows" + (
        f" in {len(delivery.files)} files" if len(delivery.files) > 1 else ""
    )
    lines = [
        _TOP,
        *(_MEASURED.format(tried=plan.tried) if plan.tried else _GUESSED).splitlines(),
        f"name: {write_scalar(plan.name)}",
        f"description: {write_scalar(f'{_describe_tables(plan)}; {what} when `cdi init` ran')}",
        'owner: ""   # confirm: who is responsible for this data',
        "purpose: customer data integration   # confirm: what the data may be used for",
        "consumers: []   # confirm: who uses the results",
        *(text for doubt in delivery.doubts for text in wrap_comment(f"confirm: {one_line(doubt)}", "# ")),
        f"path: {write_scalar(_render_path(plan, common))}",
        f"format: {delivery.format}",
    ]
    if options := _render_options(plan):
        lines.append(
            f"options: {{{', '.join(f'{k}: {json.dumps(v, ensure_ascii=False)}' for k, v in options.items())}}}"
        )
    if delivery.dialect and (skipped := delivery.dialect.skip_rows):
        lines += [
            f"# confirm: the first {skipped} lines of each file are no rows"
            if skipped > 1
            else "# confirm: the first line of each file is no row",
            f"skip_rows: {skipped}",
        ]
    lines += write_entry(
        "key",
        plan.key.sql if not plan.sheet.explode else _hash_file(plan),
        plan.key.facts if not plan.sheet.explode else "each file is one object",
        list(plan.key.confirm) if not plan.sheet.explode else [],
    )
    for line in (plan.updated, plan.order_by, plan.deleted):
        if line:
            lines += write_entry(line.target, line.sql, line.facts, line.confirm)
    if plan.inactive and not plan.deleted:
        column = plan.inactive.column
        doubt = (
            f"confirm: column {one_line(column.name)} marks active records; to treat the others as deleted, "
            "add a line `deleted` that uses it"
        )
        lines += wrap_comment(doubt, "# ")
    lines += [
        "# confirm: 1 is the most trusted; its values win where records of one customer differ",
        f"trust: {2 if plan.kind is None else 3}",
    ]
    lines += _render_load(plan)
    lines.append("emits:")
    for emit in plan.emits:
        lines += _render_emit(emit, plan)
    lines += [text for note in plan.notes for text in wrap_comment(one_line(note), "# ")]
    unused = _list_unused(plan)
    lines += wrap_comment(f"columns that are not mapped: {', '.join(unused)}", "# ") if unused else []
    return "\n".join(lines) + "\n"


def _describe_tables(plan: SourcePlan) -> str:
    tables = list(dict.fromkeys(emit.table.replace("_", " ") for emit in plan.emits))
    return " and ".join([", ".join(tables[:-1]), tables[-1]] if len(tables) > 1 else tables)


def _render_path(plan: SourcePlan, common: Path) -> str:
    return f"{{raw}}/{plan.sheet.delivery.path.relative_to(mask_wildcards(str(common)))}"


def _render_options(plan: SourcePlan) -> dict[str, str]:
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
        if null := _find_null_word(plan):
            options["nullValue"] = null
    if encoding := spark_encoding(delivery.encoding):
        if delivery.format == "csv" or not encoding.startswith("UTF"):
            options["encoding"] = encoding
        if delivery.format == "jsonl":
            options |= {"encoding": encoding, "lineSep": "\n"}
    return options


def _find_null_word(plan: SourcePlan) -> str:
    """The word that means "no value" in several columns, where silver would keep it as a value."""
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


def _render_load(plan: SourcePlan) -> list[str]:
    if plan.kind is not None:
        return ["load: changes   # every file adds events"]
    if plan.sheet.explode:
        doubt = "every file is one object; a record that is missing from a new file is kept"
        return [f"# confirm: {doubt}", "load: changes"]
    if len(plan.sheet.delivery.files) > 1:
        doubt = (
            "a record that is missing from a new file is kept; write `snapshot` if every file is a full list"
        )
        return [f"# confirm: {doubt}", "load: changes"]
    doubt = "a record that is missing from a new file counts as deleted; write `changes` to keep it"
    return [f"# confirm: {doubt}", "load: snapshot"]


def _hash_file(plan: SourcePlan) -> str:
    return f"sha2(to_json(struct({plan.sheet.explode.split('.')[0]})), 256)"


def _render_emit(emit: EmitPlan, plan: SourcePlan) -> list[str]:
    lines = [f"  - table: {emit.table}"]
    if emit.explode:
        lines += write_entry("explode", emit.explode, "", [], "    ")
    if emit.where:
        lines += write_entry("where", emit.where, "", [], "    ")
    if (emit.key and emit.key != plan.key.sql) or emit.explode:
        lines += write_entry(
            "key",
            emit.key or plan.key.sql,
            emit.key_facts,
            list(plan.key.confirm) if emit.key == plan.key.sql else [],
            "    ",
        )
    if emit.person:
        lines += write_entry("person", emit.person, emit.person_facts, [], "    ")
    if emit.person_source:
        lines.append(f"    person_source: {write_scalar(emit.person_source)}")
    if emit.per_key:
        lines.append(f"    per_key: {emit.per_key}   # rows with the same key become one record")
    lines.append("    columns:" + ("" if emit.lines else " {}"))
    for line in emit.lines:
        lines += write_entry(line.target, line.sql, line.facts, line.confirm, "      ")
    for line, reason in emit.left_out:
        lines += wrap_comment(f"confirm: left out, because {one_line(reason)}", "      # ")
        lines.append(f"      # {line.target}: {write_scalar(line.sql)}")
    return lines


def _list_unused(plan: SourcePlan) -> list[str]:
    uses = find_uses(plan)
    columns = [one_line(g.column.name) for g in plan.sheet.guesses if g.column.name not in uses]
    return columns + [f"{one_line(array)}[]" for array in _list_unused_arrays(plan)]


def _list_unused_arrays(plan: SourcePlan) -> list[str]:
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
