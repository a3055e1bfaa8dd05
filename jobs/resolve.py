"""Cluster linked records into entities with lasting ids."""

from cdi_spark.cli import run_job

run_job()
