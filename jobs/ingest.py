"""Land raw sources in bronze."""

import sys

from cdi_spark.cli import main

if status := main(["run", "ingest", *sys.argv[1:]]):
    sys.exit(status)
