"""Reads a conf folder from a URI that only Spark can read."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from urllib.parse import unquote

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from cdi_spark.errors import ConfigError


def local_copy(spark: SparkSession, uri: str) -> Path:
    """Copy a conf folder's YAML files to this machine, until the process ends.

    Args:
        uri: the folder, as s3://bucket/conf/acme.
    Raises:
        ConfigError: Spark cannot read the folder.
    """
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    try:
        files = reader.option("pathGlobFilter", "*.yml").load(uri).select("path", "content").collect()
    except PySparkException as fault:
        raise ConfigError(
            f"{uri}: Spark cannot read a conf folder there ({fault.getCondition()}). "
            "Check the URI and the access rights."
        ) from None
    folder = Path(tempfile.mkdtemp(prefix="cdi-conf-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # Spark may write the scheme differently (file:/x for file:///x); the rest is the same.
    root = uri.partition("://")[2].strip("/")
    for file in files:
        copy = _copy_of(folder, unquote(file["path"]).partition(root)[2].strip("/"), uri)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file["content"])
    return folder


def _copy_of(folder: Path, name: str, uri: str) -> Path:
    """The place of a file's copy; a name with .. in it, which a store may have, would be outside the folder."""
    if not name or "\0" in name or ".." in Path(name).parts:
        raise ConfigError(f"{uri}: the name of a file leaves the folder: {name!a}. Rename or remove it.")
    return folder / name
