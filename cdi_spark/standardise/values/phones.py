"""Phone numbers in E.164, which has one form for every line in the world."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import phonenumbers

from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.reasons import DAMAGED, PLACEHOLDER, is_damaged, whole_number
from cdi_spark.standardise.values.text import INVISIBLE, is_unknown
from cdi_spark.standardise.values.word_lists import word_list

NO_PHONE = "no valid phone number"
IS_EMAIL = "an e-mail address"

_WORDS = word_list("phones")
# Seven equal digits, or seven in order, in the national number: a placeholder value.
_PLACEHOLDER = re.compile(r"(\d)\1{6}|0123456|1234567|2345678|3456789|9876543|8765432|7654321")
_NO_DIGIT = re.compile(r"\D")
_INTERNATIONAL = re.compile(r"^\s*00")
_REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
# No number is longer as written, with blanks, brackets and an extension; no cell of several numbers is longer.
_LONGEST, _LONGEST_CELL = 250, 1_000
# A number without any word beside it, nor another number.
_SIGNS = r"\d\s()./\-\u2010-\u2013\u2212\uff0d"
_BARE = re.compile(rf"\s*[+\uff0b]?[{_SIGNS}]{{1,40}}")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_EXTENSION_WORDS = "|".join(sorted(_WORDS["extensions"].split(), key=len, reverse=True))
_EXTENSION = re.compile(rf"(?:(?<![^\W\d_])(?:{_EXTENSION_WORDS})[ .:]*|#)\d{{1,6}}(?!\d)", re.IGNORECASE)
# Hours at which to call: 9-17, 8:00 to 16.30, after 18:00.
_HOURS = re.compile(
    r"(?<![\d+/-])\d{1,2}(?:[:.]\d{2}(?!\d))?\s*(?:h|uhr|am|pm)?\s*[-\u2013]\s*\d{1,2}(?:[:.]\d{2}|\s*(?:h|uhr|am|pm)\b)(?!\d)"
    r"|(?<!\d)\d{1,2}:\d{2}(?!\d)|(?<![\d/-])\d{1,2}(?:st|nd|rd|th|h|am|pm)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[;|,\r\n\t]|\s[&]\s")
# What may be one number; a word, or a sign that no number has, ends it.
_NUMBER = re.compile(rf"[+\uff0b(]*\d[{_SIGNS}]*")
_NEXT = re.compile(r"(?<!\s)\s+(?=[+\uff0b(]|0)")
# 1-800-FLOWERS: the keys of a telephone have letters.
_LETTERED = re.compile(r"[+\d][\d ().-]{2,}[A-Z][A-Z\d-]{3,}")
# Fewer digits beside a number are the hour or the floor.
_LEAST_DIGITS = 5


class Phones(NamedTuple):
    """The numbers of one value in E.164, and why others of it were dropped."""

    numbers: tuple[str, ...]
    dropped: tuple[str, ...]


def phones(numbers: Iterable[str | None], region: str) -> list[str] | None:
    """Phone numbers in E.164: distinct, sorted, valid ones only; None when none is left.

    Args:
        numbers: as written, with or without country code; one value may hold several.
        region: ISO 3166 alpha-2; how a number without country code is read.

    >>> phones(["020 7946 0018", "+44 (0)20 7946 0018", None], "GB")
    ['+442079460018']
    >>> phones(["0171 1234568 / 030 901820 (work)"], "DE")
    ['+491711234568', '+4930901820']
    >>> phones(["unknown", "0000000000"], "GB") is None
    True
    """
    found = {each for number in numbers if number is not None for each in read_phones(number, region).numbers}
    return sorted(found) or None


def dropped_phones(written: str, region: str) -> tuple[str, ...]:
    """Why numbers of one value are dropped; empty where none is.

    >>> dropped_phones("4.92E+11", "DE"), dropped_phones("12", "DE"), dropped_phones("0171 1234568", "DE")
    (('damaged by a spreadsheet',), ('no valid phone number',), ())
    """
    return read_phones(written, region).dropped


@Memo
def read_phones(written: str, region: str) -> Phones:
    """Read the numbers of one value: alone, several, or with remarks beside them.

    >>> read_phones("ask for Ana: 0171 1234568, after 18:00", "DE")
    Phones(numbers=('+491711234568',), dropped=())
    >>> read_phones("447911123456.0", "GB").numbers
    ('+447911123456',)
    """
    if len(written) > _LONGEST_CELL:
        return Phones((), (NO_PHONE,))
    if is_damaged(written):
        return Phones((), (DAMAGED,))
    text = whole_number(written) or _INVISIBLE.sub("", written)
    if not text.strip():
        return Phones((), ())
    if number := _mobile_with_code(text, region):
        return Phones((number,), ())
    if "/" not in text and _BARE.fullmatch(text) and (number := phone(text, region)):
        return Phones((number,), ())
    numbers: list[str] = []
    faults: list[str] = []
    for part in _parts(text):
        found = _read_part(part, region)
        numbers += found
        # Of numbers with a slash between them, one may be none.
        is_whole = len(found) > 1 or "/" not in part or phone(part, region) or len(_long(part)) < 2
        if not (found and is_whole) and len(_NO_DIGIT.sub("", part)) >= _LEAST_DIGITS:
            faults.append(PLACEHOLDER if is_placeholder_phone(part) else NO_PHONE)
    if not numbers and _LETTERED.fullmatch(text.strip()) and (number := phone(text, region)):
        return Phones((number,), ())
    if not numbers and not faults:
        faults = [IS_EMAIL if "@" in text else PLACEHOLDER if is_unknown(text) else NO_PHONE]
    return Phones(tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(faults)))


def _mobile_with_code(text: str, region: str) -> str | None:
    """Return a mobile number whose calling code has lost its +, where numbers of the country begin with 0.

    In a country with numbers of any length, its digits may be a longer national number too.
    """
    digits = text.strip()
    code = str(phonenumbers.country_code_for_region(region))
    if not digits.isdecimal() or not digits.startswith(code) or digits.startswith("0"):
        return None
    if phonenumbers.ndd_prefix_for_region(region, True) != "0":
        return None
    number = phone(f"+{digits}", region)
    return number if number and _is_mobile(number) else None


def _parts(written: str) -> Iterator[str]:
    """Yield what may be a number each."""
    bare = _HOURS.sub(" ; ", _EXTENSION.sub(" ; ", written))
    for piece in _BETWEEN.split(bare):
        yield from (number[0].strip(" ./-\u2013") for number in _NUMBER.finditer(piece))


def _read_part(part: str, region: str) -> list[str]:
    """Return the number that a text of digits is; several where the whole is none, or where all its parts are."""
    parts = [each.strip() for each in part.split("/")]
    if len(parts) > 1:
        if all(_starts_anew(each) for each in parts):
            numbers = [number for each in parts if (number := phone(each, region))]
            if len(numbers) == len(parts):
                return numbers
        # The last digits of the next line: 901820/21.
        if len(_NO_DIGIT.sub("", parts[-1])) < _LEAST_DIGITS - 1 and (
            number := phone("/".join(parts[:-1]), region)
        ):
            return [number]
    whole = phone(part, region)
    if whole is not None:
        return [whole]
    for pieces in (parts, _NEXT.split(part)):
        numbers = [number for each in pieces if (number := phone(each, region))]
        if len(pieces) > 1 and numbers and (len(numbers) == len(pieces) or pieces is parts):
            return numbers
    return []


def _long(part: str) -> list[str]:
    return [each for each in part.split("/") if len(_NO_DIGIT.sub("", each)) > _LEAST_DIGITS]


def _starts_anew(part: str) -> bool:
    return part[:1] in ("0", "+", "(", "\uff0b") and len(_NO_DIGIT.sub("", part)) > _LEAST_DIGITS


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
