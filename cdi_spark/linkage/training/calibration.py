"""By how many bits the weights are off, as stewards' judgements show.

Which pairs stewards look at goes by doubt, so a precision counted on them is not that of all pairs. But of pairs of
one weight the share that is one person is the same, whoever chose them by their weight: so it is that share that
is learned, as one shift of all weights. The weight is that of the pair; where clusters of several records meet, the
heaviest pair between them stands for their score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.graph.link_weight import probability_from_bits
from cdi_spark.graph.union_find import spanning_forest
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.training.m_and_u import weights
from cdi_spark.linkage.training.pairs import Sample
from cdi_spark.linkage.training.thresholds import WEIGHTS

# Standard deviation of the shift, bits, before anything is judged. Against truth the promise of 0.99 was 0.988 and
# 0.994 on two data sets (README), 0.3 and 0.7 bits off. Eight answers at even odds count as much.
DEVIATION = 1.0
_HALVINGS = 60


@dataclass(frozen=True)
class Calibration:
    """What judgements say of the weights.

    Attributes:
        same, apart: answers in the training sample; see answers().
        shift: bits that log2 odds of a match are above the weight.
    """

    same: int
    apart: int
    shift: float


def calibrated(records: Sample, parameters: Sequence[Parameters], *, prior: float) -> Calibration | None:
    """What the judgements of the sample's records say of the weights; None where training is not to ask them.

    Args:
        prior: log2 odds of a match of two random records of all, from among which stewards chose pairs.
    """
    judged = records.judged()
    if judged is None:
        return None
    pairs, question = judged
    bits = weights(pairs, parameters, records.model, records.frequencies).sum(axis=1) + prior
    asked = answers(pairs.left, pairs.right, bits, question)
    same = question[asked] < 0
    return Calibration(int(same.sum()), int((~same).sum()), shift(bits[asked], same))


def answers(left: Ints, right: Ints, bits: Floats, question: Ints) -> Ints:
    """The pairs that count: of n records judged one person the n - 1 heaviest that join them, of two the heaviest.

    The others only follow. They came with the answer and not by their weight, and however light, they would count
    as matches.

    Args:
        bits: weight of every pair.
        question: as Sample.judged() has it.
    Returns:
        Positions, ascending.
    """
    heaviest_first = np.lexsort((right, left, -bits))
    same = heaviest_first[question[heaviest_first] < 0]
    joining = list(spanning_forest(zip(left[same].tolist(), right[same].tolist(), strict=True)))
    apart = heaviest_first[question[heaviest_first] >= 0]
    _, heaviest = np.unique(question[apart], return_index=True)
    return np.sort(np.r_[same[joining], apart[heaviest]])


def shift(bits: Floats, same: Bools) -> float:
    """The most likely shift, with a normal prior of DEVIATION around none.

    Only answers at weights among which a threshold is chosen count: of others no threshold depends, and a record
    in error or a known exception is not to outvote them.

    Args:
        bits: weights of judged pairs, prior included.
        same: whether each is one person.
    Returns:
        Bits: log2 odds of a match are weight + shift.
    """
    near = (bits >= WEIGHTS[0]) & (bits <= WEIGHTS[-1])
    bits, same = bits[near], same[near]
    # Where the slope of the log posterior is nothing; it falls all the way, and is so no farther out than this.
    high = DEVIATION**2 * np.log(2) * len(bits)
    low = -high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        likely = probability_from_bits(bits + middle)
        slope = np.log(2) * (same - likely).sum() - middle / DEVIATION**2
        low, high = (middle, high) if slope > 0 else (low, middle)
    return round(float(low + high) / 2, 6)
