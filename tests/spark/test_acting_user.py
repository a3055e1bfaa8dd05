"""The user whom the operating system knows, whatever the environment says."""

from __future__ import annotations

import os
import pwd
import socket

import pytest
from pyspark.sql import SparkSession

from cdi_spark.spark.acting_user import acting_user


def test_the_user_is_the_one_of_the_operating_system_and_not_of_the_environment(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "HADOOP_USER_NAME"):
        monkeypatch.setenv(name, "somebody")
    assert acting_user(spark) == (pwd.getpwuid(os.getuid()).pw_name, socket.gethostname())


def test_a_user_without_a_name_is_its_number(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_123)
    assert acting_user(spark)[0] == "4000000123"


def test_on_databricks_it_is_the_user_of_the_session(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "16.4")
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_123)
    found = spark.sql("SELECT current_user()").first()
    assert found is not None
    assert acting_user(spark)[0] == found[0]
