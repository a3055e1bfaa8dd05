"""Small inputs of gold: each case gives only the columns that its rule is about."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.schema import MEMBER, OVERRIDE, PERSON, TABLES, TIMELINE
from cdi_spark.spark.local_rows import local_rows


@pytest.fixture(scope="session")
def persons(spark_session_of_all_tests: SparkSession) -> Callable[..., DataFrame]:
    """persons({"record_id": "crm:1", …}, …): live silver.person rows of trust 9; other columns are null."""

    def persons(*rows: dict[str, Any]) -> DataFrame:
        said = [
            {"source": row["record_id"].split(":")[0], "trust": 9, "is_deleted": False, **row} for row in rows
        ]
        rows_in_order = [tuple(map(row.get, PERSON.names)) for row in said]
        return local_rows(spark_session_of_all_tests, rows_in_order, PERSON.schema)

    return persons


@pytest.fixture(scope="session")
def members(spark_session_of_all_tests: SparkSession) -> Callable[..., DataFrame]:
    """members({"ann": ["crm:1"]}, ended={…}): entities, their records now and before."""

    def members(now: dict[str, list[str]], ended: dict[str, list[str]] | None = None) -> DataFrame:
        since, until = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
        rows: list[tuple[Any, ...]] = [(r, e, since, None, "r1") for e, ids in now.items() for r in ids]
        rows += [(r, e, since, until, "r0") for e, ids in (ended or {}).items() for r in ids]
        return local_rows(spark_session_of_all_tests, rows, MEMBER.schema)

    return members


@pytest.fixture(scope="session")
def overrides(spark_session_of_all_tests: SparkSession) -> Callable[..., DataFrame]:
    """overrides(("crm:1", "address", {"street": "1 High Street", …}), …): as steps from 1, on 1 January 2024."""

    def overrides(*entries: tuple[str, str, dict[str, str | None] | None]) -> DataFrame:
        at = datetime(2024, 1, 1, tzinfo=UTC)
        rows = [
            (step, record, attribute, said and list(said.items()), "pat", "asked", at, None, None)
            for step, (record, attribute, said) in enumerate(entries, 1)
        ]
        return local_rows(spark_session_of_all_tests, rows, OVERRIDE.schema)

    return overrides


@pytest.fixture(scope="session")
def silver(spark_session_of_all_tests: SparkSession) -> Callable[..., DataFrame]:
    """silver("order", {"record_id": "shop:1", …}, …): rows of an event table; other columns are null."""

    def silver(name: str, *rows: dict[str, Any]) -> DataFrame:
        table = TABLES[f"silver.{name}"]
        said = [{table.key[0]: f"shop:{number}", **row} for number, row in enumerate(rows)]
        rows_in_order = [tuple(map(row.get, table.names)) for row in said]
        return local_rows(spark_session_of_all_tests, rows_in_order, table.schema)

    return silver


@pytest.fixture(scope="session")
def timeline(spark_session_of_all_tests: SparkSession) -> Callable[..., DataFrame]:
    """timeline({"entity_id": "ann", "event": "order", …}, …): rows of gold.timeline; other columns are null."""

    def timeline(*rows: dict[str, Any]) -> DataFrame:
        said = [{"event_id": f"{number}", "is_void": False, **row} for number, row in enumerate(rows)]
        rows_in_order = [tuple(map(row.get, TIMELINE.names)) for row in said]
        return local_rows(spark_session_of_all_tests, rows_in_order, TIMELINE.schema)

    return timeline
