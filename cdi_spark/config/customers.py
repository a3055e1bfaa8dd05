"""project.yml's states and segments: groups of customers, each defined by a SQL expression."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from cdi_spark.config.expressions import day_limits
from cdi_spark.config.strict import Strict, expression_over
from cdi_spark.schema import CUSTOMER_360, MEASURE, STATE_COUNTS, STATE_FACTS


class State(Strict):
    """A state that a customer may be in.

    `when` uses events up to a day: counts (orders, invoices, payments, subscriptions, active_subscriptions, cases,
    usages, interactions; void ones left out) and days_since_order, days_since_invoice and so on, null before the
    first, which are compared with whole numbers.
    """

    FACTS: ClassVar[tuple[str, ...]] = (
        *STATE_COUNTS,
        *(f"days_since_{name}" for name in STATE_FACTS),
    )

    name: str = Field(min_length=1)
    """name of the state"""
    when: str
    """SQL that must hold of a customer in the state"""

    @field_validator("when")
    @classmethod
    def _over_facts(cls, when: str) -> str:
        unknown = f"is no fact that a state can use; there are {', '.join(cls.FACTS)}."
        return expression_over(cls.FACTS, when, where="when", unknown=unknown, also=[day_limits])


class Segment(Strict):
    """A group of customers."""

    COLUMNS: ClassVar[frozenset[str]] = frozenset(CUSTOMER_360.names) | frozenset(MEASURE.names) - {
        "segments"
    }

    name: str = Field(min_length=1)
    """name of the segment"""
    when: str
    """SQL over columns of gold.customer_360 and gold.measure"""

    @field_validator("when")
    @classmethod
    def _over_columns(cls, when: str) -> str:
        unknown = f"is no column of {CUSTOMER_360.name} or {MEASURE.name} that a segment can use."
        return expression_over(cls.COLUMNS, when, where="when", unknown=unknown)


STATES = [
    State(
        name="customer",
        when="active_subscriptions > 0 or days_since_order <= 365 or days_since_invoice <= 365",
    ),
    State(name="lapsed", when="orders > 0 or invoices > 0 or subscriptions > 0"),
    State(name="prospect", when="interactions > 0 or usages > 0 or cases > 0"),
    State(name="lead", when="true"),
]
