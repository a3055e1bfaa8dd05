"""The examples in the docstrings of value rules hold, and every rule has three of them."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

from cdi_spark.gold.customer import same_value
from cdi_spark.standardise import values
from cdi_spark.standardise.values.memo import Memo

RULES = [
    importlib.import_module(f"{values.__name__}.{module.name}")
    for module in pkgutil.iter_modules(values.__path__)
]
# What rules are made with.
TOOLS = {f"{values.__name__}.{name}" for name in ("memo", "word_lists")}


@pytest.mark.parametrize("module", [*RULES, same_value], ids=lambda module: module.__name__.split(".")[-1])
def test_examples_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize("module", RULES, ids=lambda module: module.__name__.split(".")[-1])
def test_every_rule_shows_what_it_does_with_three_values(module: ModuleType) -> None:
    rules = {
        name: rule
        for name, rule in vars(module).items()
        if (inspect.isfunction(rule) or isinstance(rule, Memo))
        and rule.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(rule).parameters)
    }
    shown = {
        name: sum(
            example.source.count("(") > 0
            for example in doctest.DocTestParser().get_examples(rule.__doc__ or "")
        )
        for name, rule in rules.items()
    }
    if module.__name__ not in TOOLS:
        assert {name: number for name, number in shown.items() if number < 1} == {}
