"""How ids are rewritten so that two files write the same id in the same way: in Python, Spark SQL and DuckDB SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cdi_spark.sql_text import Dialect, literal


@dataclass(frozen=True)
class Step:
    """One step of rewriting an id: text that a pattern finds is replaced by the groups of the pattern.

    The pattern is one for Java and RE2, which have no common way to look ahead.
    """

    name: str
    sql: str
    python: str
    groups: int = 0

    def apply(self, text: str) -> str:
        return re.sub(self.python, lambda found: "".join(found.groups()), text)


# In the order in which they are applied.
_STEPS = (
    Step(".0", "[.]0+$", r"\.0+$"),
    Step("blanks and dashes", "[^\\p{L}\\p{N}]", r"[\W_]"),
    Step("prefix", "^[^0-9]+([0-9])", r"^[^0-9]+([0-9])", 1),
    Step("leading zeros", "^([^0-9]*)0+([0-9])", r"^([^0-9]*)0+([0-9])", 2),
)
_CASE = "upper and lower case"
STEPS = (*(step.name for step in _STEPS), _CASE)


@dataclass(frozen=True)
class Form:
    """The steps by which an id is rewritten, and the pattern that finds it in free text; empty where it is the whole.

    >>> Form(frozenset(STEPS)).apply("K-0000731942"), Form().apply("K-17")
    ('731942', 'K-17')
    """

    steps: frozenset[str] = frozenset()
    pattern: str = ""

    def apply(self, text: str) -> str:
        """The id in text; empty where the pattern finds none."""
        return _apply(self, text)

    def write(self, sql: str, dialect: Dialect = "spark") -> str:
        """SQL of the id in a column."""
        mark, flags = ("$", "") if dialect == "spark" else ("\\", ", 'g'")
        if self.pattern:
            sql = f"regexp_extract({sql}, {literal(self.pattern, dialect)}, 1)"
            sql = f"nullif({sql}, '')" if dialect == "spark" else sql
        for step in self._taken:
            groups = literal("".join(f"{mark}{n + 1}" for n in range(step.groups)), dialect)
            sql = f"regexp_replace({sql}, {literal(step.sql, dialect)}, {groups}{flags})"
        return f"upper({sql})" if _CASE in self.steps else sql

    def describe(self) -> str:
        """The steps as text: without prefix and leading zeros."""
        dropped = [step.name for step in self._taken]
        listed = " and ".join([", ".join(dropped[:-1]), dropped[-1]] if len(dropped) > 1 else dropped)
        texts = [f"without {listed}"] if dropped else []
        texts += ["in capitals"] if _CASE in self.steps else []
        return ", ".join(["taken from the text", *texts] if self.pattern else texts)

    @property
    def _taken(self) -> list[Step]:
        return [step for step in _STEPS if step.name in self.steps]


# The form of ids that need none.
AS_WRITTEN = Form()


@lru_cache(100_000)
def _apply(form: Form, text: str) -> str:
    if form.pattern:
        found = re.search(form.pattern, text)
        text = found[1] if found else ""
    for step in form._taken:
        text = step.apply(text)
    return text.upper() if _CASE in form.steps else text
