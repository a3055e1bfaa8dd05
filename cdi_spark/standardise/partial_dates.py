"""Dates of which only the year or the month is known: the first day of it, with its precision beside it."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

DAY, MONTH, YEAR = "day", "month", "year"
# The length of a date as text, as far as it is known.
LENGTHS = {YEAR: 4, MONTH: 7, DAY: 10}


def precision_of(name: str, given: T.DataType | None) -> Column:
    """Return how precise a mapped date is; null where it is null. Only a text can be a year or a month alone.

    Args:
        given: type of the mapped column before it is cast to a date; None where it is not mapped.
    """
    column = F.col(name)
    if not isinstance(given, T.StringType):
        return F.when(column.isNotNull() if given else F.lit(False), F.lit(DAY))
    return (
        F.when(column.try_cast("date").isNull(), F.lit(None))
        .when(column.rlike(r"^\s*[0-9]{4}\s*$"), F.lit(YEAR))
        .when(column.rlike(r"^\s*[0-9]{4}-[0-9]{1,2}\s*$"), F.lit(MONTH))
        .otherwise(F.lit(DAY))
    )


def as_text(date: str, precision: str) -> Column:
    """Return a date as text, as far as it is known: 1980, 1980-05 or 1980-05-17.

    Args:
        date, precision: names of columns; a date without precision is a day.
    """
    text, known = F.col(date).cast("string"), F.col(precision)
    return (
        F.when(known == YEAR, F.left(text, F.lit(LENGTHS[YEAR])))
        .when(known == MONTH, F.left(text, F.lit(LENGTHS[MONTH])))
        .otherwise(text)
    )


def precision_of_text(text: Column) -> Column:
    """Return the precision of a date that as_text() wrote; null for null."""
    return (
        F.when(F.length(text) == LENGTHS[YEAR], F.lit(YEAR))
        .when(F.length(text) == LENGTHS[MONTH], F.lit(MONTH))
        .when(text.isNotNull(), F.lit(DAY))
    )
