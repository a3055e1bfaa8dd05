"""Score pairs of silver.person into linkage.pair."""

from cdi_spark.cli import run_job

run_job()
