"""Declared tables in Delta: rows in the declared shape, table properties, and SQL of merges and views."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.schema import BOOLEAN, SCHEMAS, TABLES, Table
from cdi_spark.sql_text import literal, quote, replace_tables

# Delta keeps no statistics of these.
_WITHOUT_STATISTICS = ("array", "map", "struct", BOOLEAN)


def conform(rows: DataFrame, table: Table, *, also: Sequence[str] = ()) -> DataFrame:
    """Select the table's columns in order, with their comments and exactly the declared types.

    Raises:
        CdiError: a column is missing or of another type; columns are never cast silently.
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
                f"{table.name} in cdi_spark/schema/."
            )
    return rows.select(
        *(F.col(quote(c.name)).alias(c.name, metadata={"comment": c.comment}) for c in table.columns), *also
    )


def with_gone(rows: DataFrame, gone: DataFrame) -> DataFrame:
    """Combine rows to insert or update and rows to delete, for Storage.merge()."""
    return rows.withColumn("_gone", F.lit(False)).unionByName(gone.withColumn("_gone", F.lit(True)))


def properties(table: Table) -> dict[str, str]:
    """Return the properties with which Delta makes a table.

    Delta's log has statistics only of columns without personal data, since VACUUM does not reach the log.
    """
    # Rows of ops tables are never deleted; without this the session's default applies.
    rows = {"delta.enableDeletionVectors": "false"} if table.name.startswith("ops.") else {}
    plain = [c.name for c in table.columns if c.pii == "none" and not c.type.startswith(_WITHOUT_STATISTICS)]
    if not plain:
        return {**rows, "delta.dataSkippingNumIndexedCols": "0"}
    return {**rows, "delta.dataSkippingStatsColumns": ",".join(map(quote, plain))}


def keys_match(columns: Sequence[str]) -> str:
    """Return SQL that is true where a table's row `t` and a row `s` have the same key."""
    return " AND ".join(f"t.{quote(c)} = s.{quote(c)}" for c in columns)


def merge_clauses(table: Table, *, has_gone: bool, when_changed: Sequence[str] | None) -> str:
    """Return what a MERGE does with the table's rows `t` and rows `s`.

    Args:
        has_gone: rows where `_gone` is true are deleted.
        when_changed: rows that differ in one of these are updated; all that match if it is None.
    """
    differs = [f"NOT t.{quote(c)} <=> s.{quote(c)}" for c in when_changed or ()]
    updated = f"AND ({' OR '.join(differs)}) " if differs else ""
    assign = ", ".join(f"{quote(c)} = s.{quote(c)}" for c in table.names)
    names = ", ".join(map(quote, table.names))
    values = ", ".join(f"s.{quote(c)}" for c in table.names)
    return " ".join(
        (
            "WHEN MATCHED AND s._gone THEN DELETE" if has_gone else "",
            f"WHEN MATCHED {updated}THEN UPDATE SET {assign}" if when_changed or when_changed is None else "",
            f"WHEN NOT MATCHED {'AND NOT s._gone ' if has_gone else ''}THEN INSERT ({names}) VALUES ({values})",
        )
    )


def view_over(table: Table, rows_of: Callable[[str], str | None]) -> str:
    """Return the SQL of a view.

    Args:
        rows_of: SQL of a table that the view names; None if the table was never written.
    """

    def rows(name: str) -> str:
        named = TABLES[name]
        return f"({view_over(named, rows_of) if named.view else rows_of(named.name) or _no_rows(named)})"

    return replace_tables(table.view, SCHEMAS, rows)


def view_columns(table: Table) -> str:
    """Return the SQL of a view's columns, with the comments of these and of the view."""
    columns = ", ".join(f"{quote(c.name)} COMMENT {literal(c.comment)}" for c in table.columns)
    return f"({columns}) COMMENT {literal(table.comment)}"


def _no_rows(table: Table) -> str:
    """SQL of a table that was never written."""
    columns = ", ".join(f"CAST(NULL AS {c.type}) AS {quote(c.name)}" for c in table.columns)
    return f"SELECT {columns} WHERE false"
