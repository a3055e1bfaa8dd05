"""Clean bronze into silver; put rows that fail in quarantine."""

from cdi_spark.cli import run_job

run_job()
