"""Run every stage in order."""

import sys

from cdi_spark.cli import main

if status := main(["run", "all", *sys.argv[1:]]):
    sys.exit(status)
