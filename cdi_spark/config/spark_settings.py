"""The Spark settings that a project may have: sizes, parallelism and storage; none that runs code or opens a port."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cdi_spark.config.secrets import Secret

_ADAPTIVE = (
    "enabled", "advisoryPartitionSizeInBytes", "autoBroadcastJoinThreshold", "coalescePartitions.enabled",
    "coalescePartitions.initialPartitionNum", "coalescePartitions.minPartitionSize",
    "coalescePartitions.parallelismFirst", "localShuffleReader.enabled", "skewJoin.enabled",
    "skewJoin.skewedPartitionFactor", "skewJoin.skewedPartitionThresholdInBytes",
)  # fmt: skip
_ALLOCATION = (
    "enabled", "executorIdleTimeout", "initialExecutors", "maxExecutors", "minExecutors", "shuffleTracking.enabled",
)  # fmt: skip
_EXACT = frozenset((
    "spark.cores.max", "spark.default.parallelism", "spark.task.cpus", "spark.scheduler.mode",
    "spark.driver.cores", "spark.driver.maxResultSize", "spark.driver.memory", "spark.driver.memoryOverhead",
    "spark.executor.cores", "spark.executor.heartbeatInterval", "spark.executor.instances", "spark.executor.memory",
    "spark.executor.memoryOverhead", "spark.memory.fraction", "spark.memory.offHeap.enabled",
    "spark.memory.offHeap.size", "spark.memory.storageFraction", "spark.network.timeout", "spark.speculation",
    "spark.io.encryption.enabled", "spark.databricks.delta.snapshotPartitions",
    "spark.sql.autoBroadcastJoinThreshold", "spark.sql.broadcastTimeout", "spark.sql.codegen.cache.maxEntries",
    "spark.sql.codegen.wholeStage", "spark.sql.execution.arrow.maxRecordsPerBatch",
    "spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes", "spark.sql.legacy.javaCharsets",
    "spark.sql.legacy.parquet.nanosAsLong", "spark.sql.shuffle.partitions",
    *(f"spark.sql.adaptive.{name}" for name in _ADAPTIVE),
    *(f"spark.dynamicAllocation.{name}" for name in _ALLOCATION),
))  # fmt: skip
_S3 = (
    r"endpoint|endpoint\.region|path\.style\.access|connection\.ssl\.enabled|connection\.maximum|connection\.timeout|"
    r"threads\.max|requester\.pays\.enabled|encryption\.algorithm|"
    r"(?P<s3_secret>access\.key|secret\.key|session\.token|encryption\.key)"
)
_AZURE = (
    r"auth\.type|oauth2\.client\.endpoint|oauth2\.client\.id|oauth2\.msi\.tenant|"
    r"(?P<azure_secret>key|oauth2\.client\.secret|oauth2\.refresh\.token|sas\.fixed\.token)"
)
_GOOGLE = (
    r"fs\.gs\.project\.id|google\.cloud\.auth\.service\.account\.(?:enable|email|private\.key\.id)|"
    r"(?P<google_secret>google\.cloud\.auth\.service\.account\.private\.key)"
)
# A bucket or an account has settings of its own.
_STORAGE = re.compile(
    rf"spark\.hadoop\.(?:fs\.s3a\.(?:bucket\.[a-z0-9][a-z0-9-]*\.)?(?:{_S3})"
    rf"|fs\.azure\.account\.(?:{_AZURE})(?:\.[a-z0-9]+\.(?:dfs|blob)\.core\.windows\.net)?|{_GOOGLE})"
)
_LOCAL = re.compile(r"local(\[(\d+|\*)(,\s*\d+)?\])?")


def check_settings(settings: Mapping[str, str | Secret]) -> None:
    """Refuse settings outside the list.

    Raises:
        ValueError: names the setting and where else it can be set, never its value.
    """
    for name, value in settings.items():
        if name == "spark.master" and isinstance(value, str) and _LOCAL.fullmatch(value):
            continue
        storage = _STORAGE.fullmatch(name)
        if name not in _EXACT and storage is None:
            raise ValueError(
                f"{name} is no setting that a project may have: those are of memory, cores, partitions, adaptive "
                "execution and storage. An operator can set it in spark-defaults.conf, with spark-submit --conf, or on "
                "the cluster."
            )
        is_secret = storage is not None and any(storage.groupdict().values())
        if is_secret and isinstance(value, str):
            raise ValueError(f"{name} is a secret; do not write it here. Name its place, as {{env: NAME}}.")
        if isinstance(value, Secret) and storage is None:
            raise ValueError(f"{name} is no secret; write its value as text.")
        if isinstance(value, str) and "${" in value:
            raise ValueError(f"{name}: ${{…}} is not replaced here. A secret is written as {{env: NAME}}.")
