"""No row of a file ends a run, and every row is accounted for."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from cdi_spark.config import Emit, Source
from cdi_spark.connectors.files.deliveries import read_delivery
from cdi_spark.quality import ledger
from cdi_spark.quality.rules import check_rows
from cdi_spark.schema import TABLES
from cdi_spark.standardise import mapping, silver, versions
from tests.standardise.silver_rows import TODAY

COLUMNS = ("id", "name", "mail", "phone", "born", "street", "code", "land", "total", "seen", "gone")
PERSON = Emit(
    table="person",
    columns={
        "full_name": "name",
        "birth_date": "cast(try_to_timestamp(born, 'yyyy-MM-dd') as date)",
        "emails": "array(mail)",
        "phones": "array(phone, mail)",
        "street": "street",
        "postcode": "code",
        "country": "land",
        "account_ids": "array(id)",
    },
)
INVOICE = Emit(table="invoice", columns={"amount": "total", "currency": "land", "issued_on": "born"})
NESTED = Emit(
    table="order_line",
    explode="lines",
    key="concat(id, '-', item.sku)",
    columns={"product_code": "item.sku", "amount": "item.price"},
)

oddities = st.sampled_from(
    ["", " ", "\x00", "\x1b[31m", "\ufffd", "\u202eevil", "مرحبا", "שלום", "👩‍👩‍👧", "é", "e\u0301", "null", "NaN",
     "-0", "0001-01-01", "9999-12-31", "2024-02-30", "31.12.1999", "1e999", "99999999999999999999.99", "1.234,56",
     "a@b", "a@b.example", "+44 20 7946 0000", "x" * 3000, '"', "';--", "{", "[1]", '{"a": 1}', "\t", "a\nb", "\\"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=20), oddities)
values = st.one_of(texts, st.integers(), st.floats(), st.booleans(), st.none())
trees = st.recursive(
    values, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3))
)
lines = st.one_of(
    trees,
    st.lists(st.fixed_dictionaries({}, optional={"sku": values, "price": values}), max_size=3),
    st.lists(trees, max_size=2),
)
cells = st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, texts))
records = st.fixed_dictionaries({}, optional={**dict.fromkeys(COLUMNS, trees), "lines": lines})


def as_csv(rows: list[Any]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in rows:
        if isinstance(row, dict):
            writer.writerow(row)
        else:
            out.write(f"{row}\n")
    return out.getvalue().encode("utf-8", "replace")


WHOLE = {**dict.fromkeys(COLUMNS, "x"), "lines": [{"sku": "s", "price": "1"}]}


def as_jsonl(rows: list[Any]) -> bytes:
    told = [json.dumps(row) if isinstance(row, dict) else str(row) for row in rows]
    # Most rows are as they should be: the odd ones are few, as among real ones.
    return "\n".join([*[json.dumps(WHOLE)] * (10 * len(rows) + 1), *told]).encode("utf-8", "replace")


def as_json(rows: list[Any]) -> bytes:
    return json.dumps([*[WHOLE] * (10 * len(rows) + 1), *rows]).encode()


def as_parquet(rows: list[Any]) -> bytes:
    said = [row for row in rows if isinstance(row, dict)]
    columns: dict[str, Any] = {
        name: pa.array([row.get(name) for row in said], pa.string()) for name in COLUMNS
    }
    columns["total"] = pa.array([Decimal("1.10")] * len(said), pa.decimal128(20, 4))
    columns["seen"] = pa.array([0] * len(said), pa.timestamp("us"))
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("format", "written", "rows", "emits"),
    [
        ("csv", as_csv, st.lists(st.one_of(cells, texts), max_size=40), [PERSON, INVOICE]),
        ("jsonl", as_jsonl, st.lists(st.one_of(records, texts), max_size=40), [PERSON, INVOICE, NESTED]),
        ("json", as_json, st.lists(records, max_size=40), [PERSON, INVOICE, NESTED]),
        ("parquet", as_parquet, st.lists(cells, max_size=40), [PERSON, INVOICE]),
    ],
)
def test_no_row_ends_a_run_and_none_is_lost(
    spark: SparkSession,
    format: Any,
    written: Callable[[list[Any]], bytes],
    rows: st.SearchStrategy[list[Any]],
    emits: list[Emit],
    any_rows_examples: int,
) -> None:
    source = Source(name="odd", path="", format=format, key="id", deleted="gone", emits=emits)

    @settings(
        max_examples=any_rows_examples,
        deadline=None,
        derandomize=any_rows_examples < 10,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(rows)
    def none_is_lost(found: list[Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"odd.{format}"
            path.write_bytes(written(found))
            located = source.model_copy(update={"path": str(path)})
            delivery = read_delivery(spark, located, run_id="r1")
            landed = sum(file.rows for file in delivery.files)
            for emit in emits if landed else []:
                table = TABLES[f"silver.{emit.table}"]
                settled_rows = (
                    delivery.rows.transform(mapping.current_rows, located, batches=delivery.batches)
                    .transform(mapping.emit_rows, located, emit)
                    .transform(
                        silver.standardise_rows, table, mapped=emit.columns, default_country="GB", today=TODAY
                    )
                    .transform(check_rows, silver.KEY_RULE, table=table.name)
                    .transform(versions.resolve_versions, table=table, per_key=emit.per_key)
                )
                [account] = ledger.tally(settled_rows).collect()
                assert account["landed"] == landed
                assert account["emitted"] == sum(
                    account[name] for name in ("quarantined", "superseded", "deleted", "current")
                )

    none_is_lost()
