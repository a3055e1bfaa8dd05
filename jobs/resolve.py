"""Cluster linked records into entities with lasting ids."""

import sys

from cdi_spark.cli import main

sys.exit(main(["run", "resolve", *sys.argv[1:]]))
