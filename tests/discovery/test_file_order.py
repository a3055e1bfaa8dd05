"""Files whose names do not sort by time are ordered by the months and numbers in them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from pyspark.sql import SparkSession

from cdi_spark.discovery.draft.file_order import order_files
from cdi_spark.spark.local_rows import local_rows
from tests.discovery.conftest import Init, table

# Each from the oldest to the newest.
_NAMES = {
    "unpadded": ["export_1.csv", "export_2.csv", "export_10.csv", "export_11.csv"],
    "year and unpadded month": ["m_2023_11.csv", "m_2023_12.csv", "m_2024_1.csv", "m_2024_2.csv"],
    "months in words": ["Dezember 2023 a.csv", "Januar 2024 a.csv", "März 2024 a.csv", "Mai 2024 a.csv"],
    "months of one year": ["lista_styczen.csv", "lista_luty.csv", "lista_marzec.csv", "lista_maj.csv"],
    "quarters before the year": ["Q3_2023.csv", "Q4_2023.csv", "Q1_2024.csv", "Q2_2024.csv"],
    "day first": ["kunden 28.12.2023.csv", "kunden 05.01.2024.csv", "kunden 02.02.2024.csv", "kunden 01.03.2024.csv"],
    "month first": ["list 12-28-2023.csv", "list 01-25-2024.csv", "list 02-02-2024.csv"],
    "folders": ["2023/11/a.csv", "2023/12/a.csv", "2024/1/a.csv", "2024/2/a.csv"],
    "a part of a day": ["x-2024-01-05-part-9.csv", "x-2024-01-05-part-10.csv", "x-2024-02-01-part-1.csv"],
}  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ["a_2023-11.csv", "a_2023-12.csv", "a_2024-01.csv"],
        ["a_01.csv", "a_02.csv", "a_12.csv"],
        ["a_20231105.csv", "a_20240101.csv"],
        ["north.csv", "south.csv"],
        ["a.csv", "a_1.csv"],
    ],
)
def test_names_that_sort_by_time_or_say_nothing_need_no_more(names: list[str]) -> None:
    assert not order_files([Path("/raw") / name for name in names])


def test_spark_orders_the_files_from_the_oldest_to_the_newest(spark: SparkSession) -> None:
    found = {}
    for kind, names in _NAMES.items():
        sql = order_files([Path("/raw 1") / name for name in names])
        assert sql, kind
        shuffled = Random(7).sample(names, len(names))
        rows = local_rows(
            spark, [(f"file:///raw%201/{quote(name)}", name) for name in shuffled], "_file string, n string"
        )
        found[kind] = [
            row["n"] for row in rows.selectExpr("n", f"struct({', '.join(sql)}) as o").orderBy("o").collect()
        ]
    assert found == _NAMES


def test_the_order_of_files_is_written_into_the_conf(init: Init) -> None:
    header = ["customer_no", "first_name", "last_name", "email"]
    files = {
        f"customers_{n}.csv": table(
            header, [[f"C{k}", "Anna", f"Vogel{n}", f"a{k}@example.de"] for k in range(6)]
        )
        for n in (1, 2, 10)
    }
    order = init(files).sources["customers"]["order_by"]
    assert "regexp_extract_all" in order
    assert order.endswith("_file)")
