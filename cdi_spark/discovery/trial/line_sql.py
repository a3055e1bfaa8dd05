"""What a line is given: Spark SQL that holds where a column that it uses has a value."""

from __future__ import annotations

from collections.abc import Mapping

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.read.columns import Column
from cdi_spark.sql_text import literal, literals

# The column of an emit's rows that lists the lines whose input has a value, as text.
GIVEN = "_lines_with_input"


def has_input(line: ConfLine, *, exploded: bool) -> str:
    """Spark SQL for whether a row has a value in a column that the line uses, or in its result where it uses none.

    Args:
        exploded: whether the rows are the elements of an array.
    """
    tests = [_has_value(guess.column, exploded=exploded) for guess in line.used]
    return " or ".join(tests) or has_result(line)


def has_result(line: ConfLine) -> str:
    """Spark SQL for whether the line has a result before it is standardised."""
    return f"({line.sql}) is not null"


def list_given(tests: Mapping[str, str]) -> str:
    """Spark SQL for the lines whose test holds, separated by commas."""
    cases = [f"case when {test} then {literal(target)} end" for target, test in tests.items()]
    return f"concat_ws({', '.join([literal(','), *cases])})"


def _has_value(column: Column, *, exploded: bool) -> str:
    nothing = literals(sorted({"", *(word.lower() for word in column.nothings)}))
    if column.array and column.base.startswith("item") and not exploded:
        return f"exists({column.all_of_array}, x -> lower(trim(cast(x as string))) not in {nothing})"
    return f"coalesce(lower(trim({column.text})) not in {nothing}, false)"
