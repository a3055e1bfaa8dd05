"""Phone numbers in E.164, the form that names every line in the world once."""

from collections.abc import Callable, Iterator

import pandas as pd
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf
from pyspark.sql.types import ArrayType, StringType

_PHONES = ArrayType(StringType())
# Seven digits alike, or seven in order, in the national number: typed to get past a form.
_PLACEHOLDER = r"(\d)\1{6}|0123456|1234567|2345678|3456789|9876543|8765432|7654321"


def phones(numbers: Column, country: Column, default_region: str = "GB") -> Column:
    """Standardise an array of numbers to E.164: distinct, sorted, valid ones only; null when none is left.

    Dropped are numbers that no line can have under the country's numbering plan, and placeholders
    (all digits alike, 1234567…). Extensions are dropped.

    Args:
        numbers: array of strings, as written, with or without country code.
        country: ISO 3166 alpha-2; says how a number without country code is read.
        default_region: taken where country is null.
    Source:
        The phonenumbers package (Google's libphonenumber metadata, ITU-T E.164).
    """
    region = F.coalesce(country, F.lit(default_region))
    return _standard_phones()(numbers, region)


def mobiles(numbers: Column) -> Column:
    """Of an array of E.164 numbers those that may be mobile lines; in some countries none can be told apart.

    Source:
        The phonenumbers package (Google's libphonenumber metadata).
    """
    return _mobile_lines()(numbers)


def _mobile_lines() -> Callable[..., Column]:
    def choose(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        import phonenumbers

        kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)

        def may_be_mobile(number: str) -> bool:
            try:
                return phonenumbers.number_type(phonenumbers.parse(number)) in kinds
            except phonenumbers.NumberParseException:
                return False

        for batch in batches:
            chosen = [None if given is None else [n for n in given if may_be_mobile(n)] for given in batch]
            yield pd.Series(chosen, dtype=object)

    return _once_a_row(choose)


def _standard_phones() -> Callable[..., Column]:
    # The function is sent to the workers by value: all they need installed is phonenumbers.
    def standardise(batches: Iterator[tuple[pd.Series, pd.Series]]) -> Iterator[pd.Series]:
        import re
        from functools import lru_cache

        import phonenumbers

        placeholder = re.compile(_PLACEHOLDER)

        @lru_cache(100_000)
        def e164(given: str, region: str) -> str | None:
            written = re.sub(r"^\s*00", "+", given)
            known_region = region if region in phonenumbers.SUPPORTED_REGIONS else None
            try:
                number = phonenumbers.parse(written, known_region)
            except phonenumbers.NumberParseException:
                return None
            if placeholder.search(str(number.national_number)) or not phonenumbers.is_valid_number(number):
                return None
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

        def distinct(given: list[str | None] | None, region: str) -> list[str] | None:
            if given is None:
                return None
            found = {e164(number, region) for number in given if number is not None}
            return sorted(number for number in found if number is not None) or None

        for numbers, regions in batches:
            yield pd.Series(map(distinct, numbers, regions), dtype=object)

    return _once_a_row(standardise)


def _once_a_row(function: Callable[..., Iterator[pd.Series]]) -> Callable[..., Column]:
    # The stubs know no call without the deprecated functionType.
    rule = pandas_udf(function, _PHONES)  # type: ignore[call-overload]
    # Called non-deterministic so that Spark runs it once a row, not again for every filter on its result.
    once_a_row: Callable[..., Column] = rule.asNondeterministic()
    return once_a_row
