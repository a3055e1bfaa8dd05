"""SIGKILL at every stage boundary and inside every write of a run, one after the other, on one warehouse."""

import random
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
