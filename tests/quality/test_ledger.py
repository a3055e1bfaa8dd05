"""The ledger counts in the input and in the tables, and names a difference with source and rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from cdi_spark.quality import ledger
from cdi_spark.schema import PERSON, TABLES

HELD = ledger.Account(
    source="crm", table="silver.person", in_bronze=9, landed=9, skipped=1, emitted=8, quarantined=2,
    in_quarantine=2, superseded=1, deleted=1, current=4, in_table=5,
)  # fmt: skip


def test_rows_that_add_up_have_no_differences() -> None:
    assert HELD.differences() == []
    assert ledger.explain([HELD, HELD]) == ""


@pytest.mark.parametrize(
    ("lost", "rule"),
    [
        ({"in_bronze": 10}, "rows in bronze = rows read is broken: 10 and 9 rows"),
        ({"in_quarantine": 1}, "emitted = accepted + quarantined"),
        ({"superseded": 0}, "accepted = current + superseded + deleted is broken: 6 and 5 rows"),
        ({"in_table": 4}, "current + deleted = rows in the table is broken: 5 and 4 rows"),
    ],
)
def test_a_lost_row_is_reported_with_source_table_and_rule(lost: dict[str, int], rule: str) -> None:
    text = ledger.explain([replace(HELD, **lost)])
    assert text.startswith("source crm, silver.person: ")
    assert rule in text


def test_rows_are_counted_by_status(spark: SparkSession) -> None:
    rows = spark.sql(
        "select * from values ('crm','current',1L,2L), ('crm','skipped',1L,0L), ('crm','quarantined',0L,0L),"
        " ('web','superseded',1L,0L), ('web','deleted',1L,0L) t(_source, _status, _landed, _superseded)"
    )
    crm, web = ledger.tally(rows).orderBy("source").collect()
    assert crm.asDict() == {"source": "crm", "landed": 2, "skipped": 1, "emitted": 4, "quarantined": 1,
                            "superseded": 2, "deleted": 0, "current": 1}  # fmt: skip
    assert (web["landed"], web["emitted"], web["superseded"], web["deleted"]) == (2, 2, 1, 1)


def test_a_row_counts_only_if_the_table_has_the_same_content(spark: SparkSession) -> None:
    resolved = spark.sql(
        "select 'crm' _source, * from values ('a','current','h'), ('b','current','h'), ('c','current','h'),"
        " ('d','deleted','h'), ('e','quarantined',null) t(record_id, _status, content_hash)"
    )
    there = spark.sql(
        "select * from values ('a','h',false), ('b','other',false), ('d','h',true)"
        " t(record_id, content_hash, is_deleted)"
    )
    assert ledger.held_by(there, resolved, PERSON).collect() == [("crm", 2)]


def test_a_deleted_event_counts_if_the_table_lacks_it(spark: SparkSession) -> None:
    resolved = spark.sql(
        "select 'shop' _source, * from values ('a','current','h'), ('b','deleted','h'), ('c','deleted','h')"
        " t(order_id, _status, content_hash)"
    )
    there = spark.sql("select * from values ('a','h'), ('c','h') t(order_id, content_hash)")
    assert ledger.held_by(there, resolved, TABLES["silver.order"]).collect() == [("shop", 2)]


def test_reasons_name_the_first_row_that_failed_each_rule(spark: SparkSession) -> None:
    rows = spark.sql(
        "select 'silver.person' target, 'crm' source, * from values (array('has_key'), 'b.csv', 2L),"
        " (array('has_key','x'), 'a.csv', 9L), (array('has_key'), 'a.csv', 7L) t(failed_rules, file, row_number)"
    )
    counts = ledger.quarantined(rows).collect()
    assert sum(row["rows"] for row in counts) == 3
    assert ledger.reasons(counts) == [
        "silver.person: 3 rows of source crm fail has_key; the first is row 7 of a.csv",
        "silver.person: 1 rows of source crm fail x; the first is row 9 of a.csv",
    ]
