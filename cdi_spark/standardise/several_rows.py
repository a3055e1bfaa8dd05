"""A name, city, postcode or phone that holds parts of several rows, because a stray quote swallowed them."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

# Not `street`: an address may have several lines.
_PLACES_AND_NAMES = ("full_name", "given_name", "middle_name", "family_name", "city", "postcode")
_PHONES = "phones"

# What most values have none of; the others are tested below.
_SUSPICIOUS = r"[\n\r\u0085\u2028\u2029@;|\t]|,[^,]*,[^,]*,"
_LINE_END = r"\S\s*[\n\r\u0085\u2028\u2029]\s*\S"
_EMAIL = r"\S@[\w-]+\.\w"
# An address alone is no name and is dropped as such; programs write it after the name, in brackets.
_EMAIL_OF_NAME = r"^\s*([^,;|\t@<(]*[<(])?[^\s,;|@<(]+@[^\s,;|@]+[>)]?\s*$"
_DELIMITERS = r";[^;]*;|\|[^|]*\||\t[^\t]*\t"
# Degrees follow a name after commas; numbers do not.
_COMMAS = r"^(?=.*[0-9]).*,.*,.*,"


def several_rows(rows: DataFrame, given: Mapping[str, T.DataType]) -> DataFrame:
    """Add to `_faults` the rule `<column>_holds_one_value` of every column that a row has parts of other rows in.

    Args:
        given: the mapped columns with their types, as the mapping gives them.
    """
    text, texts = T.StringType(), T.ArrayType(T.StringType())
    tests = {
        name: _is_several(F.col(name))
        for name in _PLACES_AND_NAMES
        if isinstance(given.get(name), T.StringType)
    }
    if given.get(_PHONES) == text:
        tests[_PHONES] = _is_several_phones(F.col(_PHONES))
    elif given.get(_PHONES) == texts:
        tests[_PHONES] = F.exists(_PHONES, _is_several_phones)
    if not tests:
        return rows
    failed = [F.when(test, F.lit(f"{name}_holds_one_value")) for name, test in tests.items()]
    return rows.withColumn("_faults", F.concat("_faults", F.array_compact(F.array(*failed))))


def _is_several(value: Column) -> Column:
    has_email = value.rlike(_EMAIL) & ~value.rlike(_EMAIL_OF_NAME)
    return value.rlike(_SUSPICIOUS) & (
        value.rlike(_LINE_END) | has_email | value.rlike(_DELIMITERS) | value.rlike(_COMMAS)
    )


def _is_several_phones(value: Column) -> Column:
    """Whether there is more than numbers on several lines, with words beside them: people write several in one cell."""
    has_words = value.rlike(r"\p{L}")
    is_several = value.rlike(f"{_DELIMITERS}|,[^,]*,") & (value.rlike(_EMAIL) | value.rlike(_LINE_END))
    return value.rlike(_SUSPICIOUS) & has_words & is_several
