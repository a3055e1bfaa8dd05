"""`cdi serve sql` as a JDBC client meets it: a server of its own, asked over the wire by Hive's driver."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pyspark
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.cli import main
from cdi_spark.errors import CdiError
from cdi_spark.schema import CUSTOMER_360
from cdi_spark.serving.passwords import password_hash
from cdi_spark.serving.thrift import Access, serve, server_settings
from cdi_spark.spark.local_rows import local_rows
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

    def ask(self, *statements: str, url: str = "", login: tuple[str, ...] = ()) -> list[str]:
        """What a client prints, line by line, errors included."""
        asked = [word for statement in statements for word in ("-e", statement)]
        done = subprocess.run(
            ["java", "-cp", f"{JARS}/*", "-XX:TieredStopAtLevel=1", "org.apache.hive.beeline.BeeLine",
             "--silent=true", "--showHeader=false", "--outputformat=csv2", "--force=true",
             "-u", url or self.url, *login, *asked],
            env={**os.environ, "LC_ALL": "C.UTF-8"}, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        lines = (re.sub(r"^.*/\w+> ", "", line).strip() for line in done.stdout.splitlines())
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
    own = {"spark.master": "local[2]", "spark.driver.memory": "1g"}
    conf = project(folder, profile="tiny", spark=own)
    process = started(folder, conf, storage.warehouse, "--max-seconds", "20", "--max-rows", "1000")
    assert process.stdout is not None
    yield Served(storage, process, process.stdout.readline().strip())
    process.kill()


def started(folder: Path, conf: Path, warehouse: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CDI, "serve", "sql", "--project", conf, "--warehouse", warehouse,
         "--port", "0", "--every", "1", *options],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True, stdout=subprocess.PIPE,
    )  # fmt: skip


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
        # What a later Spark adds, and what reads files, runs code or tells of the machine.
        "SELECT from_xml('<a/>', 'a INT', map('rowValidationXSDPath', 'http://127.0.0.1:1/x'))",
        "SELECT schema_of_xml('<a/>', map('rowValidationXSDPath', 'http://127.0.0.1:1/x'))",
        "SELECT xpath_string('<a/>', 'a')",
        "SELECT input_file_name() FROM customer_360",
        "SELECT current_user()",
        "SELECT current_user",
        "SELECT version()",
        "SELECT spark_catalog.gold.f(1)",
        "SELECT `from_xml`('<a/>', 'a INT')",
        "SELECT 1 FROM customer_360 LATERAL VIEW reflect('java.lang.String', 'valueOf', 1) t AS x",
        "SELECT transform(array('x'), x -> reflect('java.lang.String', 'valueOf', x))",
        f"SELECT * FROM customer_360 WITH ('path' = '{warehouse}')",
        "SELECT * FROM customer_360 |> EXTEND input_file_name() AS f",
        "SELECT * FROM sql_variables()",
        "SELECT * FROM STREAM(customer_360)",
        "SELECT * FROM gold.customer_360 VERSION AS OF 0",
        "SELECT * FROM global_temp.x",
        "SELECT * FROM default.x",
        "DECLARE x INT = 1",
        # Settings.
        "SET spark.sql.legacy.setCommandRejectsSparkCoreConfs=false",
        "SET spark.redaction.regex=nothing",
        "SET spark.hadoop.fs.s3a.secret.key",
        "SET",
        "SET -v",
        "SET spark.sql.variable.substitute",
        "SET SPARK.SQL.SESSION.TIMEZONE=UTC",
        "SET spark.sql.shuffle.partitions=1000000",
        "RESET",
        "RESET spark.sql.thriftServer.incrementalCollect",
        "SET VAR x = 1",
        # Where files are, and the text of views.
        "EXPLAIN EXTENDED SELECT * FROM customer_360",
        "DESCRIBE EXTENDED customer_360",
        "DESCRIBE FORMATTED customer_360 entity_id",
        "SHOW CREATE TABLE customer_360",
        "SHOW TABLE EXTENDED LIKE '*'",
        "DESCRIBE SCHEMA EXTENDED gold",
        "SHOW TABLES IN default",
    ]
    printed = served.ask(*refused, "SELECT 'still here'")
    assert [line for line in printed if not line.startswith(("Error:", "Caused by:"))] == ["still here"]
    assert sum(line.startswith("Error:") and REFUSAL in line for line in printed) == len(refused)
    assert sorted(warehouse.rglob("*")) == before


@pytest.mark.launch
def test_a_connection_brings_only_harmless_settings_along(served: Served) -> None:
    """One of Spark that is not known is refused; those of Hive, Hadoop and the JVM have no effect."""
    asked = "SET spark.sql.session.timeZone", "SELECT current_schema()"
    brought = f"{served.url};x=y?spark.sql.session.timeZone=Asia/Tokyo;fs.s3a.secret.key=x#spark.master=y"
    assert served.ask(*asked, url=brought) == ["spark.sql.session.timeZone,Asia/Tokyo", "gold"]
    for setting in ("spark.sql.catalog.GOLD", "spark.redaction.regex", "spark.hadoop.fs.s3a.secret.key"):
        (refused, *_) = served.ask("SELECT 1", url=f"{served.url}?{setting}=x")
        assert REFUSAL in refused
    assert REFUSAL in served.ask("SELECT 1", url=served.url.replace("/gold", "/text"))[0]
    assert served.ask(
        "SELECT count(*) >= 2 FROM customer_360", url=served.url.replace("/gold", "/default")
    ) == ["true"]


@pytest.mark.launch
def test_a_client_of_the_wire_sets_no_property_of_the_server(served: Served, spark: SparkSession) -> None:
    jvm: Any = spark._jvm
    address = urlsplit(served.url.removeprefix("jdbc:"))
    thrift = jvm.org.apache.hive.service.rpc.thrift
    transport = jvm.org.apache.hive.service.auth.PlainSaslHelper.getPlainTransport(
        "anna", "x", jvm.org.apache.thrift.transport.TSocket(address.hostname, address.port)
    )
    client = thrift.TCLIService.Client(jvm.org.apache.thrift.protocol.TBinaryProtocol(transport))
    transport.open()
    wanted = thrift.TOpenSessionReq(thrift.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V8)
    wanted.setConfiguration(
        {"set:system:cdi.brought": "along", "set:metaconf:x": "y", "hive.aux.jars.path": "z"}
    )
    assert client.OpenSession(wanted).getStatus().getStatusCode().toString() == "SUCCESS_STATUS"
    transport.close()
    (java,) = psutil.Process(served.process.pid).children()
    properties = subprocess.run(
        ["jcmd", str(java.pid), "VM.system_properties"],
        text=True,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert "java.version" in properties.stdout
    assert "cdi.brought" not in properties.stdout


@pytest.mark.launch
def test_no_port_of_the_server_takes_commands_from_another_program(served: Served) -> None:
    server = psutil.Process(served.process.pid)
    opened = [c for process in (server, *server.children()) for c in process.net_connections("tcp")]
    listening = [c.laddr for c in opened if c.status == psutil.CONN_LISTEN]
    assert len(listening) > 1
    for ip, port, *_ in listening:
        assert ip.removeprefix("::ffff:") in ("127.0.0.1", "::1")
        # A call of py4j, of the JVM and of a proxy for Python.
        for command in ("c\nz:java.lang.System\ngetenv\ne\n", "c\np0\napply\ne\n"):
            with socket.create_connection((ip.removeprefix("::ffff:"), port), timeout=2) as caller:
                caller.sendall(command.encode())
                with suppress(OSError):
                    assert not caller.recv(1000).startswith((b"!y", b"y"))
    assert REFUSAL in served.ask("SELECT version()")[0]


@pytest.mark.launch
def test_a_query_ends_at_the_limits_of_rows_and_time(served: Served) -> None:
    assert len(served.ask("SELECT id FROM range(1000)")) == 1000
    assert "more than 1000 rows" in "".join(served.ask("SELECT id FROM range(1001)"))
    # One that computes all before it sends, and one that finds no row to send.
    endless = "range(100000000) a CROSS JOIN range(100000000) b"
    both = f"SELECT max(a.id + b.id) FROM {endless}", f"SELECT a.id FROM {endless} WHERE a.id + b.id < 0"
    with ThreadPoolExecutor() as threads:
        printed = list(threads.map(served.ask, both))
    for lines in printed:
        # Beeline has its own words for a time limit, with the seconds that the client asked for: none.
        assert "Query timed out" in "".join(lines) or "longer than 20 seconds" in "".join(lines)
    assert served.ask("SELECT count(*) FROM range(5000)") == ["5000"]


@pytest.mark.launch
def test_other_machines_log_in_over_tls(served: Served, tmp_path: Path) -> None:
    pem, trusted = certificate(tmp_path)
    line = f"anna:{password_hash('pä$$wörd')}"
    (tmp_path / "users").write_text(line)
    conf = served.storage.warehouse.rpartition("/")[0]
    process = started(
        tmp_path, next(Path(conf).rglob("project.yml")).parent, served.storage.warehouse,
        "--host", "0.0.0.0", "--passwords", str(tmp_path / "users"), "--certificate", str(pem),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip().replace("0.0.0.0", "localhost")
        assert url.endswith(";ssl=true")
        trusting = f"{url};sslTrustStore={trusted};trustStorePassword=secret"

        def ask(user: str, password: str, at: str = trusting) -> list[str]:
            return served.ask("SELECT 'in'", url=at, login=("-n", user, "-p", password))

        assert ask("anna", "pä$$wörd") == ["in"]
        for user, password, at in (
            ("anna", "wrong", trusting),
            ("bela", "pä$$wörd", trusting),
            ("anna", "pä$$wörd", url.replace(";ssl=true", "")),
        ):
            assert "in" not in ask(user, password, at)
    finally:
        process.kill()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A server's certificate with its key, and a store of Java's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    own = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, trusted = folder / "server.pem", folder / "trusted.p12"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(own.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    known = [pkcs12.PKCS12Certificate(own, b"server")]
    trusted.write_bytes(
        pkcs12.serialize_java_truststore(known, serialization.BestAvailableEncryption(b"secret"))
    )
    return pem, trusted


@pytest.mark.launch
def test_a_client_may_look_at_what_there_is(served: Served) -> None:
    printed = served.ask(
        "SHOW TABLES IN gold",
        "DESCRIBE gold.customer_360 entity_id",
        "WITH two AS (SELECT explode(array(1, 2)) n) SELECT sum(n) OVER (ORDER BY n) FROM two, range(3) WHERE id = n",
        "SELEC 1",
        "SHOW SCHEMAS",
        "USE default",
        "SELECT current_schema()",
        "SET TIME ZONE 'UTC'",
        "SET spark.sql.shuffle.partitions=3",
        "RESET spark.sql.shuffle.partitions",
        "SELECT IF(a LIKE ANY ('x%', 'y'), b.c[0], 0) FROM VALUES ('xx', named_struct('c', array(7))) t(a, b)",
        "SELECT a, (SELECT max(b) FROM VALUES (8) t(b)) FROM VALUES (1), (2) t(a) WHERE a BETWEEN 2 AND 3 AND a != 1",
        "SELECT sum(a) FILTER (WHERE a RLIKE '^2') FROM VALUES (1), (22) t(a) GROUP BY CUBE (a) ORDER BY 1 NULLS LAST",
        "SELECT _metadata FROM customer_360",
    )
    assert "gold,customer_360,false" in printed
    assert "data_type,string" in printed
    assert printed[printed.index("1") :][:2] == ["1", "3"]
    assert "[PARSE_SYNTAX_ERROR]" in "".join(printed)
    assert REFUSAL not in "".join(printed)
    assert printed.count("gold") == 2
    assert {"7", "2,8", "22"} <= set(printed)
    assert "[UNRESOLVED_COLUMN" in "".join(printed)


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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "example.org"])
def test_other_machines_are_let_in_only_with_a_login_and_tls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    conf, users = str(project(tmp_path)), tmp_path / "users"
    users.write_text(f"anna:{password_hash('x')}\n")
    asked = ["serve", "sql", "--project", conf, "--warehouse", str(tmp_path), "--host", host]
    assert main(asked) == 2
    assert "Give a login (--passwords FILE) and TLS (--certificate FILE)" in capsys.readouterr().err
    assert main([*asked, "--passwords", str(users)]) == 2
    assert "Give TLS (--certificate FILE)" in capsys.readouterr().err


def test_the_servers_session_has_no_page_and_no_port_for_other_programs() -> None:
    opened = {"spark.ui.enabled": "true", "spark.sql.hive.thriftServer.singleSession": "true"}
    made = server_settings(opened | {"spark.driver.memory": "3g"})
    assert (made["spark.ui.enabled"], made["spark.sql.hive.thriftServer.singleSession"]) == ("false", "false")
    assert (made["spark.authenticate"], made["spark.driver.memory"]) == ("true", "3g")


def test_a_warehouse_without_a_release_is_not_served(storage: Storage) -> None:
    with pytest.raises(CdiError, match="nothing was released yet"):
        serve(storage, access=Access(), every_seconds=1, stop=threading.Event(), ready=lambda _: None)
