"""Publish gold.customer_360 and the marts."""

import sys

from cdi_spark.cli import main

sys.exit(main(["run", "publish", *sys.argv[1:]]))
