"""Train and freeze the person model."""

import sys

from cdi_spark.cli import main

if status := main(["run", "train", *sys.argv[1:]]):
    sys.exit(status)
