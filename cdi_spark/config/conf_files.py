"""A conf folder that lies where only Spark can read."""

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
    """A copy of a conf folder's YAML files on this machine, which ends with the process.

    Args:
        uri: the folder, as s3://bucket/conf/acme.
    Raises:
        ConfigError: there is nothing to read.
    """
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    try:
        files = reader.option("pathGlobFilter", "*.yml").load(uri).select("path", "content").collect()
    except PySparkException as fault:
        raise ConfigError(f"{uri}: Spark cannot read a conf folder there ({fault.getCondition()}).") from None
    folder = Path(tempfile.mkdtemp(prefix="cdi-conf-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # Spark may spell the scheme otherwise (file:/x for file:///x); what follows it is the same.
    root = uri.partition("://")[2].strip("/")
    for file in files:
        copy = folder / unquote(file["path"]).partition(root)[2].strip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file["content"])
    return folder
