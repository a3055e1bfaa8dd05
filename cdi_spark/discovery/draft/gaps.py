"""Several columns for one thing: the best first, the others where it is empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cdi_spark.discovery.draft.conf_lines import ConfLine, list_doubts, state_shares
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.sql_text import literals

# A column that is filled in as good as every row leaves no gap.
FULL = 0.995
# The least support of its header for a column that fills the gaps of another.
_LEAST_SUPPORT = 0.75


def choose_columns(found: Sequence[Guess]) -> tuple[list[Guess], list[Guess]]:
    """The columns to read, best first, and those left out.

    A column fills gaps only if its header means the same thing of the same person: columns of an insured person and of
    a policyholder are never mixed.
    """
    used, left_out = list(found[:1]), []
    for guess in found[1:]:
        is_named = guess.header_score >= _LEAST_SUPPORT or (guess.by_values and used[0].by_values)
        if is_named and all(_is_same_person(guess, other) for other in used):
            used.append(guess)
        else:
            left_out.append(guess)
    if used and used[0].column.fill >= FULL:
        return used[:1], left_out
    return used, left_out


def draft_filled(
    target: str, found: Sequence[Guess], write: Callable[[Guess], str] | None = None
) -> ConfLine:
    """A line that reads the first column that has a value.

    Args:
        write: Spark SQL of a column, null where it has no value; null for its text.
    """
    used, left_out = choose_columns(found)
    if len(used) == 1:
        sql = (write or (lambda g: g.column.text))(used[0])
        line = ConfLine(target, sql, state_shares(used), list_doubts(used[0]), used)
    else:
        sql = f"coalesce({', '.join(map(write or write_value, used))})"
        doubts = [f"{g.column.path[-1]}: {doubt}" for g in used for doubt in list_doubts(g)]
        line = ConfLine(target, sql, state_shares(used), doubts, used)
    line.confirm += list_left_out(left_out)
    return line


def list_left_out(left_out: Sequence[Guess]) -> list[str]:
    """What to confirm about columns that are not read."""
    named = [f"{g.column.name} ({percent(g.column.fill)} filled)" for g in left_out]
    return [f"left out: {', '.join(named)}"] if named else []


def write_value(guess: Guess) -> str:
    """Spark SQL of a column's text; null for a blank and for a word that means "no value"."""
    return null_if_nothing(guess.column, guess.column.text)


def null_if_nothing(column: Column, sql: str) -> str:
    """The same text; null for a blank and for the words of the column that mean "no value"."""
    words = sorted({word.strip().lower() for word in column.nothings})
    if words:
        return f"case when lower(trim({sql})) not in {literals(['', *words])} then {sql} end"
    return f"nullif(trim({sql}), '')"


def _is_same_person(one: Guess, other: Guess) -> bool:
    ours, theirs = (headers.find_roles(guess.column.name) for guess in (one, other))
    return not ours or not theirs or ours == theirs
