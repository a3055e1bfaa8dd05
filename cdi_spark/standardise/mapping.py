"""From landed rows to the rows that they emit: selected, mapped and typed, not yet standardised."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Emit, Source
from cdi_spark.config.expressions import lacks_user
from cdi_spark.errors import SourceError
from cdi_spark.schema import EVENTS, LANDING, PERSON, PERSON_INPUT, STRING, TABLES, Table, spark_type
from cdi_spark.sql_text import quote, values_tried
from cdi_spark.standardise.batches import LOST, UNREAD
from cdi_spark.standardise.partial_dates import precision_of
from cdi_spark.standardise.several_rows import several_rows
from cdi_spark.standardise.versions import RowStatus

# A longer text is not a name, address or number of a person.
LONGEST_TEXT = 2_000
# Rounded to the smallest unit of the currency; prices per piece may be finer.
AMOUNTS = ("amount", "price")
EXACT = T.DecimalType(28, 10)

_LANDING = {c.name for c in LANDING}


def current_rows(
    bronze: DataFrame, source: Source, *, batches: Sequence[str], has_earlier: bool = True
) -> DataFrame:
    """Return the landed rows that define silver now: all rows of a changes source, the newest delivery of a snapshot.

    Where an earlier delivery had a newer version of a snapshot's row, that version is included too.

    Args:
        batches: the newest delivery's.
        has_earlier: whether bronze has earlier deliveries.
    Returns:
        bronze's columns and `_late`: true where an earlier delivery had a newer version of the row.
    """
    never, own = F.lit(False), [F.col(quote(c)) for c in bronze.columns]
    if source.load == "changes":
        return bronze.withColumn("_late", never)
    newest = bronze.where(F.col("_batch").isin(list(batches)))
    order = source.order_by or source.updated_at
    if order is None or not has_earlier:
        return newest.withColumn("_late", never)
    version = F.expr(order)
    before = bronze.where(~F.col("_batch").isin(list(batches)))
    now = newest.groupBy("_key").agg(F.max(version).alias("_now"))
    last = Window.partitionBy("_key").orderBy(F.desc("_version"), F.desc("_ingested_at"), "_row_number")
    ahead = (
        before.withColumn("_version", version)
        .join(now, "_key")
        .where("_version > _now")
        .withColumn("_nth", F.row_number().over(last))
        .where("_nth = 1")
        .select(*own, never.alias("_late"))
    )
    late = ahead.select("_key", F.lit(True).alias("_late"))
    return (
        newest.join(late, "_key", "left")
        .select(*own, F.coalesce("_late", never).alias("_late"))
        .unionByName(ahead)
    )


def emit_rows(
    landed: DataFrame, source: Source, emit: Emit, *, mapped: Collection[str] = (), counted: bool = True
) -> DataFrame:
    """Return the rows that landed rows emit for one table, mapped and typed, not yet standardised.

    Args:
        landed: current_rows() of the source.
        mapped: columns that other emits of the table map; null here.
        counted: whether the landed rows count here, and not in another emit of the source for the table.
    Returns:
        key, record_id, updated_at, the columns that any emit maps (of persons source and trust too), texts that are no
        number or date (UNREAD, which the value rules may read, and LOST, which the mapping has dropped), and what
        resolve_versions() needs: `_source`, `_status` (null where the row is to be checked), `_faults` (rules that
        it has failed), `_landed` (1 in a counted row's first row), `_deleted`, `_order` (newer is greater),
        `_ingested_at`, `_file`, `_row_number` and `_row` (the landed row as JSON).
    Raises:
        SourceError: an expression names a column that the source does not have.
    """
    table = TABLES[f"silver.{emit.table}"]
    types = column_types(table)
    own = [c for c in landed.columns if c not in _LANDING and c != "_late"]
    whole = F.to_json(F.struct(*(F.col(quote(c)) for c in own)))
    rows = landed.withColumn("_row", F.coalesce("_raw", whole))
    if lacks_user([*source.expressions().values(), *emit.expressions().values()], own):
        raise SourceError(f"source {source.name}, emits {emit.table}: there is no column user. Fix its conf.")
    try:
        if emit.explode:
            rows = rows.select("*", F.posexplode_outer(F.expr(emit.explode)).alias("item_no", "item"))
            rows = rows.withColumn("item_no", F.col("item_no") + 1)
            nothing, first = F.col("item_no").isNull(), F.coalesce("item_no", F.lit(1)) == 1
        else:
            nothing, first = F.lit(False), F.lit(True)
        if emit.where:
            nothing = nothing | ~F.coalesce(F.expr(emit.where), F.lit(False))
        person_key, person_source = emit.person or _person_key(source), emit.person_source or source.name
        rows = rows.select(
            F.expr(emit.key or source.key).cast("string").alias("key"),
            F.concat(F.lit(f"{person_source}:"), F.expr(person_key).cast("string")).alias("record_id"),
            F.expr(source.updated_at or "null").try_cast("timestamp").alias("updated_at"),
            F.coalesce(F.expr(source.deleted or "false").try_cast("boolean"), F.lit(False)).alias("_deleted"),
            F.struct(
                F.expr(source.order_by or source.updated_at or "cast(null as timestamp)").alias("version"),
                "_ingested_at",
                F.xxhash64("_row").alias("hash"),
            ).alias("_order"),
            # A row that cannot be read goes to quarantine; it is not skipped because columns are missing.
            F.when(F.col("_fault").isNull() & nothing, F.lit(RowStatus.SKIPPED))
            .when(F.col("_fault").isNull() & F.col("_late"), F.lit(RowStatus.SUPERSEDED))
            .alias("_status"),
            F.array_compact(F.array("_fault")).alias("_faults"),
            (first & F.lit(counted)).cast("long").alias("_landed"),
            F.lit(source.name).alias("_source"),
            *("_ingested_at", "_file", "_row_number", "_row"),
            *(F.expr(sql).alias(name) for name, sql in emit.columns.items()),
            *(
                _tried(sql).alias(f"{LOST}{name}")
                for name, sql in emit.columns.items()
                if _is_number_or_date(types.get(name))
            ),
        )
        _ = rows.schema  # over Connect a missing column shows only here
    except PySparkException as fault:
        raise SourceError(f"source {source.name}, emits {emit.table}: {_meaning(fault)}") from None
    given = {f.name: f.dataType for f in rows.schema if f.name in types and f.name in emit.columns}
    if isinstance(given.get("birth_date"), T.IntegralType):
        # A year.
        rows, given["birth_date"] = (
            rows.withColumn("birth_date", F.col("birth_date").cast("string")),
            T.StringType(),
        )
    if table is PERSON:
        rows = rows.transform(_without_long_texts, list(given)).transform(several_rows, given)
        added = {"source": F.lit(source.name), "trust": F.lit(source.trust)}
    else:
        added = {table.key[0]: F.concat(F.lit(f"{source.name}:"), "key")}
    typed = {name: _typed(kind, name, types[name]) for name, kind in given.items()}
    rows = _with_misfits(rows, given, typed, types)
    # More digits than the table has, so that an amount is rounded only once, when its currency is known.
    exact = {name: _typed(given[name], name, EXACT) for name in given.keys() & set(AMOUNTS)}
    names = sorted({*mapped, *given})
    absent = {name: F.lit(None).cast(types[name]) for name in names if name not in given}
    texts = {
        text: column
        for name in names
        for text, column in _unfitting(name, given.get(name), types[name], typed.get(name)).items()
    }
    if "birth_date" in names:
        added["birth_date_precision"] = precision_of("birth_date", given.get("birth_date"))
    return rows.withColumns({**typed, **exact, **absent, **added, **texts})


def column_types(table: Table) -> dict[str, T.DataType]:
    """Return the columns of a silver table that a mapping may fill, with their types."""
    names = PERSON_INPUT if table is PERSON else EVENTS[table.short]
    types = {c.name: c.type for c in table.columns} | {"full_name": STRING}
    return {name: spark_type(types[name]) for name in names}


def _meaning(fault: PySparkException) -> str:
    """Return what is wrong with a mapping and what to do."""
    said = fault.getMessageParameters() or {}
    if (fault.getCondition() or "").startswith("DATATYPE_MISMATCH"):
        return (
            f"{said.get('sqlExpr', 'an expression')} does not take the type of its columns. Fix the mapping; the types "
            "are those of the bronze table."
        )
    if missing := said.get("objectName") or said.get("fieldName"):
        return (
            f"the landed data has no column {missing}. Fix the mapping, or deliver the files with the column."
        )
    return f"Spark refuses an expression ({fault.getCondition() or type(fault).__name__}). Fix the mapping."


def _tried(sql: str) -> Column:
    """Return the text that an expression tries to convert; null where it tries none."""
    tried = [F.expr(value).cast("string") for value in values_tried(sql)]
    return F.coalesce(*tried) if tried else F.lit(None).cast("string")


def _unfitting(
    name: str, given: T.DataType | None, kind: T.DataType, typed: Column | None
) -> dict[str, Column]:
    """Return the texts of a typed column that are none of its type, by the columns that hold them.

    A text that the value rules may read is in UNREAD, one that is lost in LOST; without any, they are null.
    """
    if not _is_number_or_date(kind):
        return {}
    unread = lost = F.lit(None).cast("string")
    if given is not None and typed is not None:
        tried = F.col(f"{LOST}{name}")
        lost = F.when(F.col(name).isNull() & (F.trim(tried) != ""), tried)
        if isinstance(given, T.StringType) and _is_read_by_rules(name, kind):
            text = F.when(typed.isNull() & (F.trim(name) != ""), F.col(name))
            unread, lost = (
                (text, lost) if isinstance(kind, T.DecimalType) else (unread, F.coalesce(text, lost))
            )
    texts = {f"{LOST}{name}": lost}
    return {**texts, f"{UNREAD}{name}": unread} if isinstance(kind, T.DecimalType) else texts


def _is_number_or_date(kind: T.DataType | None) -> bool:
    return kind is not None and not isinstance(kind, T.StringType | T.ArrayType | T.BooleanType)


def _is_read_by_rules(name: str, kind: T.DataType) -> bool:
    """Whether a text of the column goes through value rules: what is no amount or date of birth is dropped there."""
    return isinstance(kind, T.DecimalType) or name == "birth_date"


def _person_key(source: Source) -> str:
    keys = [emit.key for emit in source.emits if emit.table == "person" and emit.key]
    return keys[0] if keys else source.key


def _typed(given: T.DataType, name: str, kind: T.DataType) -> Column:
    """Cast a mapped column to the table's type; a value that does not fit is null, a string becomes an array of one."""
    if isinstance(kind, T.ArrayType) and not isinstance(given, T.ArrayType):
        return F.array(F.col(name).try_cast(kind.elementType))
    return F.col(name).try_cast(kind)


def _without_long_texts(rows: DataFrame, columns: Sequence[str]) -> DataFrame:
    """Set texts that are too long for a person to null, and add the rule that the row fails."""
    kinds = dict(rows.dtypes)
    too_long = {
        "string": lambda name: F.length(name) > LONGEST_TEXT,
        "array<string>": lambda name: F.exists(name, lambda item: F.length(item) > LONGEST_TEXT),
    }
    tests = {name: too_long[kinds[name]](name) for name in columns if kinds[name] in too_long}
    if not tests:
        return rows
    failed = F.array_compact(
        F.array(*(F.when(long, F.lit(f"{name}_not_too_long")) for name, long in tests.items()))
    )
    kept = {name: F.when(F.coalesce(~long, F.lit(True)), F.col(name)) for name, long in tests.items()}
    return rows.withColumns({**kept, "_faults": F.concat("_faults", failed)})


def _with_misfits(
    rows: DataFrame,
    given: Mapping[str, T.DataType],
    typed: Mapping[str, Column],
    types: Mapping[str, T.DataType],
) -> DataFrame:
    """Add the rules that rows fail because a mapped value does not have its column's type."""
    tests = [
        F.when(F.col(name).isNotNull() & column.isNull(), F.lit(f"{name}_is_{_a(types[name])}"))
        for name, column in typed.items()
        if given[name] != types[name]
        and not isinstance(types[name], T.ArrayType)
        and not (isinstance(given[name], T.StringType) and _is_read_by_rules(name, types[name]))
    ]
    if not tests:
        return rows
    return rows.withColumn("_faults", F.concat("_faults", F.array_compact(F.array(*tests))))


def _a(kind: T.DataType) -> str:
    if isinstance(kind, T.DateType):
        return "a_date"
    return "a_time" if isinstance(kind, T.TimestampType) else "a_number"
