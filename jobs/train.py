"""Train and freeze the person model."""

from cdi_spark.cli import run_job

run_job()
