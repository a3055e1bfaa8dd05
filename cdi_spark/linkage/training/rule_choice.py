"""Chooses the blocking rules that find most pairs of one entity for what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.arrays import Ints
from cdi_spark.linkage.training.sampling import BlockingCosts

# A kept rule adds this share of all pairs of one entity that blocking finds, and compares at most so many pairs
# for each one that it adds.
_LEAST_SHARE, _MOST_PAIRS_PER_FIND = 0.0005, 20_000
# Where finds are too few to choose by, a rule is kept that compares at most so many pairs per record.
_MOST_PAIRS_PER_RECORD = 20


@dataclass(frozen=True)
class RuleFinds:
    """What one blocking rule finds.

    Attributes:
        rule: its position in the model.
        entries, pairs: its cost on all records (BlockingCosts).
        found: how many pairs of one entity it finds in the sample.
        added: how many of these no rule chosen before it finds; for a rule that is not kept, no kept rule.
        kept: whether it finds enough for its cost, or is always kept.
    """

    rule: int
    entries: int
    pairs: int
    found: int
    added: int
    kept: bool


def choose_rules(
    found: Mapping[int, Ints], *, costs: BlockingCosts, one_for: float, always: Sequence[int] = ()
) -> list[RuleFinds]:
    """Return what every rule finds; first the kept rules, those that add most pairs for their cost before others.

    Args:
        found: by rule, the pairs of one entity that it finds in the sample, as ascending numbers.
        costs: of the rules on all records.
        one_for: how many records one record of the sample stands for.
        always: rules that are kept in any case, after those that find enough: pairs that only they find may be rare
            among the entities of the sample, because their records hold too little to be in any.
    """
    wanted = len(np.unique(np.concatenate([np.zeros(0, np.int64), *found.values()])))
    have = np.zeros(0, np.int64)
    kept: dict[int, RuleFinds] = {}

    def finds(rule: int, added: int, *, kept: bool) -> RuleFinds:
        return _finds(rule, found, added, costs=costs, kept=kept)

    def keep(rule: int, gain: int) -> None:
        nonlocal have
        kept[rule] = finds(rule, gain, kept=True)
        have = np.union1d(have, found[rule])

    def gain_of(rule: int) -> int:
        return len(np.setdiff1d(found[rule], have, assume_unique=True))

    while True:
        gains = {rule: gain_of(rule) for rule in found if rule not in kept}
        worth = [
            (gain / max(1, costs.pairs[rule] + 2 * costs.entries[rule]), -rule)
            for rule, gain in gains.items()
            if gain >= max(1, _LEAST_SHARE * wanted)
            and costs.pairs[rule] <= _MOST_PAIRS_PER_FIND * gain * one_for
        ]
        if not worth:
            for rule in always:
                if rule not in kept:
                    keep(rule, gain_of(rule))
            gains = {rule: gain_of(rule) for rule in found if rule not in kept}
            return [*kept.values(), *(finds(rule, gain, kept=False) for rule, gain in gains.items())]
        best = -max(worth)[1]
        keep(best, gains[best])


def affordable_rules(
    found: Mapping[int, Ints], *, costs: BlockingCosts, records: int, always: Sequence[int] = ()
) -> list[RuleFinds]:
    """Return what every rule finds, and keep all that compare few enough pairs, whatever they find; cheap ones first.

    Args:
        found: as for choose_rules().
        costs: of the rules on all records.
        records: all records.
        always: rules that are kept whatever they compare.
    """
    have = np.zeros(0, np.int64)
    rules = []
    for rule in sorted(found, key=lambda rule: (costs.pairs[rule], rule)):
        kept = rule in always or costs.pairs[rule] <= _MOST_PAIRS_PER_RECORD * records
        added = len(np.setdiff1d(found[rule], have, assume_unique=True))
        rules.append(_finds(rule, found, added, costs=costs, kept=kept))
        have = np.union1d(have, found[rule]) if kept else have
    return sorted(rules, key=lambda finds: not finds.kept)


def _finds(
    rule: int, found: Mapping[int, Ints], added: int, *, costs: BlockingCosts, kept: bool
) -> RuleFinds:
    return RuleFinds(rule, costs.entries[rule], costs.pairs[rule], len(found[rule]), added, kept)
