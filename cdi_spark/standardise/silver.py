"""Landed rows to silver rows: mapped, standardised, checked by row rules, one version a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Emit, Source
from cdi_spark.errors import SourceError
from cdi_spark.standardise import addresses, countries, currencies, emails, names, phones, text
from cdi_spark.tables import LANDING, PERSON, PERSON_INPUT, STRING, TABLES, Table

# Holds for every row of every table; the projects' own rules come on top.
KEY_RULE = {"has_key": "trim(key) <> ''"}

_LANDING = {c.name for c in LANDING}


def current_rows(bronze: DataFrame, source: Source) -> DataFrame:
    """The landed rows that speak: of a snapshot the newest delivery, of changes all that ever landed."""
    if source.load == "changes":
        return bronze
    newest = bronze.groupBy("_run_id").agg(F.max("_ingested_at").alias("at")).orderBy(F.desc("at")).limit(1)
    return bronze.join(F.broadcast(newest.select("_run_id")), "_run_id", "left_semi")


def emitted(landed: DataFrame, source: Source, emit: Emit, *, default_country: str) -> DataFrame:
    """The rows that landed rows emit for one table, mapped and standardised, not yet checked.

    Args:
        landed: the source's rows of bronze.
        default_country: ISO 3166 alpha-2; how phones and postcodes read where a row names no country.
    Returns:
        key, the table's columns but content_hash and is_deleted, `_deleted`, `_order` (newer is greater),
        `_ingested_at` and `_row` (the landed row as JSON).
    Raises:
        SourceError: an expression names a column that the source does not have.
    """
    table = TABLES[f"silver.{emit.table}"]
    is_person = table is PERSON
    said = [c for c in landed.columns if c not in _LANDING]
    rows = landed.withColumn("_row", F.to_json(F.struct(*(F.col(f"`{c}`") for c in said))))
    try:
        if emit.explode:
            rows = rows.select("*", F.posexplode(F.expr(emit.explode)).alias("item_no", "item"))
            rows = rows.withColumn("item_no", F.col("item_no") + 1)
        if emit.where:
            rows = rows.where(F.expr(emit.where))
        mapped = {name: F.expr(sql) for name, sql in emit.columns.items()}
        person_key = emit.person or _person_key(source)
        rows = rows.select(
            F.expr(emit.key or source.key).cast("string").alias("key"),
            F.concat(F.lit(f"{source.name}:"), F.expr(person_key).cast("string")).alias("record_id"),
            F.expr(source.updated_at or "null").try_cast("timestamp").alias("updated_at"),
            F.coalesce(F.expr(source.deleted or "false").try_cast("boolean"), F.lit(False)).alias("_deleted"),
            F.struct(
                F.expr(source.order_by or source.updated_at or "_ingested_at").alias("said"),
                "_ingested_at",
                F.xxhash64("_row"),
            ).alias("_order"),
            "_ingested_at",
            "_row",
            *(column.alias(name) for name, column in mapped.items()),
        )
    except PySparkException as fault:
        missing = (fault.getMessageParameters() or {}).get("objectName", fault.getCondition())
        raise SourceError(
            f"source {source.name}, emits {emit.table}: {missing} is not among the landed columns. "
            f"Mend the mapping, or the file that lost the column."
        ) from None
    return _person(rows, source, default_country) if is_person else _event(rows, table, source)


def _person_key(source: Source) -> str:
    keys = [emit.key for emit in source.emits if emit.table == "person" and emit.key]
    return keys[0] if keys else source.key


def _person(rows: DataFrame, source: Source, default_country: str) -> DataFrame:
    """Standardise the mapped person columns by the rules of this folder; what is not mapped is null."""
    types = {c.name: c.type for c in PERSON.columns} | {"full_name": STRING}
    mapped = {f.name: f.dataType for f in rows.schema}
    given = {name: _typed(mapped, name, types[name]) for name in PERSON_INPUT}
    # Two projections, not one: the country decides how phones and postcodes read, the split how names do.
    rows = rows.withColumns({**given, "country": countries.country(given["country"])})
    if "full_name" in mapped:
        split = rows.withColumn("_split", names.split_full_name(F.col("full_name")))
        parts = ("given_name", "middle_name", "family_name")
        rows = split.withColumns({n: F.coalesce(n, f"_split.{n}") for n in parts}).drop("_split")
        mapped |= dict.fromkeys(parts, STRING)
    country = F.coalesce("country", F.lit(default_country))
    rules: dict[str, Callable[[Column], Column]] = {
        "given_name": names.name_part,
        "middle_name": names.name_part,
        "family_name": names.name_part,
        "gender": _gender,
        "emails": emails.emails,
        "phones": lambda numbers: phones.phones(numbers, country),
        "street": addresses.street,
        "city": names.name_part,
        "region": names.name_part,
        "postcode": lambda code: addresses.postcode(code, country),
        "national_id": text.clean_text,
        "account_ids": _identifiers,
        "device_ids": _identifiers,
        "birth_place": names.name_part,
        "occupation": text.clean_text,
        "company": text.clean_text,
    }
    standard = {name: rule(F.col(name)) for name, rule in rules.items() if name in mapped}
    return rows.withColumns({**standard, "source": F.lit(source.name), "trust": F.lit(source.trust)}).drop(
        "full_name"
    )


def _event(rows: DataFrame, table: Table, source: Source) -> DataFrame:
    """Type the mapped event columns; currencies become ISO 4217, texts are cleaned."""
    key = table.key[0]
    mapped = {f.name: f.dataType for f in rows.schema}
    types = {c.name: c.type for c in table.columns if c.name not in (key, "record_id", "content_hash")}
    columns = {name: _typed(mapped, name, kind) for name, kind in types.items()}
    for name, column in columns.items():
        if name == "currency":
            columns[name] = currencies.currency(column)
        elif types[name] == STRING:
            columns[name] = text.clean_text(column)
    return rows.withColumns({key: F.concat(F.lit(f"{source.name}:"), "key"), **columns})


def settled(checked: DataFrame, *, table: Table, source: Source, per_key: str) -> DataFrame:
    """One row a key of the rows that passed, and every row that failed.

    Args:
        checked: emitted() rows with failed_rules.
        per_key: "latest" keeps the newest version; "merge" unites arrays and takes the last known scalars.
    Returns:
        The table's columns, then `_source`, `_key`, `_failed_rules` (empty where the row passed) and `_row`
        (the landed row as JSON, of failed rows only).
    """
    key, failed = table.key[0], F.size("failed_rules") > 0
    if per_key == "latest":
        newest = Window.partitionBy(key, failed).orderBy(F.desc("_order"))
        rows = checked.withColumn("_nth", F.row_number().over(newest)).where(failed | (F.col("_nth") == 1))
    else:
        rows = _merged(checked.where(~failed), key).unionByName(checked.where(failed))
    apart = ("record_id", "trust", "updated_at", "content_hash", "is_deleted")
    told = [name for name in table.names if name not in apart]
    return rows.select(
        F.sha2(F.to_json(F.struct(*told)), 256).alias("content_hash"),
        F.col("_deleted").alias("is_deleted"),
        *(name for name in table.names if name not in ("content_hash", "is_deleted")),
        F.lit(source.name).alias("_source"),
        F.col("key").alias("_key"),
        F.col("failed_rules").alias("_failed_rules"),
        F.when(failed, F.col("_row")).alias("_row"),
    ).select(*table.names, "_source", "_key", "_failed_rules", "_row")


def _merged(rows: DataFrame, key: str) -> DataFrame:
    others = [f for f in rows.schema if f.name != key]
    united = [
        F.sort_array(F.array_distinct(F.flatten(F.collect_list(f.name)))).alias(f.name)
        if isinstance(f.dataType, T.ArrayType)
        else F.expr(f"max_by(`{f.name}`, _order) filter (where `{f.name}` is not null)").alias(f.name)
        for f in others
    ]
    arrays = [f.name for f in others if isinstance(f.dataType, T.ArrayType) and f.name != "failed_rules"]
    merged = rows.groupBy(key).agg(*united)
    return merged.withColumns({name: F.when(F.size(name) > 0, F.col(name)) for name in arrays})


def passed(rows: DataFrame, table: Table) -> DataFrame:
    """The settled rows that passed, as the silver table holds them."""
    return rows.where(F.size("_failed_rules") == 0).select(*table.names)


def quarantine_rows(rows: DataFrame, *, target: str) -> DataFrame:
    """silver.quarantine rows of the settled rows that failed at least one rule."""
    return rows.where(F.size("_failed_rules") > 0).select(
        F.lit(target).alias("target"),
        F.col("_source").alias("source"),
        F.col("_key").alias("key"),
        F.sha2("_row", 256).alias("row_hash"),
        F.col("_failed_rules").alias("failed_rules"),
        F.col("_row").alias("row"),
    )


def absent(current: DataFrame, settled_rows: DataFrame, sources: list[Source]) -> DataFrame:
    """Records of snapshot sources that the newest delivery no longer has, marked as deleted.

    Args:
        current: silver.person.
        settled_rows: all of the deliveries' rows, passed or not: a row in quarantine is not absent.
    """
    whole = [source.name for source in sources if source.load == "snapshot"]
    here = current.where(F.col("source").isin(whole) & ~F.col("is_deleted"))
    there = settled_rows.select("record_id").distinct()
    return here.join(there, "record_id", "left_anti").withColumn("is_deleted", F.lit(True))


def union(parts: list[DataFrame]) -> DataFrame:
    """All rows of the parts, columns matched by name."""
    return reduce(lambda left, right: left.unionByName(right), parts)


def _typed(mapped: Mapping[str, T.DataType], name: str, kind: T.DataType) -> Column:
    """A mapped column as the table's type; a value that does not fit is null, one string is an array of it."""
    if name not in mapped:
        return F.lit(None).cast(kind)
    if isinstance(kind, T.ArrayType) and not isinstance(mapped[name], T.ArrayType):
        return F.array(F.col(name).try_cast(kind.elementType))
    return F.col(name).try_cast(kind)


def _identifiers(ids: Column) -> Column:
    """Cleaned, distinct, sorted; null when none."""
    kept = F.sort_array(F.array_distinct(F.array_compact(F.transform(ids, text.clean_text))))
    return F.when(F.size(kept) > 0, kept)


def _gender(word: Column) -> Column:
    first = F.lower(F.trim(word))
    return (
        F.when(first.isin("f", "female", "w", "woman", "frau", "femme"), "female")
        .when(first.isin("m", "male", "man", "herr", "homme"), "male")
        .when(first.isin("x", "other", "diverse", "d", "nonbinary", "non-binary"), "other")
    )
