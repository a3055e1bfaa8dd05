"""Train and freeze the person model."""

import sys

from cdi_spark.cli import main

sys.exit(main(["run", "train", *sys.argv[1:]]))
