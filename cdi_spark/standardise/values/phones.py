"""Phone numbers in E.164, which has one form for every line in the world."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers

from cdi_spark.standardise.values.memo import Memo

# Seven equal digits, or seven in order, in the national number: a placeholder value.
_PLACEHOLDER = re.compile(r"(\d)\1{6}|0123456|1234567|2345678|3456789|9876543|8765432|7654321")
_NO_DIGIT = re.compile(r"\D")
_INTERNATIONAL = re.compile(r"^\s*00")
_REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
# No number is longer as written, with blanks, brackets and an extension.
_LONGEST = 250


def phones(numbers: Iterable[str | None], region: str) -> list[str] | None:
    """Phone numbers in E.164: distinct, sorted, valid ones only; None when none is left.

    Args:
        numbers: as written, with or without country code.
        region: ISO 3166 alpha-2; how a number without country code is read.

    >>> phones(["020 7946 0018", "+44 (0)20 7946 0018", None], "GB")
    ['+442079460018']
    >>> phones(["030 901820", "(212) 736-5000"], "US")
    ['+12127365000']
    >>> phones(["unknown", "0000000000"], "GB") is None
    True
    """
    found = {phone(number, region) for number in numbers if number is not None}
    return sorted(number for number in found if number is not None) or None


@Memo
def phone(number: str, region: str) -> str | None:
    """A phone number in E.164; None when it is invalid or a placeholder value (equal digits, 1234567…).

    Extensions are dropped.

    >>> phone("020 7946 0018 ext. 12", "GB")
    '+442079460018'
    >>> phone("0044 20 7946 0018", "US")
    '+442079460018'
    >>> phone("12", "GB") is None
    True

    Source: the phonenumbers package (Google's libphonenumber metadata, ITU-T E.164).
    """
    if len(number) > _LONGEST:
        return None
    try:
        read = phonenumbers.parse(_INTERNATIONAL.sub("+", number), region if region in _REGIONS else None)
    except phonenumbers.NumberParseException:
        return None
    if _PLACEHOLDER.search(str(read.national_number)) or not phonenumbers.is_valid_number(read):
        return None
    return str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164))


def is_placeholder_phone(number: str) -> bool:
    """Whether a number is a placeholder value.

    >>> is_placeholder_phone("07777 777777"), is_placeholder_phone("020 7946 0018"), is_placeholder_phone("x")
    (True, False, False)
    """
    return _PLACEHOLDER.search(_NO_DIGIT.sub("", number)) is not None


def mobiles(numbers: Iterable[str]) -> list[str]:
    """Keep the E.164 numbers that may be mobile lines; some countries do not separate them from fixed lines.

    >>> mobiles(["+447911123456", "+442079460018"])
    ['+447911123456']
    >>> mobiles(["+12127365000"])
    ['+12127365000']
    >>> mobiles([])
    []

    Source: the phonenumbers package (Google's libphonenumber metadata).
    """
    return [number for number in numbers if _is_mobile(number)]


@Memo
def _is_mobile(number: str) -> bool:
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
