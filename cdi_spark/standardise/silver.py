"""Landed rows to the rows that they emit: chosen, mapped, typed and standardised, not yet checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Emit, Source
from cdi_spark.errors import SourceError
from cdi_spark.expressions import quoted
from cdi_spark.standardise import addresses, countries, currencies, emails, names, phones, text
from cdi_spark.standardise.settled import PASSED_OVER, SUPERSEDED
from cdi_spark.tables import LANDING, MONEY, PERSON, PERSON_INPUT, STRING, TABLES, Table

# Holds for every row of every table; the projects' own rules come on top.
KEY_RULE = {"has_key": "trim(key) <> ''"}
# Longer is no name, address or number of a person; the value rules would take minutes over a megabyte.
LONGEST_TEXT = 2_000

# Prices a piece may be finer than a currency's smallest unit; these may not.
_MONEY = ("amount", "price")
_EXACT = T.DecimalType(28, 10)
_USUAL_KIND = {"silver.invoice": "invoice", "silver.payment": "payment"}
_BACK = ("credit_note", "refund")

_LANDING = {c.name for c in LANDING}


def current_rows(bronze: DataFrame, source: Source, *, batches: Sequence[str]) -> DataFrame:
    """The landed rows that speak: of changes all that ever landed, of a snapshot its newest delivery.

    Where a snapshot's row is older than what landed before for its key, the newer one speaks too.

    Args:
        batches: the newest delivery's.
    Returns:
        bronze's columns and `_late`: true where an earlier delivery had a newer version of the row.
    """
    never, own = F.lit(False), [F.col(quoted(c)) for c in bronze.columns]
    if source.load == "changes":
        return bronze.withColumn("_late", never)
    newest = bronze.where(F.col("_batch").isin(list(batches)))
    order = source.order_by or source.updated_at
    if order is None:
        return newest.withColumn("_late", never)
    said = F.expr(order)
    before = bronze.where(~F.col("_batch").isin(list(batches)))
    now = newest.groupBy("_key").agg(F.max(said).alias("_now"))
    last = Window.partitionBy("_key").orderBy(F.desc("_said"), F.desc("_ingested_at"), "_row_number")
    ahead = (
        before.withColumn("_said", said)
        .join(now, "_key")
        .where("_said > _now")
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


def emitted(landed: DataFrame, source: Source, emit: Emit, *, default_country: str) -> DataFrame:
    """The rows that landed rows emit for one table, mapped and standardised, not yet checked.

    Args:
        landed: current_rows() of the source.
        default_country: ISO 3166 alpha-2; how phones and postcodes read where a row names no country.
    Returns:
        key, record_id, the table's columns but content_hash and is_deleted, and what settled() needs: `_status` (null
        where the row is to be checked), `_faults` (rules failed already), `_landed` (1 in a landed row's first
        row), `_deleted`, `_order` (newer is greater), `_ingested_at`, `_file`, `_row_number` and `_row` (the
        landed row as JSON).
    Raises:
        SourceError: an expression names a column that the source does not have.
    """
    table = TABLES[f"silver.{emit.table}"]
    said = [c for c in landed.columns if c not in _LANDING and c != "_late"]
    whole = F.to_json(F.struct(*(F.col(quoted(c)) for c in said)))
    rows = landed.withColumn("_row", F.coalesce("_raw", whole))
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
                F.expr(source.order_by or source.updated_at or "null").alias("said"),
                "_ingested_at",
                F.xxhash64("_row").alias("hash"),
            ).alias("_order"),
            # A row that does not read is shown in quarantine, not passed over for what it lacks.
            F.when(F.col("_fault").isNull() & nothing, F.lit(PASSED_OVER))
            .when(F.col("_fault").isNull() & F.col("_late"), F.lit(SUPERSEDED))
            .alias("_status"),
            F.array_compact(F.array("_fault")).alias("_faults"),
            first.cast("long").alias("_landed"),
            *("_ingested_at", "_file", "_row_number", "_row"),
            *(F.expr(sql).alias(name) for name, sql in emit.columns.items()),
        )
        _ = rows.schema  # over Connect a missing column shows only here
    except PySparkException as fault:
        missing = (fault.getMessageParameters() or {}).get("objectName", fault.getCondition())
        raise SourceError(
            f"source {source.name}, emits {emit.table}: {missing} is not among the landed columns. "
            f"Mend the mapping, or the file that lost the column."
        ) from None
    return _person(rows, source, default_country) if table is PERSON else _event(rows, table, source)


def _person_key(source: Source) -> str:
    keys = [emit.key for emit in source.emits if emit.table == "person" and emit.key]
    return keys[0] if keys else source.key


def _person(rows: DataFrame, source: Source, default_country: str) -> DataFrame:
    """Standardise the mapped person columns by the rules of this folder; what is not mapped is null."""
    types = {c.name: c.type for c in PERSON.columns} | {"full_name": STRING}
    mapped = {f.name: f.dataType for f in rows.schema}
    rows = _without_long_texts(rows, [name for name in PERSON_INPUT if name in mapped])
    given = {name: _typed(mapped, name, types[name]) for name in PERSON_INPUT}
    rows = _with_misfits(rows, given, types)
    # Two projections, not one: the country decides how phones and postcodes read, the split how names do.
    rows = rows.withColumns({**given, "country": countries.country(given["country"])})
    if "full_name" in mapped:
        split = rows.withColumn("_split", names.split_full_name(F.col("full_name")))
        parts = ("given_name", "middle_name", "family_name")
        rows = split.withColumns({n: F.coalesce(n, f"_split.{n}") for n in parts}).drop("_split")
        mapped |= dict.fromkeys(parts, STRING)
    standard = _standard(mapped, default_country)
    return rows.withColumns({**standard, "source": F.lit(source.name), "trust": F.lit(source.trust)}).drop(
        "full_name"
    )


def standard_values(rows: DataFrame, *, default_country: str) -> DataFrame:
    """Attributes of persons as silver.person would hold them; what is none is null.

    Args:
        rows: `country` and any other attributes, with their types.
        default_country: ISO 3166 alpha-2; how phones and postcodes read where a row names no country.
    """
    rows = rows.withColumn("country", countries.country(F.col("country")))
    return rows.withColumns(_standard(rows.columns, default_country))


def _standard(mapped: Collection[str], default_country: str) -> dict[str, Column]:
    """The rules of this folder for the attributes that are mapped; country is standard already."""
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
    return {name: rule(F.col(name)) for name, rule in rules.items() if name in mapped}


def _event(rows: DataFrame, table: Table, source: Source) -> DataFrame:
    """Type the mapped columns of an event or a thing; currencies become ISO 4217, texts are cleaned."""
    key = table.key[0]
    mapped = {f.name: f.dataType for f in rows.schema}
    types = {c.name: c.type for c in table.columns if c.name not in (key, "record_id", "content_hash")}
    columns = {name: _typed(mapped, name, kind) for name, kind in types.items()}
    rows = _with_misfits(rows, {name: columns[name] for name in types if name in mapped}, types)
    for name, column in columns.items():
        if name in ("currency", "to_currency"):
            columns[name] = currencies.currency(column)
        elif name in _MONEY:
            columns[name] = _typed(mapped, name, _EXACT)
        elif types[name] == STRING:
            columns[name] = text.clean_text(column)
        if name == "kind" or (name == "channel" and table.name == "silver.interaction"):
            columns[name] = F.regexp_replace(F.lower(columns[name]), "[ -]+", "_")
    if table.name in _USUAL_KIND:
        columns["kind"] = F.coalesce(columns["kind"], F.lit(_USUAL_KIND[table.name]))
    rows = rows.withColumns({key: F.concat(F.lit(f"{source.name}:"), "key"), **columns})
    return rows.withColumns({name: _money(name, types) for name in _MONEY if name in types})


def _money(name: str, types: Mapping[str, T.DataType]) -> Column:
    """In its currency's minor units; what goes back to the customer is negative, whatever sign the source gives."""
    amount = currencies.in_minor_units(F.col(name), F.col("currency")).try_cast(MONEY)
    return F.when(F.col("kind").isin(*_BACK), -F.abs(amount)).otherwise(amount) if "kind" in types else amount


def _typed(mapped: Mapping[str, T.DataType], name: str, kind: T.DataType) -> Column:
    """A mapped column as the table's type; a value that does not fit is null, one string is an array of it."""
    if name not in mapped:
        return F.lit(None).cast(kind)
    if isinstance(kind, T.ArrayType) and not isinstance(mapped[name], T.ArrayType):
        return F.array(F.col(name).try_cast(kind.elementType))
    return F.col(name).try_cast(kind)


def _without_long_texts(rows: DataFrame, columns: Sequence[str]) -> DataFrame:
    """Null where a text is too long to be a person's, and the rule that the row fails by it."""
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


def _with_misfits(rows: DataFrame, typed: Mapping[str, Column], types: Mapping[str, T.DataType]) -> DataFrame:
    """Add the rules failed by mapped values that are not of their column's type."""
    mapped = {f.name: f.dataType for f in rows.schema}
    tests = [
        F.when(F.col(name).isNotNull() & column.isNull(), F.lit(f"{name}_is_{_a(types[name])}"))
        for name, column in typed.items()
        if name in mapped and mapped[name] != types[name] and not isinstance(types[name], T.ArrayType)
    ]
    if not tests:
        return rows
    return rows.withColumn("_faults", F.concat("_faults", F.array_compact(F.array(*tests))))


def _a(kind: T.DataType) -> str:
    if isinstance(kind, T.DateType):
        return "a_date"
    return "a_time" if isinstance(kind, T.TimestampType) else "a_number"


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
