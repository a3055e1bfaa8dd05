"""Bits of log2 odds as probabilities."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from cdi_spark.graph.link_weight import bits_from_probability, probability_from_bits
from cdi_spark.graph.link_weight_columns import probability_column
from cdi_spark.spark.local_rows import local_rows

BITS = [-2_000.0, -80.0, -3.0, 0.0, 0.5, 7.0, 2_000.0, float("inf")]


def test_bits_become_a_probability_and_back() -> None:
    for probability in (0.001, 0.5, 0.99):
        assert float(probability_from_bits(bits_from_probability(probability))) == pytest.approx(probability)


def test_even_thousands_of_bits_are_a_probability() -> None:
    found = probability_from_bits(BITS)
    assert found[0] == found[1] > 0
    assert found[-2] == found[-1] == 1.0


def test_a_spark_column_has_the_same_probability_and_none_of_an_unknown_weight(spark: SparkSession) -> None:
    rows = local_rows(spark, [(bits,) for bits in [*BITS, None]], "bits double")
    found = [row[0] for row in rows.select(probability_column(F.col("bits"))).collect()]
    assert found[:-1] == pytest.approx(probability_from_bits(BITS).tolist())
    assert found[-1] is None
