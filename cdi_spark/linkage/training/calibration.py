"""Calibrates the weights by stewards' judgements: learns by how many bits they are off.

Stewards look at doubtful pairs, so the precision of judged pairs is not that of all pairs. But among pairs of one
weight the share that is one person does not depend on how they were chosen by weight. So training learns this share,
as one shift of all weights. The weight is that of the pair; for two clusters of several records the heaviest pair
between them stands for their score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.graph.link_weight import probability_from_bits
from cdi_spark.graph.union_find import spanning_forest
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.training.m_and_u import weigh_pairs
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.thresholds import WEIGHTS

# Standard deviation of the shift, in bits, before any judgement. An implied precision of 0.99 was 0.988 and 0.994
# against the truth of two data sets, 0.3 and 0.7 bits off. Eight answers at even odds weigh as much as this prior.
DEVIATION = 1.0
_HALVINGS = 60


@dataclass(frozen=True)
class Calibration:
    """The result of calibrating weights by judgements.

    Attributes:
        same, apart: number of answers in the training sample; see select_answers().
        shift: bits that log2 odds of a match are above the weight.
    """

    same: int
    apart: int
    shift: float


def calibrate(records: Sample, parameters: Sequence[Parameters], *, prior: float) -> Calibration | None:
    """Calibrate weights by the judgements of the sample's records; None where training does not learn from them.

    Args:
        prior: log2 odds of a match of two random records of all records that stewards chose pairs from.
    """
    judged = records.judged()
    if judged is None:
        return None
    pairs, question = judged
    bits = weigh_pairs(pairs, parameters, records.model, records.frequencies).sum(axis=1) + prior
    asked = select_answers(pairs.left, pairs.right, bits, question)
    same = question[asked] < 0
    return Calibration(int(same.sum()), int((~same).sum()), estimate_shift(bits[asked], same))


def select_answers(left: Ints, right: Ints, bits: Floats, question: Ints) -> Ints:
    """Return the pairs that count as answers, as ascending positions.

    For n records that are judged one person these are the n - 1 heaviest pairs that join them; for two persons the
    heaviest pair. The other pairs only follow from the answer: they were not chosen by their weight, and even the
    lightest would count as matches.

    Args:
        bits: weight of every pair.
        question: as Sample.judged() returns it.
    """
    heaviest_first = np.lexsort((right, left, -bits))
    same = heaviest_first[question[heaviest_first] < 0]
    joining = list(spanning_forest(zip(left[same].tolist(), right[same].tolist(), strict=True)))
    apart = heaviest_first[question[heaviest_first] >= 0]
    _, heaviest = np.unique(question[apart], return_index=True)
    return np.sort(np.r_[same[joining], apart[heaviest]])


def estimate_shift(bits: Floats, same: Bools) -> float:
    """Return the most likely shift, with a normal prior of standard deviation DEVIATION around zero.

    Only answers at weights between the possible thresholds count: no threshold depends on the others, and a wrong
    record or a known exception must not outvote them.

    Args:
        bits: weights of judged pairs, prior included.
        same: whether each is one person.
    Returns:
        Bits: log2 odds of a match are weight + shift.
    """
    near = (bits >= WEIGHTS[0]) & (bits <= WEIGHTS[-1])
    bits, same = bits[near], same[near]
    # The slope of the log posterior falls everywhere, and its zero is not farther out than this.
    high = DEVIATION**2 * np.log(2) * len(bits)
    low = -high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        likely = probability_from_bits(bits + middle)
        slope = np.log(2) * (same - likely).sum() - middle / DEVIATION**2
        low, high = (middle, high) if slope > 0 else (low, middle)
    return round(float(low + high) / 2, 6)
