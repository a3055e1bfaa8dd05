"""`cdi history`: any id ever published resolves, now and as of a time."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pyspark.sql import SparkSession

from cdi_spark.cli import main
from cdi_spark.errors import CdiError
from cdi_spark.queries.history import history
from cdi_spark.schema import EVENT, MEMBER, REDIRECT
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

DAYS = [datetime(2025, 1, day, tzinfo=UTC) for day in range(1, 6)]


@pytest.fixture(scope="module")
def recorded(spark_session_of_all_tests: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """X and Y on day 1; on day 2 Y is merged into X, on day 3 both are as before, on day 4 Y's record goes."""
    spark = spark_session_of_all_tests
    storage = Storage(spark, tmp_path_factory.mktemp("histories"))
    members = [
        ("crm:1", "X", DAYS[0], None, "r1"), ("web:1", "X", DAYS[0], None, "r1"),
        ("crm:2", "Y", DAYS[0], DAYS[1], "r1"), ("crm:2", "X", DAYS[1], DAYS[2], "r2"),
        ("crm:2", "Y", DAYS[2], DAYS[3], "r3"),
    ]  # fmt: skip
    events = [
        ("1", "X", "created", [], ["X"], DAYS[0], "r1"), ("2", "Y", "created", [], ["Y"], DAYS[0], "r1"),
        ("3", "Y", "merged", ["Y"], ["X"], DAYS[1], "r2"), ("4", "Y", "split", ["X"], ["Y"], DAYS[2], "r3"),
        ("5", "Y", "retired", ["Y"], [], DAYS[3], "r4"),
    ]  # fmt: skip
    redirects = [("Y", "X", ["crm:2"], DAYS[1], DAYS[2], "r2"), ("Y", None, ["crm:2"], DAYS[3], None, "r4")]
    storage.replace(MEMBER, local_rows(spark, members, MEMBER.schema))
    storage.replace(EVENT, local_rows(spark, events, EVENT.schema))
    storage.replace(REDIRECT, local_rows(spark, redirects, REDIRECT.schema))
    return storage


def test_an_id_resolves_at_any_time_of_its_life(recorded: Storage) -> None:
    ends = [history(recorded, "Y", at=day.replace(hour=12)) for day in DAYS[:4]]
    assert [found.successor_id for found in ends] == ["Y", "X", "Y", None]
    assert [found.records for found in ends] == [["crm:2"], ["crm:1", "crm:2", "web:1"], ["crm:2"], []]
    assert [len(found.events) for found in ends] == [1, 2, 3, 4]
    assert [[member.until for member in found.memberships] for found in ends] == [
        [None], [DAYS[1]], [DAYS[1], None], [DAYS[1], DAYS[3]],
    ]  # fmt: skip
    assert history(recorded, "Y") == ends[-1]
    assert history(recorded, "X").records == ["crm:1", "web:1"]


def test_an_id_that_never_was_is_an_error(recorded: Storage) -> None:
    with pytest.raises(CdiError, match="no record had the entity id Z"):
        history(recorded, "Z")
    with pytest.raises(CdiError, match="by 2024-12-31"):
        history(recorded, "X", at=datetime(2024, 12, 31, tzinfo=UTC))


def test_the_command_prints_it(recorded: Storage, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--project", "conf/demo", "--warehouse", recorded.warehouse]
    assert main(["history", "Y", *place]) == 0
    text = capsys.readouterr().out
    assert "Y: none of its records is live" in text
    assert all(kind in text for kind in ("created", "merged", "split", "retired"))
    assert main(["history", "Y", *place, "--as-of", "2025-01-02 12:00:00", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["successor_id"] == "X"
    assert main(["history", "Y", *place, "--as-of", "2025-01-02T12:00:00"]) == 0
    assert "Y is now part of X, which has 3 records" in capsys.readouterr().out
