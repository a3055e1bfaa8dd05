"""Run every stage in order."""

from cdi_spark.cli import run_job

run_job()
