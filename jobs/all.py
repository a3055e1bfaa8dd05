"""Run every stage in order."""

import sys

from cdi_spark.cli import main

sys.exit(main(["run", "all", *sys.argv[1:]]))
