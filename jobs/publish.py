"""Publish gold.customer_360 and the marts."""

import sys

from cdi_spark.cli import main

if status := main(["run", "publish", *sys.argv[1:]]):
    sys.exit(status)
