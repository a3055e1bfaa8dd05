"""Link weights in bits (log2 odds) and probabilities. Needs numpy only, so that it can be shipped to any executor."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from cdi_spark.graph.arrays import Floats

# Beyond it a power of two means certainty either way, and sums must not overflow.
MAX_BITS = 80.0


def probability_from_bits(bits: npt.ArrayLike) -> Floats:
    """Return the probability that log2 odds stand for, clipped at MAX_BITS.

    >>> probability_from_bits([0.0, 2.0, float("inf")]).tolist()
    [0.5, 0.8, 1.0]
    """
    return np.asarray(1 / (1 + np.exp2(-clip_bits(bits))))


def bits_from_probability(probability: float) -> float:
    """Return the log2 odds of a probability between 0 and 1, both excluded.

    >>> bits_from_probability(0.8)
    2.0
    """
    return math.log2(probability / (1 - probability))


def clip_bits(bits: npt.ArrayLike) -> Floats:
    """Limit bits to MAX_BITS either way."""
    return np.asarray(np.clip(bits, -MAX_BITS, MAX_BITS), np.float64)
