"""A conf folder that only Spark can read is copied into a temporary folder, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from cdi_spark.config.conf_files import local_copy
from cdi_spark.errors import ConfigError


class _Store:
    """What Spark's reader lists of a store, whose names may have any characters."""

    def __init__(self, *paths: str) -> None:
        self._paths = paths

    def collect(self) -> list[dict[str, Any]]:
        return [{"path": path, "content": b"name: x\n"} for path in self._paths]

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self


@pytest.mark.parametrize(
    "name",
    ["a%2F..%2F..%2F..%2Fx.yml", "..%2Fx.yml", "../x.yml", "sources/%2E%2E/%2E%2E/x.yml", "", "a%00.yml"],
)
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    spark: Any = SimpleNamespace(read=_Store(f"s3a://bucket/conf/{name}"))
    with pytest.raises(ConfigError, match="leaves the folder"):
        local_copy(spark, "s3a://bucket/conf")


def test_files_keep_their_folders_and_odd_names_and_one_that_leaves_them_is_refused(
    spark: SparkSession, tmp_path: Path
) -> None:
    conf = tmp_path / "conf"
    for name in ("project.yml", "sources/größe 1.yml", "sources/100%.yml"):
        (conf / name).parent.mkdir(parents=True, exist_ok=True)
        (conf / name).write_text("name: x\n")
    copy = local_copy(spark, conf.as_uri())
    found = sorted(str(file.relative_to(copy)) for file in copy.rglob("*.yml"))
    assert found == ["project.yml", "sources/100%.yml", "sources/größe 1.yml"]
    (conf / "a%2F..%2F..%2Fx.yml").write_text("name: x\n")
    with pytest.raises(ConfigError, match="leaves the folder"):
        local_copy(spark, conf.as_uri())
