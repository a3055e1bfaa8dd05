"""project.yml's Spark settings: sizes and storage, no code and no secret in the open."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from cdi_spark.config import load_project
from cdi_spark.config.secrets import Secret
from cdi_spark.errors import ConfigError

S3 = "spark.hadoop.fs.s3a"


def project(folder: Path, spark: str) -> Path:
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "project.yml").write_text(f"name: small\nspark:\n  {spark}\n")
    emits = "emits: [{table: person, columns: {given_name: first}}]"
    (folder / "sources" / "crm.yml").write_text(f"name: crm\npath: x.csv\nformat: csv\nkey: id\n{emits}\n")
    return folder


@pytest.mark.parametrize(
    "setting",
    [
        "spark.driver.memory: 8g",
        "spark.executor.cores: '4'",
        "spark.sql.shuffle.partitions: '8'",
        "spark.sql.adaptive.enabled: 'true'",
        "spark.master: local[2]",
        f"{S3}.endpoint: http://minio:9000",
        f"{S3}.bucket.raw-data.endpoint: http://minio:9000",
        f"{S3}.secret.key: {{env: S3_KEY}}",
        f"{S3}.bucket.raw.secret.key: {{file: /run/secrets/s3}}",
        "spark.hadoop.fs.azure.account.key.acme.dfs.core.windows.net: {scope: cdi, key: azure}",
        "spark.hadoop.fs.azure.account.oauth2.client.secret: {env: AZURE}",
    ],
)
def test_sizes_parallelism_and_storage_may_be_set(tmp_path: Path, setting: str) -> None:
    name = setting.partition(": ")[0]
    assert name in load_project(project(tmp_path, setting)).file.spark


@pytest.mark.parametrize(
    "name",
    [
        "spark.driver.extraJavaOptions",
        "spark.driver.defaultJavaOptions",
        "spark.executor.extraJavaOptions",
        "spark.driver.extraClassPath",
        "spark.driver.extraLibraryPath",
        "spark.executorEnv.LD_PRELOAD",
        "spark.plugins",
        "spark.pyspark.python",
        "spark.pyspark.driver.python",
        "spark.python.worker.module",
        "spark.jars",
        "spark.jars.packages",
        "spark.jars.ivySettings",
        "spark.submit.pyFiles",
        "spark.files",
        "spark.extraListeners",
        "spark.sql.queryExecutionListeners",
        "spark.sql.extensions",
        "spark.sql.adaptive.customCostEvaluatorClass",
        "spark.sql.catalog.other",
        "spark.sql.catalog.spark_catalog",
        "spark.sql.warehouse.dir",
        "spark.sql.session.timeZone",
        "spark.sql.ansi.doubleQuotedIdentifiers",
        "spark.sql.legacy.setCommandRejectsSparkCoreConfs",
        "spark.redaction.regex",
        "spark.serializer",
        "spark.kryo.registrator",
        "spark.shuffle.manager",
        "spark.io.compression.codec",
        "spark.ui.enabled",
        "spark.eventLog.dir",
        "spark.local.dir",
        "spark.delta.logStore.class",
        "spark.delta.logStore.s3a.impl",
        "spark.hadoop.fs.s3a.impl",
        "spark.hadoop.fs.s3a.custom.signers",
        "spark.hadoop.fs.s3a.aws.credentials.provider",
        "spark.hadoop.fs.azure.account.oauth.provider.type",
        "spark.hadoop.hadoop.security.group.mapping",
        "spark.hadoop.hive.metastore.uris",
        "Spark.driver.memory",
        "spark.driver.memory ",
        "",
    ],
)
def test_other_settings_are_refused_with_file_line_and_where_else_to_set_them(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(ConfigError, match=r"project\.yml:2: spark: .*spark-defaults\.conf") as caught:
        load_project(project(tmp_path, f"{json.dumps(name)}: hidden"))
    assert name in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (f"{S3}.secret.key: AKIAhidden", "is a secret; do not write it here"),
        (f"{S3}.bucket.x.session.token: hidden", "is a secret; do not write it here"),
        ("spark.hadoop.fs.azure.account.key.a.blob.core.windows.net: hidden", "is a secret"),
        ("spark.driver.memory: {env: hidden}", "is no secret"),
        ("spark.master: spark://hidden:7077", "spark.master is no setting"),
        (f"{S3}.endpoint: '${{env:hidden}}'", "is not replaced here"),
        (f"{S3}.secret.key: {{env: A, file: hidden}}", "a secret is in one place"),
        (f"{S3}.secret.key: {{scope: hidden}}", "a secret is in one place"),
        (f"{S3}.secret.key: {{value: hidden}}", "spark"),
        (f"{S3}.secret.key: [hidden]", "spark"),
    ],
)
def test_a_secret_is_named_and_never_written(tmp_path: Path, setting: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_project(project(tmp_path, setting))
    assert "hidden" not in str(caught.value)


def test_a_secret_is_read_where_it_is_used_and_printed_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text("p4ss word\n")
    file.chmod(0o600)
    monkeypatch.setenv("CDI_TEST_KEY", "p4ss word")
    loaded = load_project(project(tmp_path, f"{S3}.secret.key: {{env: CDI_TEST_KEY}}"))
    secrets = [*loaded.file.spark_secrets.values(), Secret(file=str(file))]
    for secret in secrets:
        assert secret.value() == "p4ss word"
        shown = [repr(secret), str(secret), f"{secret}", secret.model_dump_json(), str(secret.model_dump())]
        assert not [text for text in shown if "p4ss" in text]
        assert b"p4ss" not in pickle.dumps(secret)
        assert pickle.loads(pickle.dumps(secret)) == secret
    assert "p4ss" not in repr(loaded) + loaded.file.model_dump_json()
    assert loaded.file.spark_settings == {}


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        (b"p4ss", 0o604, "every account of this machine can read it"),
        (b"", 0o600, "is empty"),
        (b"\n", 0o600, "is empty"),
        (b"p4ss\xff", 0o600, "is no text"),
        (b"p4ss\0", 0o600, "is no text"),
        (b"p4ss" * 20_000, 0o600, "is no text"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(
    tmp_path: Path, content: bytes, mode: int, message: str
) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    file.chmod(mode)
    with pytest.raises(ConfigError, match=message) as caught:
        Secret(file=str(file)).value()
    assert "p4ss" not in str(caught.value)


def test_a_secret_that_is_not_there_names_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CDI_TEST_KEY", raising=False)
    for secret, message in (
        (Secret(env="CDI_TEST_KEY"), r"secret \{env: CDI_TEST_KEY\}: is not set"),
        (Secret(file=str(tmp_path / "none")), "cannot be read"),
        (Secret(file=str(tmp_path)), "every account|cannot be read"),
        (Secret(scope="cdi", key="azure"), "only on Databricks"),
    ):
        with pytest.raises(ConfigError, match=message):
            secret.value()
