"""What the draft expects of a line, compared with what Spark measured."""

from __future__ import annotations

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.trial.results import LineResult, SourceResult

# A line that keeps this much less than expected is to be confirmed, if that is more than one row.
_MUCH = 0.1
# The share of rows in quarantine from which on their rules are to be confirmed.
_MANY = 0.05


def expect_fill(line: ConfLine) -> float | None:
    """The share of rows that have a value in a column of the line; null where the draft does not know it."""
    if not line.used or any(guess.column.array for guess in line.used):
        return None
    return max(guess.column.fill for guess in line.used)


def expect_fit(line: ConfLine) -> float:
    """The share of the line's values that the draft expects to be kept."""
    filled = sum(guess.column.filled for guess in line.used)
    # An id has no meaning that its values could fail to fit.
    fitting = sum(guess.column.filled * (guess.fit if guess.meaning else 1.0) for guess in line.used)
    return fitting / filled if filled else 1.0


def state(line: LineResult) -> str:
    """The shares of a line as measured."""
    fit = f", {percent(line.fit)} fit" if line.given else ""
    return f"{percent(line.fill)} filled{fit}"


def state_expected(line: ConfLine) -> str:
    """The shares of a line as expected."""
    fill = expect_fill(line)
    said = [f"{percent(fill)} filled"] if fill is not None else []
    return ", ".join([*said, f"{percent(expect_fit(line))} fit"])


def find_line_doubts(line: ConfLine, measured: LineResult, *, whole: bool) -> list[str]:
    """What to confirm about a line that loses much more than expected.

    Args:
        whole: whether all rows of the files were tried; a part may be filled otherwise.
    """
    doubts = []
    if measured.given - measured.kept > 1 and measured.fit < expect_fit(line) - _MUCH:
        doubts.append(
            f"in the trial {percent(measured.fit)} of its values are kept; {percent(expect_fit(line))} were expected"
        )
    fill = expect_fill(line)
    if whole and fill is not None and measured.given_fill < fill - _MUCH:
        doubts.append(
            f"Spark reads a value in {percent(measured.given_fill)} of the rows; {percent(fill)} were expected"
        )
    return doubts


def find_source_doubts(source: SourceResult, *, records: str = "") -> list[str]:
    """What to confirm about the rows of a source: rows that did not land, and many in quarantine.

    Args:
        records: the table whose rows are the source's rows, where these are elements of an array in one landed row.
    """
    doubts = []
    if source.landed is not None and not records and source.landed != source.rows:
        doubts.append(f"the files hold {source.rows:,} rows; {source.landed:,} landed")
    for table in source.tables:
        if table.table == records and table.emitted != source.rows:
            doubts.append(f"the files hold {source.rows:,} records; {table.emitted:,} were read")
        if table.quarantined > _MANY * table.emitted:
            share = percent(table.quarantined / table.emitted)
            doubts.append(f"{table.table}: {share} of the rows are in quarantine")
    return doubts
