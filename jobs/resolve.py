"""Cluster linked records into entities with lasting ids."""

import sys

from cdi_spark.cli import main

if status := main(["run", "resolve", *sys.argv[1:]]):
    sys.exit(status)
