"""Link weights in bits as Spark columns."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.graph.link_weight import MAX_BITS


def probability_column(bits: Column) -> Column:
    """Return the probability that log2 odds stand for, as link_weight.probability_from_bits(); null for null."""
    clipped = F.least(F.greatest(bits, F.lit(-MAX_BITS)), F.lit(MAX_BITS))
    # greatest() and least() skip a null.
    return F.when(bits.isNotNull(), 1 / (1 + F.pow(F.lit(2.0), -clipped)))
