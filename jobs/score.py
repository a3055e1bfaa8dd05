"""Score silver.person into linkage.pair."""

import sys

from cdi_spark.cli import main

if status := main(["run", "score", *sys.argv[1:]]):
    sys.exit(status)
