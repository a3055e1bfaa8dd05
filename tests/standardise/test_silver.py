"""From landed rows to silver: mapped, checked, one version a key, and what a snapshot no longer has."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from cdi_spark.config import Emit, Source
from cdi_spark.errors import SourceError
from cdi_spark.quality.rules import check_rows
from cdi_spark.standardise import silver
from cdi_spark.tables import PERSON, TABLES

ORDER = {"amount": "amount", "status": "status"}


def source(
    columns: dict[str, str], table: str = "order", emit: dict[str, Any] | None = None, **said: Any
) -> Source:
    told = {"name": "shop", "path": "x", "format": "csv", "key": "id", "load": "changes", **said}
    return Source(**told, emits=[Emit(table=table, columns=columns, **(emit or {}))])


def landed(spark: SparkSession, names: str, *rows: tuple[Any, ...]) -> DataFrame:
    """Rows of text; the first value of each is the day on which it landed, as run r<day>."""
    told = [(*row[1:], datetime(2024, 1, row[0], tzinfo=UTC), f"r{row[0]}") for row in rows]
    types = ", ".join(f"{name} string" for name in names.split())
    return spark.createDataFrame(told, f"{types}, _ingested_at timestamp, _run_id string")


def settle(bronze: DataFrame, source: Source, rules: dict[str, str] | None = None) -> DataFrame:
    """The steps of the standardise stage, for the source's only emit."""
    [emit] = source.emits
    table = TABLES[f"silver.{emit.table}"]
    return (
        bronze.transform(silver.current_rows, source)
        .transform(silver.emitted, source, emit, default_country="GB")
        .transform(check_rows, {**silver.KEY_RULE, **(rules or {})}, table=table.name)
        .transform(silver.settled, table=table, source=source, per_key=emit.per_key)
    )


def rows_of(settled: DataFrame, table: str = "order") -> list[Row]:
    return silver.passed(settled, TABLES[f"silver.{table}"]).orderBy("record_id").collect()


def test_the_newest_version_wins_even_when_an_older_one_lands_later(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount status seen", (1, "7", "2", "new", "2"), (2, "7", "1", "old", "1"))
    [row] = rows_of(settle(bronze, source(ORDER, order_by="seen")))
    assert row["status"] == "new"


def test_without_an_order_the_row_that_landed_last_wins(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount status", (1, "7", "9", "first"), (2, "7", "1", "last"))
    [row] = rows_of(settle(bronze, source(ORDER)))
    assert row["status"] == "last"


def test_a_row_that_fails_is_quarantined_and_an_older_good_one_stays(spark: SparkSession) -> None:
    bronze = landed(
        spark, "id amount status", (1, "7", "5", "good"), (2, "7", "-1", "bad"), (2, " ", "1", "keyless")
    )
    settled = settle(bronze, source(ORDER), {"amount_not_negative": "amount >= 0"}).cache()
    assert [r["status"] for r in rows_of(settled)] == ["good"]
    failed = silver.quarantine_rows(settled, target="silver.order").orderBy("key").collect()
    assert [r["failed_rules"] for r in failed] == [["has_key"], ["amount_not_negative"]]
    assert failed[1]["row"] == '{"id":"7","amount":"-1","status":"bad"}'
    assert (failed[1]["target"], failed[1]["source"], failed[1]["key"]) == ("silver.order", "shop", "7")


def test_of_a_snapshot_only_the_newest_delivery_speaks(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount", (1, "1", "1"), (1, "2", "1"), (2, "2", "5"))
    rows = rows_of(settle(bronze, source({"amount": "amount"}, load="snapshot")))
    assert [(r["order_id"], r["amount"]) for r in rows] == [("shop:2", 5)]


def test_what_a_snapshot_lacks_is_marked_deleted_but_not_what_failed(spark: SparkSession) -> None:
    def person(key: str, source: str = "crm", deleted: bool = False) -> tuple[Any, ...]:
        said = {"record_id": f"{source}:{key}", "source": source, "key": key, "is_deleted": deleted}
        return tuple(map(said.get, PERSON.names))

    held = [person("here"), person("failed"), person("gone"), person("was", deleted=True), person("x", "web")]
    current = spark.createDataFrame(held, PERSON.schema)
    delivery = spark.sql(
        "select * from values ('crm:here', array()), ('crm:failed', array('r')) t(record_id, f)"
    )
    crm = source({}, "person", name="crm", load="snapshot")
    gone = silver.absent(current, delivery, [crm, source({}, "person", name="web")]).collect()
    assert [(r["record_id"], r["is_deleted"]) for r in gone] == [("crm:gone", True)]


def test_a_deletion_that_the_source_tells_of_is_marked(spark: SparkSession) -> None:
    bronze = landed(spark, "id gone", (1, "1", "true"), (1, "2", ""), (1, "3", None))
    people = settle(bronze, source({}, "person", deleted="gone"))
    assert [r["is_deleted"] for r in rows_of(people, "person")] == [True, False, False]


def test_merge_unites_lists_and_keeps_the_last_known_of_the_rest(spark: SparkSession) -> None:
    bronze = landed(
        spark,
        "id device city",
        (1, "7", "d2", "Leeds"),
        (2, "7", "d1", "York"),
        (3, "7", "d2", None),
        (1, "8", None, None),
    )
    columns = {"device_ids": "array_compact(array(device))", "city": "city"}
    both = rows_of(settle(bronze, source(columns, "person", {"per_key": "merge"})), "person")
    assert [(r["device_ids"], r["city"]) for r in both] == [(["d1", "d2"], "York"), (None, None)]


def test_a_full_name_is_split_where_it_is_mapped_and_never_overrides_a_part(spark: SparkSession) -> None:
    bronze = landed(spark, "id name first", (1, "1", "Dr Ann Mary LEE", None), (1, "2", "Ann Lee", "Joan"))
    columns = {"full_name": "name", "given_name": "first"}
    split = rows_of(settle(bronze, source(columns, "person")), "person")
    assert [(r["given_name"], r["family_name"]) for r in split] == [("Ann", "Lee"), ("Joan", "Lee")]
    whole = rows_of(settle(bronze, source({"given_name": "name"}, "person")), "person")
    assert [(r["given_name"], r["family_name"]) for r in whole] == [
        ("Dr Ann Mary LEE", None),
        ("Ann Lee", None),
    ]


def test_an_array_gives_a_row_an_item_where_wanted_numbered_from_one(spark: SparkSession) -> None:
    bronze = landed(spark, "id skus", (1, "7", "a,,b"), (1, "8", None))
    emit = {
        "explode": "split(skus, ',')",
        "key": "concat(id, '-', cast(item_no as string))",
        "person": "id",
        "where": "item <> ''",
    }
    lines = rows_of(settle(bronze, source({"product_code": "item"}, "order_line", emit)), "order_line")
    told = sorted((r["order_line_id"], r["record_id"], r["product_code"]) for r in lines)
    assert told == [("shop:7-1", "shop:7", "a"), ("shop:7-3", "shop:7", "b")]


def test_a_column_that_the_file_lost_is_named_with_source_and_table(spark: SparkSession) -> None:
    with pytest.raises(SourceError, match=r"source shop, emits order: `status` is not among the landed"):
        settle(landed(spark, "id amount", (1, "7", "5")), source(ORDER))


def test_text_that_is_no_date_or_number_is_null_and_money_keeps_its_decimals(spark: SparkSession) -> None:
    bronze = landed(spark, "id day amount", (1, "1", "2024-02-29", "0.10"), (1, "2", "2024-02-30", "1,5"),
                    (1, "3", "0001-01-01", "9999999999999999.99"))  # fmt: skip
    rows = rows_of(settle(bronze, source({"issued_on": "day", "amount": "amount"}, "invoice")), "invoice")
    assert [r["issued_on"] for r in rows] == [date(2024, 2, 29), None, date(1, 1, 1)]
    assert [r["amount"] for r in rows] == [Decimal("0.10"), None, Decimal("9999999999999999.99")]
