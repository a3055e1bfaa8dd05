"""`cdi serve sql` as a JDBC client meets it: a server of its own, asked over the wire by Hive's driver."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.cli import main
from cdi_spark.errors import CdiError
from cdi_spark.schema import CUSTOMER_360
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.profile import SETTINGS
from cdi_spark.storage import Storage
from tests import tiny_company
from tests.paths import ROOT

CDI = "import sys; from cdi_spark.cli import main; sys.exit(main(sys.argv[1:]))"
JARS = Path(pyspark.__file__).parent / "jars"
REFUSAL = "This server only reads gold"


@dataclass(frozen=True)
class Served:
    """A warehouse of three customers, and the server that answers from it."""

    storage: Storage
    process: subprocess.Popen[str]
    url: str

    def ask(self, *statements: str, url: str = "") -> list[str]:
        """What a client prints, line by line, errors included."""
        asked = [word for statement in statements for word in ("-e", statement)]
        done = subprocess.run(
            ["java", "-cp", f"{JARS}/*", "-XX:TieredStopAtLevel=1", "org.apache.hive.beeline.BeeLine",
             "--silent=true", "--showHeader=false", "--outputformat=csv2", "--force=true",
             "-u", url or self.url, *asked],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        lines = (line.rpartition("/gold> ")[2].strip() for line in done.stdout.splitlines())
        return [line for line in lines if line and not line.startswith(("at ", "..."))]


def customers(spark: SparkSession, *entities: str) -> DataFrame:
    rows = local_rows(spark, [(entity,) for entity in entities], "entity_id string")
    others = (c for c in CUSTOMER_360.columns if c.name != "entity_id")
    return rows.select("entity_id", *(F.lit(None).cast(c.type).alias(c.name) for c in others))


def release(storage: Storage, release_id: str, *entities: str) -> None:
    storage.replace(CUSTOMER_360, customers(storage.spark, *entities))
    storage.release(release_id)


def project(folder: Path, **more: object) -> Path:
    conf = tiny_company.make(folder)
    (conf / "project.yml").write_text(json.dumps({"name": "served", **more}))
    return conf


@pytest.fixture(scope="module")
def served(
    spark_session_of_all_tests: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    storage = Storage(spark_session_of_all_tests, folder / "warehouse")
    release(storage, "monday", "anna", "bela", "carl")
    java = spark_session_of_all_tests.conf.get("spark.driver.extraJavaOptions") or ""
    own = {"spark.master": "local[2]", "spark.driver.extraJavaOptions": java, "spark.driver.memory": "1g"}
    small = SETTINGS["tiny"] | own
    conf = project(folder, spark=small)
    process = subprocess.Popen(
        [sys.executable, "-c", CDI, "serve", "sql", "--project", conf, "--warehouse", storage.warehouse,
         "--port", "0", "--every", "1"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    yield Served(storage, process, process.stdout.readline().strip())
    process.kill()


@pytest.mark.launch
def test_a_client_sees_the_newest_release_and_the_next_as_it_comes(served: Served) -> None:
    assert served.ask(
        "SELECT count(*) FROM gold.customer_360",
        "SELECT max(entity_id) FROM customer_360",
    ) == ["3", "carl"]
    served.storage.replace(CUSTOMER_360, customers(served.storage.spark, "dora"))
    assert served.ask("SELECT entity_id FROM gold.customer_360 ORDER BY 1") == ["anna", "bela", "carl"]
    release(served.storage, "tuesday", "dora", "emil")
    until = time.monotonic() + 60
    while (seen := served.ask("SELECT entity_id FROM gold.customer_360 ORDER BY 1"))[0] == "anna":
        assert time.monotonic() < until
    assert seen == ["dora", "emil"]


@pytest.mark.launch
def test_a_client_does_nothing_but_read_gold(served: Served) -> None:
    warehouse = Path(served.storage.warehouse)
    (warehouse / "secret.txt").write_text("secret\n")
    place = f"delta.`{warehouse}/gold/customer_360`"
    elsewhere = f"text.`{warehouse}/secret.txt`"
    before = sorted(warehouse.rglob("*"))
    refused = [
        "INSERT INTO gold.customer_360 SELECT * FROM gold.customer_360",
        "DELETE FROM gold.customer_360",
        f"DELETE FROM {place}",
        f"UPDATE {place} SET entity_id = 'x'",
        f"VACUUM {place} RETAIN 0 HOURS",
        "DROP VIEW gold.customer_360",
        "DROP SCHEMA gold CASCADE",
        "CREATE TABLE gold.mine AS SELECT 1 AS one",
        f"CREATE TEMPORARY VIEW secrets AS SELECT * FROM {elsewhere}",
        f"INSERT OVERWRITE DIRECTORY '{warehouse}/out' USING csv SELECT 1",
        f"SELECT * FROM {elsewhere}",
        f"SELECT (SELECT max(value) FROM {elsewhere})",
        f"SELECT 1 WHERE EXISTS (SELECT * FROM {elsewhere})",
        f"WITH secrets AS (SELECT * FROM {elsewhere}) SELECT * FROM secrets",
        f"SELECT * FROM IDENTIFIER('{elsewhere}')",
        f"EXECUTE IMMEDIATE 'SELECT * FROM {elsewhere}'",
        f"EXPLAIN SELECT * FROM {elsewhere}",
        f"SELECT * FROM table_changes_by_path('{warehouse}/gold/customer_360', 0)",
        "SELECT TRANSFORM(1) USING 'echo secret' AS (said STRING)",
        "SELECT java_method('java.lang.String', 'valueOf', 1)",
        "SELECT IDENTIFIER('reflect')('java.lang.String', 'valueOf', 1)",
        f"ADD JAR '{warehouse}/secret.jar'",
        "USE text",
        "SET spark.sql.catalog.gold=org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "SELECT '${env:PATH}'",
    ]
    printed = served.ask(*refused, "SELECT 'still here'")
    assert [line for line in printed if not line.startswith(("Error:", "Caused by:"))] == ["still here"]
    assert sum(line.startswith("Error:") and REFUSAL in line for line in printed) == len(refused)
    assert sorted(warehouse.rglob("*")) == before


@pytest.mark.parametrize("setting", ["spark.sql.defaultCatalog", "spark.sql.catalog.GOLD"])
@pytest.mark.launch
def test_a_client_cannot_bring_another_catalog_along(served: Served, setting: str) -> None:
    brought = f"{served.url}?{setting}=org.apache.spark.sql.delta.catalog.DeltaCatalog"
    assert REFUSAL in served.ask("SELECT count(*) FROM GOLD.customer_360", url=brought)[0]


@pytest.mark.launch
def test_a_client_may_look_at_what_there_is(served: Served) -> None:
    printed = served.ask(
        "SHOW TABLES IN gold",
        "DESCRIBE gold.customer_360 entity_id",
        "WITH two AS (SELECT explode(array(1, 2)) n) SELECT sum(n) OVER (ORDER BY n) FROM two, range(3) WHERE id = n",
        "SELEC 1",
    )
    assert "gold,customer_360,false" in printed
    assert "data_type,string" in printed
    assert printed[printed.index("1") :][:2] == ["1", "3"]
    assert "[PARSE_SYNTAX_ERROR]" in "".join(printed)


@pytest.mark.launch
def test_a_stopped_server_has_succeeded(served: Served) -> None:
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0


def test_a_taken_port_is_reported_before_spark_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        conf = str(project(tmp_path))
        assert main(["serve", "sql", "--project", conf, "--warehouse", str(tmp_path), "--port", port]) == 1
    assert f"127.0.0.1:{port}: cannot listen there" in capsys.readouterr().err


def test_tables_in_a_catalog_are_left_to_its_own_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conf = str(project(tmp_path, catalog="main"))
    assert main(["serve", "sql", "--project", conf, "--warehouse", str(tmp_path)]) == 2
    assert "SQL warehouse" in capsys.readouterr().err


def test_a_warehouse_without_a_release_is_not_served(storage: Storage) -> None:
    from cdi_spark.serving.thrift import serve

    with pytest.raises(CdiError, match="nothing was released yet"):
        serve(
            storage, host="127.0.0.1", port=0, every_seconds=1, stop=threading.Event(), ready=lambda _: None
        )
