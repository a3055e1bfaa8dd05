"""Gold is made of few rows here: each test says only the columns that its rule is about."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.tables import MEMBER, PERSON, TABLES


@pytest.fixture
def persons(spark: SparkSession) -> Callable[..., DataFrame]:
    """persons({"record_id": "crm:1", …}, …): live silver.person rows of trust 9; what is not said is null."""

    def persons(*rows: dict[str, Any]) -> DataFrame:
        said = [
            {"source": row["record_id"].split(":")[0], "trust": 9, "is_deleted": False, **row} for row in rows
        ]
        return spark.createDataFrame([tuple(map(row.get, PERSON.names)) for row in said], PERSON.schema)

    return persons


@pytest.fixture
def members(spark: SparkSession) -> Callable[..., DataFrame]:
    """members(ann="crm:1 web:9", …): entities with their records now; `ended` those of records before."""

    def members(ended: dict[str, str] | None = None, **entities: str) -> DataFrame:
        since, until = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
        rows = [(r, entity, since, None, "r1") for entity, ids in entities.items() for r in ids.split()]
        rows += [
            (r, entity, since, until, "r0") for entity, ids in (ended or {}).items() for r in ids.split()
        ]
        return spark.createDataFrame(rows, MEMBER.schema)

    return members


@pytest.fixture
def silver(spark: SparkSession) -> Callable[..., DataFrame]:
    """silver("order", {"record_id": "shop:1", …}, …): rows of an event table; what is not said is null."""

    def silver(name: str, *rows: dict[str, Any]) -> DataFrame:
        table = TABLES[f"silver.{name}"]
        said = [{table.key[0]: f"shop:{number}", **row} for number, row in enumerate(rows)]
        return spark.createDataFrame([tuple(map(row.get, table.names)) for row in said], table.schema)

    return silver
