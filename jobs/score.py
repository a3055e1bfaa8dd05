"""Score silver.person into linkage.pair."""

import sys

from cdi_spark.cli import main

sys.exit(main(["run", "score", *sys.argv[1:]]))
