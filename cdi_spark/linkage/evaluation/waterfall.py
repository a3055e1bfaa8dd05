"""The waterfall of a pair for readers: its steps in plain words, and a page that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cdi_spark.linkage.evaluation.charts import Step
from cdi_spark.pages import Axis, page

_RARITY = "tf_"


@dataclass(frozen=True)
class Bar:
    """A step in the drawing, and the sum of bits before and after it."""

    step: Step
    before: float
    after: float


def informative_steps(steps: Sequence[Step]) -> list[Step]:
    """Return the steps of some bits in plain words; a value's rarity comes after its comparison."""
    return [_in_words(step) for step in steps if step.bits]


def uninformative_comparisons(steps: Sequence[Step]) -> list[str]:
    """Return the names of the comparisons that weigh nothing for the pair."""
    return [step.name for step in steps if not step.bits and not step.name.startswith(_RARITY)]


def waterfall_page(
    steps: Sequence[Step],
    *,
    record_ids: tuple[str, str],
    match_weight: float,
    facts: Sequence[tuple[str, str]],
) -> str:
    """Return the steps of a pair's weight as one HTML page, with the values of both records.

    Args:
        steps: of charts.Waterfall.
        match_weight: their sum, bits.
        facts: further facts of the pair: a name and a text each.
    """
    bars, sum_so_far = [], 0.0
    for step in informative_steps(steps):
        bars.append(Bar(step, sum_so_far, sum_so_far + step.bits))
        sum_so_far += step.bits
    reached = [0.0, match_weight, *(bar.after for bar in bars)]
    return page(
        "waterfall.html.j2",
        bars=bars,
        silent=uninformative_comparisons(steps),
        record_ids=record_ids,
        match_weight=match_weight,
        facts=facts,
        across=Axis(min(reached) - 1, max(reached) + 1, 300, 710),
    )


def _in_words(step: Step) -> Step:
    if step.name.startswith(_RARITY):
        return replace(step, name=step.name.removeprefix(_RARITY), level="how rare the value is")
    return replace(step, level="two random records") if step.name == "Prior" else step
