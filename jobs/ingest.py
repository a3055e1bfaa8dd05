"""Read every source into bronze."""

from cdi_spark.cli import run_job

run_job()
