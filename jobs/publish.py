"""Publish gold.customer_360 and the marts."""

from cdi_spark.cli import run_job

run_job()
