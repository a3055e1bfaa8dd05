"""Land raw sources in bronze."""

import sys

from cdi_spark.cli import main

sys.exit(main(["run", "ingest", *sys.argv[1:]]))
