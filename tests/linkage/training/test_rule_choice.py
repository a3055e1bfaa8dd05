"""Which blocking rules training keeps."""

from __future__ import annotations

import numpy as np

from cdi_spark.linkage.training.rule_choice import choose_rules
from cdi_spark.linkage.training.sampling import BlockingCosts

NAMES, NUMBER, POSTCODE = range(3)


def test_a_rule_that_is_always_kept_is_kept_though_it_finds_nothing_for_a_high_cost() -> None:
    found = {NAMES: np.arange(100), NUMBER: np.zeros(0, np.int64), POSTCODE: np.arange(90)}
    costs = BlockingCosts([200, 10**9, 200], [200, 10**9, 200], [])
    chosen = choose_rules(found, costs=costs, one_for=1.0, always=[NUMBER])
    assert [(rule.rule, rule.kept, rule.added) for rule in chosen] == [
        (NAMES, True, 100),
        (NUMBER, True, 0),
        (POSTCODE, False, 0),
    ]
    assert NUMBER not in {rule.rule for rule in choose_rules(found, costs=costs, one_for=1.0) if rule.kept}


def test_a_rule_that_is_always_kept_takes_no_other_from_its_place() -> None:
    found = {NAMES: np.arange(100), NUMBER: np.arange(90), POSTCODE: np.arange(95, 105)}
    costs = BlockingCosts([200, 2_000, 200], [200, 2_000, 200], [])
    chosen = choose_rules(found, costs=costs, one_for=1.0, always=[NUMBER])
    assert [(rule.rule, rule.kept, rule.added) for rule in chosen] == [
        (NAMES, True, 100),
        (POSTCODE, True, 5),
        (NUMBER, True, 0),
    ]
