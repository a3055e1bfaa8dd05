"""Declared tables in Delta: rows in their shape, what Delta and readers are told of them, SQL of merges and views."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.schema import (
    BOOLEAN,
    SCHEMAS,
    TABLES,
    Table,
)

# A table that a view names.
_NAMED = rf"\b(?:{'|'.join(SCHEMAS)})\.\w+"
# Delta keeps no statistics of these.
_WITHOUT_STATISTICS = ("array", "map", "struct", BOOLEAN)


def conform(rows: DataFrame, table: Table, *, also: Sequence[str] = ()) -> DataFrame:
    """The table's columns in order, with their comments and exactly the declared types.

    Raises:
        CdiError: a column is missing or of another type; never cast in silence.
    """
    have = {f.name: f.dataType for f in rows.schema}
    for column in table.columns:
        if column.name not in have:
            raise CdiError(
                f"{table.name}: {column.name} is missing. Add it in the stage that writes the table."
            )
        if have[column.name].simpleString() != column.type:
            raise CdiError(
                f"{table.name}: {column.name} is {have[column.name].simpleString()}, wants "
                f"{column.type}. Cast it in the stage that writes the table, or change "
                f"{table.name} in cdi_spark/tables/."
            )
    return rows.select(
        *(F.col(f"`{c.name}`").alias(c.name, metadata={"comment": c.comment}) for c in table.columns), *also
    )


def with_gone(rows: DataFrame, gone: DataFrame) -> DataFrame:
    """What Storage.merge() takes: rows that are there, and rows of the same table that are to go."""
    return rows.withColumn("_gone", F.lit(False)).unionByName(gone.withColumn("_gone", F.lit(True)))


def properties(table: Table) -> dict[str, str]:
    """Statistics in the log only of columns that say nothing about a person: VACUUM does not reach the log."""
    # No row of a log goes; else a session's default counts.
    rows = {"delta.enableDeletionVectors": "false"} if table.name.startswith("ops.") else {}
    plain = [c.name for c in table.columns if c.pii == "none" and not c.type.startswith(_WITHOUT_STATISTICS)]
    if not plain:
        return {**rows, "delta.dataSkippingNumIndexedCols": "0"}
    return {**rows, "delta.dataSkippingStatsColumns": ",".join(f"`{name}`" for name in plain)}


def same(columns: Sequence[str]) -> str:
    """SQL that holds where a table's row `t` and a row `s` have the same key."""
    return " AND ".join(f"t.`{c}` = s.`{c}`" for c in columns)


def merge_clauses(table: Table, *, has_gone: bool, when_changed: Sequence[str] | None) -> str:
    """What a MERGE does with the table's rows `t` and rows `s`.

    Args:
        has_gone: rows of which `_gone` is true are taken out.
        when_changed: rows that differ in one of these are updated; all that match where it is None.
    """
    differs = [f"NOT t.`{c}` <=> s.`{c}`" for c in when_changed or ()]
    updated = f"AND ({' OR '.join(differs)}) " if differs else ""
    assign = ", ".join(f"`{c}` = s.`{c}`" for c in table.names)
    names, values = ", ".join(f"`{c}`" for c in table.names), ", ".join(f"s.`{c}`" for c in table.names)
    return " ".join(
        (
            "WHEN MATCHED AND s._gone THEN DELETE" if has_gone else "",
            f"WHEN MATCHED {updated}THEN UPDATE SET {assign}" if when_changed or when_changed is None else "",
            f"WHEN NOT MATCHED {'AND NOT s._gone ' if has_gone else ''}THEN INSERT ({names}) VALUES ({values})",
        )
    )


def view_over(table: Table, rows_of: Callable[[str], str | None]) -> str:
    """SQL of a view.

    Args:
        rows_of: SQL of a table that it names; None where it was never written.
    """

    def rows(found: re.Match[str]) -> str:
        named = TABLES[found[0]]
        return f"({view_over(named, rows_of) if named.view else rows_of(named.name) or _no_rows(named)})"

    return re.sub(_NAMED, rows, table.view)


def comments(table: Table) -> str:
    """SQL of a view's columns, with what they and the view are about."""
    columns = ", ".join(f"`{c.name}` COMMENT '{escaped(c.comment)}'" for c in table.columns)
    return f"({columns}) COMMENT '{escaped(table.comment)}'"


def _no_rows(table: Table) -> str:
    """SQL of a table that was never written."""
    columns = ", ".join(f"CAST(NULL AS {c.type}) AS `{c.name}`" for c in table.columns)
    return f"SELECT {columns} WHERE false"


def escaped(text: str) -> str:
    """Text within the quotes of a SQL string."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
