"""From landed rows to silver: mapped, checked, one version per key, and what a snapshot no longer has."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from cdi_spark.errors import SourceError
from cdi_spark.quality.rules import check_rows
from cdi_spark.schema import PERSON, TABLES
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.standardise import mapping, silver, versions
from tests.standardise.silver_rows import (
    ORDER,
    TODAY,
    counted,
    landed,
    quarantined,
    rows_of,
    settle,
    source,
    status_of,
)


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
    failed = versions.quarantine_rows(settled, target="silver.order").orderBy("key").collect()
    assert [r["failed_rules"] for r in failed] == [["has_key"], ["amount_not_negative"]]
    assert failed[1]["row"] == '{"id":"7","amount":"-1","status":"bad"}'
    assert (failed[1]["target"], failed[1]["source"], failed[1]["key"]) == ("silver.order", "shop", "7")
    assert (failed[1]["file"], failed[1]["row_number"]) == ("a.csv", 2)


def test_only_the_newest_delivery_of_a_snapshot_counts(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount", (1, "1", "1"), (1, "2", "1"), (2, "2", "5"))
    shop = source({"amount": "amount"}, load="snapshot")
    assert [r["order_id"] for r in rows_of(settle(bronze, shop, batches=("b2",)))] == ["shop:2"]
    back = rows_of(settle(bronze, shop, batches=("b1",)))
    assert [(r["order_id"], r["amount"]) for r in back] == [("shop:1", 1), ("shop:2", 1)]


def test_a_snapshot_of_many_files_is_all_of_them_when_one_is_new(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount", (1, "1", "1"), (2, "2", "5"), (3, "1", "7"))
    rows = rows_of(settle(bronze, source({"amount": "amount"}, load="snapshot"), batches=("b2", "b3")))
    assert [(r["order_id"], r["amount"]) for r in rows] == [("shop:1", 7), ("shop:2", 5)]


def test_a_late_older_row_of_a_snapshot_does_not_overwrite_the_newer(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount seen", (1, "1", "9", "5"), (1, "2", "9", "5"), (2, "1", "3", "4"))
    shop = source({"amount": "amount"}, load="snapshot", order_by="seen")
    settled = settle(bronze, shop, batches=("b2",)).cache()
    assert [(r["order_id"], r["amount"]) for r in rows_of(settled)] == [("shop:1", 9)]
    assert status_of(settled) == {"current": 1, "superseded": 1}


def test_what_a_snapshot_lacks_is_marked_deleted_but_not_what_failed(spark: SparkSession) -> None:
    def person(key: str, source: str = "crm", deleted: bool = False) -> tuple[Any, ...]:
        said = {"record_id": f"{source}:{key}", "source": source, "key": key, "is_deleted": deleted}
        return tuple(map(said.get, PERSON.names))

    held = [person("here"), person("failed"), person("gone"), person("was", deleted=True), person("x", "web"),
            person("y", "dropped")]  # fmt: skip
    current = local_rows(spark, held, PERSON.schema)
    delivery = spark.sql(
        "select * from values ('crm:here', 'current'), ('crm:failed', 'quarantined') t(record_id, _status)"
    )
    sources = [
        source({}, "person", name="crm", load="snapshot"),
        source({}, "person", name="web"),
    ]
    gone = versions.find_absent(current, delivery, PERSON, sources=sources).collect()
    # What came from a source that conf no longer has goes too.
    assert sorted(r["record_id"] for r in gone) == ["crm:gone", "dropped:y"]


def test_a_deletion_that_the_source_reports_is_marked(spark: SparkSession) -> None:
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
    assert [(r["given_name"], r["middle_name"], r["family_name"]) for r in split] == [
        ("Ann", "Mary", "Lee"),
        ("Joan", None, "Lee"),
    ]
    whole = rows_of(settle(bronze, source({"given_name": "name"}, "person")), "person")
    assert [(r["given_name"], r["family_name"]) for r in whole] == [
        ("Ann Mary LEE", None),
        ("Ann Lee", None),
    ]


def test_an_array_gives_one_row_per_item_numbered_from_one(spark: SparkSession) -> None:
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
    with pytest.raises(
        SourceError, match=r"source shop, emits order: the landed data has no column `status`"
    ):
        settle(landed(spark, "id amount", (1, "7", "5")), source(ORDER))


def test_a_value_that_is_not_of_its_columns_type_is_quarantined_by_name(spark: SparkSession) -> None:
    bronze = landed(spark, "id day amount", (1, "1", "2024-02-29", "0.10"), (1, "2", "2024-02-30", "1"),
                    (1, "3", "0001-01-01", "999999999999999.99"), (1, "4", "9999-12-31", None))  # fmt: skip
    settled = settle(bronze, source({"issued_on": "day", "amount": "amount"}, "invoice")).cache()
    rows = rows_of(settled, "invoice")
    assert [r["issued_on"] for r in rows] == [date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31)]
    assert [r["amount"] for r in rows] == [Decimal("0.10"), Decimal("999999999999999.99"), None]
    assert [r["failed_rules"] for r in quarantined(settled)] == [["issued_on_is_a_date"]]


def test_a_value_that_conf_drops_quarantines_no_row(spark: SparkSession) -> None:
    bronze = landed(spark, "id born", (1, "1", "unknown"), (1, "2", "1980-05-06"))
    people = settle(bronze, source({"birth_date": "try_cast(born as date)"}, "person"))
    assert [r["birth_date"] for r in rows_of(people, "person")] == [None, date(1980, 5, 6)]


def test_a_megabyte_in_a_persons_column_is_quarantined_in_time(spark: SparkSession) -> None:
    bronze = landed(spark, "id name", (1, "1", "Ann"), (1, "2", "x " * 500_000))
    people = settle(bronze, source({"full_name": "name", "emails": "array(name)"}, "person")).cache()
    assert [r["given_name"] for r in rows_of(people, "person")] == ["Ann"]
    assert quarantined(people)[0]["failed_rules"] == ["full_name_not_too_long", "emails_not_too_long"]


def test_of_two_versions_that_nothing_orders_one_is_quarantined(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount seen", (1, "1", "5", "1"), (1, "1", "6", "1"), (1, "1", "4", "0"),
                    (1, "2", "7", "1"), (1, "2", "7", "1"))  # fmt: skip
    settled = settle(bronze, source({"amount": "amount"}, order_by="seen")).cache()
    assert status_of(settled) == {"current": 2, "superseded": 2, "quarantined": 1}
    [row] = quarantined(settled)
    assert row["failed_rules"] == ["one_version_a_key"]


def test_a_row_that_could_not_be_read_is_quarantined_with_its_text(spark: SparkSession) -> None:
    bronze = landed(spark, "id amount", (1, "1", "5"), (1, None, None)).withColumns(
        {"_fault": F.when(F.col("_row_number") == 2, F.lit("reads_as_json")),
         "_raw": F.when(F.col("_row_number") == 2, F.lit('{"id": '))}
    )  # fmt: skip
    [row] = quarantined(settle(bronze, source({"amount": "amount"})))
    assert (row["failed_rules"], row["row"]) == (["reads_as_json", "has_key"], '{"id": ')


def test_an_event_may_be_about_a_person_of_another_source(spark: SparkSession) -> None:
    bronze = landed(spark, "id customer", (1, "1", "c7"))
    emit = {"person": "customer", "person_source": "crm"}
    [row] = rows_of(settle(bronze, source({"status": "id"}, emit=emit)))
    assert (row["order_id"], row["record_id"]) == ("shop:1", "crm:c7")


def test_a_thing_is_about_no_person(spark: SparkSession) -> None:
    mapping = {"currency": "'EUR'", "to_currency": "to", "rate": "rate", "valid_on": "try_cast(id as date)"}
    rates = landed(spark, "id to rate", (1, "2024-05-01", "$", "1.0812345678"), (1, "x", "GBP", "0.8"))
    settled = settle(rates, source(mapping, "rate"), {"has_day": "valid_on is not null"})
    assert "record_id" not in settled.columns
    [row] = settled.where("_status = 'current'").collect()
    assert (row["rate_id"], row["to_currency"], row["rate"]) == (
        "shop:2024-05-01",
        "USD",
        Decimal("1.08123457"),
    )
    assert quarantined(settled)[0]["failed_rules"] == ["has_day"]


def test_sources_go_through_a_table_together_and_stay_apart(spark: SparkSession) -> None:
    bronze = landed(spark, "id name mail", (1, "1", "Ann Lee", "ann@x.org"), (2, "1", "ANN LEE", None))
    emits = {
        "crm": ({"full_name": "name"}, 1),
        "web": ({"given_name": "split(name, ' ')[0]", "emails": "array(mail)"}, 2),
    }
    mapped = {name for columns, _ in emits.values() for name in columns}
    rows = versions.union(
        [
            mapping.emit_rows(
                mapping.current_rows(bronze, shop, batches=()), shop, shop.emits[0], mapped=mapped
            )
            for shop in (
                source(columns, "person", name=name, trust=trust) for name, (columns, trust) in emits.items()
            )
        ]
    )
    settled = (
        rows.transform(silver.standardise_rows, PERSON, mapped=mapped, default_country="GB", today=TODAY)
        .transform(check_rows, silver.KEY_RULE, table=PERSON.name)
        .transform(versions.resolve_versions, table=PERSON, per_key="latest")
    )
    held = [
        (r["record_id"], r["source"], r["trust"], r["given_name"], r["family_name"], r["emails"])
        for r in rows_of(settled, "person")
    ]
    assert held == [
        ("crm:1", "crm", 1, "Ann", "Lee", None),
        ("web:1", "web", 2, "Ann", None, None),
    ]
    assert status_of(settled) == {"current": 2, "superseded": 2}


def test_only_rows_that_differ_from_the_table_are_merged_into_it(spark: SparkSession) -> None:
    table = TABLES["silver.order"]
    keys = {"same": "", "new": "", "changed": "", "of another": "", "left": "y", "never": "y"}
    bronze = landed(spark, "id amount gone", *((1, key, "5", gone) for key, gone in keys.items()))
    held = versions.keep_current(settle(bronze, source({"amount": "amount"}, deleted="gone")), table).cache()
    known = {row["order_id"]: row for row in held.collect()}
    told = [
        ("shop:same", "shop:same", known["shop:same"]["content_hash"]),
        ("shop:changed", "shop:changed", "another"),
        ("shop:of another", "shop:x", known["shop:of another"]["content_hash"]),
        ("shop:left", "shop:left", "any"),
    ]
    current = local_rows(spark, told, "order_id string, record_id string, content_hash string")
    changes = held.transform(versions.keep_changed, current, table, by=["content_hash", "record_id"])
    assert {(r["order_id"], r["_gone"]) for r in changes.collect()} == {
        ("shop:new", False),
        ("shop:changed", False),
        ("shop:of another", False),
        ("shop:left", True),
    }


def test_quarantine_shows_what_cleaning_dropped_and_ops_counts_it(spark: SparkSession) -> None:
    bronze = landed(spark, "id name mail", (1, "1", "ANN LEE", "noreply@x.org"), (1, "2", "123", "x"),
                    (1, "3", "Bo Li", "BO@x.org"))  # fmt: skip
    shop = source({"full_name": "name", "emails": "array(mail)"}, "person")
    settled = settle(bronze, shop, {"can_be_reached": "emails is not null"}).cache()
    assert [(r["key"], r["failed_rules"], r["dropped"]) for r in quarantined(settled)] == [
        ("1", ["can_be_reached"], ["emails: placeholder"]),
        ("2", ["can_be_reached"], ["full_name: no name", "emails: no e-mail address"]),
    ]
    assert counted(settled) == {
        ("full_name", "changed", None): 2,
        ("full_name", "invalid", "no name"): 1,
        ("emails", "changed", None): 1,
        ("emails", "invalid", "no e-mail address"): 1,
        ("emails", "placeholder", None): 1,
    }
