"""The amount of data decides how Spark is configured; the class archive makes later starts faster."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cdi_spark.spark import class_archive
from cdi_spark.spark.profile import Work, profile_of, work_at


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    for name, size in (("shop/1.csv", 10), ("shop/2.csv", 20), ("crm/people.json", 5)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    return tmp_path


def test_files_folders_and_patterns_are_counted_and_of_tables_what_holds_rows(raw: Path) -> None:
    table = raw / "warehouse" / "gold" / "customer_360"
    (table / "_delta_log").mkdir(parents=True)
    (table / "part-0.parquet").write_bytes(b"x" * 7)
    (table / "_delta_log" / "0.json").write_bytes(b"x" * 1000)
    sources = [f"{raw}/shop/*.csv", f"file:{raw}/crm", f"{raw}/nothing.csv"]
    assert work_at(sources, str(raw / "warehouse")) == Work(sources=35, tables=7)


def test_nothing_is_there_before_the_first_run(raw: Path) -> None:
    assert work_at([], str(raw / "warehouse")) == Work(sources=0, tables=0)


@pytest.mark.parametrize(
    "path", ["s3a://bucket/raw", "package:febrl/data.csv", "{raw}/crm.csv", "/raw/{a,b}.csv"]
)
def test_what_only_spark_can_read_may_be_large(raw: Path, path: str) -> None:
    work = work_at([f"{raw}/shop", path], str(raw))
    assert work.sources is None
    assert profile_of(work, runs=True) == "large"


def test_tables_elsewhere_may_be_large() -> None:
    assert profile_of(work_at([], "s3a://bucket/warehouse"), runs=False) == "large"


@pytest.mark.parametrize(
    ("work", "runs", "profile"),
    [
        (Work(1_000_000, 0), True, "tiny"),
        (Work(20_000_000, 0), True, "small"),
        (Work(0, 20_000_000), True, "small"),
        (Work(500_000_000, 1), True, "large"),
        (Work(0, 20_000_000), False, "tiny"),
        (Work(0, 5_000_000_000), False, "large"),
    ],
)
def test_the_larger_of_sources_and_tables_decides(work: Work, runs: bool, profile: str) -> None:
    assert profile_of(work, runs=runs) == profile


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SPARK_HOME", "SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_DIST_CLASSPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # The Spark of this machine may hold a conf that somebody else wrote.
    (tmp_path / "pyspark").mkdir()
    monkeypatch.setattr(class_archive.pyspark, "__file__", str(tmp_path / "pyspark" / "__init__.py"))
    return tmp_path / "cdi_spark"


@pytest.fixture
def jar(tmp_path: Path) -> str:
    file = tmp_path / "delta.jar"
    file.touch()
    return str(file)


def test_one_run_writes_the_archive_and_those_after_it_map_it(cache: Path, jar: str) -> None:
    assert class_archive.archive_options([jar], make=False) == ""
    writing = class_archive.archive_options([jar], make=True)
    new = Path(writing.partition("-XX:ArchiveClassesAtExit=")[2])
    assert new.parent == cache
    new.write_text("classes")
    # It may not be whole yet.
    assert class_archive.archive_options([jar], make=True) == ""
    os.utime(new, (time.time() - 100, time.time() - 100))
    mapped = class_archive.archive_options([jar], make=True)
    assert Path(mapped.partition("-XX:SharedArchiveFile=")[2]).read_text() == "classes"
    other = Path(jar).with_name("other.jar")
    other.touch()
    assert class_archive.archive_options([jar, str(other)], make=False) == ""


def test_no_archive_is_written_with_a_folder_on_the_class_path(cache: Path, jar: str) -> None:
    assert class_archive.archive_options([jar, str(cache.parent)], make=True) == ""


@pytest.mark.parametrize("name", ["SPARK_HOME", "SPARK_CONF_DIR", "HADOOP_CONF_DIR"])
def test_a_spark_that_somebody_set_up_keeps_its_conf(
    cache: Path, jar: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "/opt/somebody")
    assert class_archive.archive_options([jar], make=True) == ""
    with class_archive.without_conf_folder():
        assert os.environ.get("SPARK_CONF_DIR") == ("/opt/somebody" if name == "SPARK_CONF_DIR" else None)


def test_conf_that_somebody_wrote_beside_spark_is_read(cache: Path, jar: str) -> None:
    conf = Path(class_archive.pyspark.__file__).parent / "conf"
    conf.mkdir()
    (conf / "spark-defaults.conf").write_text("spark.ui.enabled true\n")
    assert class_archive.archive_options([jar], make=True) == ""
    (conf / "spark-defaults.conf").write_text(f"{class_archive.WRITTEN_BY_US}\nspark.ui.enabled true\n")
    assert class_archive.archive_options([jar], make=True) != ""


def test_only_the_jvm_that_starts_here_goes_without_the_conf_folder(cache: Path) -> None:
    with class_archive.without_conf_folder():
        assert list(Path(os.environ["SPARK_CONF_DIR"]).iterdir()) == []
    assert "SPARK_CONF_DIR" not in os.environ
