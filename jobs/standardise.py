"""Cleanse bronze to silver, quarantine what fails."""

import sys

from cdi_spark.cli import main

sys.exit(main(["run", "standardise", *sys.argv[1:]]))
