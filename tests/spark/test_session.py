"""The Spark session: its settings, and its errors for a Spark that cannot be used."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cdi_spark.errors import SetupError
from cdi_spark.spark import session

WITHOUT_DELTA = """
from pyspark.sql import SparkSession
from cdi_spark.spark.session import spark_session

SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
try:
    spark_session()
except Exception as fault:
    print(type(fault).__name__, fault)
"""


def test_the_defaults_for_spark_submit_leave_master_and_drivers_address_to_the_launch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    session.main()
    settings = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert not {"spark.master", "spark.driver.host", "spark.driver.bindAddress"} & settings.keys()
    assert settings["spark.sql.session.timeZone"] == "UTC"
    assert all(Path(jar).is_file() for jar in settings["spark.jars"].split(","))


@pytest.mark.launch
def test_a_spark_without_delta_is_refused_with_the_settings_that_bring_it(tmp_path: Path) -> None:
    output = subprocess.run(
        [sys.executable, "-c", WITHOUT_DELTA],
        env=os.environ | {"SPARK_CONF_DIR": str(tmp_path)}, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert output.startswith("SetupError This Spark session has no Delta.")
    assert f"--packages {session.DELTA}" in output
    assert "spark.sql.extensions=" in output


def test_an_address_where_no_connect_server_listens_is_refused_at_once_without_its_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"sc://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("SPARK_REMOTE", f"{address}/;token=secret")
        with pytest.raises(SetupError, match=f"No server listens at {address}\\. ") as caught:
            session.spark_session()
    assert "secret" not in str(caught.value)
