"""Which blocking rules training keeps."""

from __future__ import annotations

import numpy as np

from cdi_spark.linkage.training.rule_choice import choose_rules
from cdi_spark.linkage.training.sampling import BlockingCosts

NAMES, NUMBER, POSTCODE = range(3)


def test_a_rule_that_is_always_kept_is_kept_first_though_it_finds_nothing_for_a_high_cost() -> None:
    found = {NAMES: np.arange(100), NUMBER: np.zeros(0, np.int64), POSTCODE: np.arange(90)}
    costs = BlockingCosts([200, 10**9, 200], [200, 10**9, 200], [])
    chosen = choose_rules(found, costs=costs, one_for=1.0, always=[NUMBER])
    assert [(rule.rule, rule.kept, rule.added) for rule in chosen] == [
        (NUMBER, True, 0),
        (NAMES, True, 100),
        (POSTCODE, False, 0),
    ]
    assert NUMBER not in {rule.rule for rule in choose_rules(found, costs=costs, one_for=1.0) if rule.kept}


def test_another_rule_must_find_what_the_rules_that_are_always_kept_do_not() -> None:
    found = {NAMES: np.arange(100), NUMBER: np.arange(100), POSTCODE: np.arange(95, 105)}
    costs = BlockingCosts([200, 200, 200], [200, 200, 200], [])
    chosen = choose_rules(found, costs=costs, one_for=1.0, always=[NUMBER])
    assert [(rule.rule, rule.kept, rule.added) for rule in chosen] == [
        (NUMBER, True, 100),
        (POSTCODE, True, 5),
        (NAMES, False, 0),
    ]
