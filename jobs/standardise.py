"""Cleanse bronze to silver, quarantine what fails."""

import sys

from cdi_spark.cli import main

if status := main(["run", "standardise", *sys.argv[1:]]):
    sys.exit(status)
