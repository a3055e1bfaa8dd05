"""Amounts of money as people and programs write them."""

from __future__ import annotations

import re
from unicodedata import category

from cdi_spark.standardise.values.currencies import CURRENCY_WORDS
from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.reasons import DAMAGED, PLACEHOLDER, is_damaged
from cdi_spark.standardise.values.text import INVISIBLE, fold, is_unknown
from cdi_spark.standardise.values.word_lists import word_list

NO_AMOUNT = "an amount that is no number"
TOO_LARGE = "an amount that is too large"

# Tables of amounts have 15 digits before the point.
_MOST_DIGITS, _LONGEST = 15, 60
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"))
_SIGNS = str.maketrans(
    {"\u066b": ".", "\u066c": "'", "\uff0e": ".", "\uff0c": ",", "\u2019": "'", "\u02bc": "'", "`": "'"}
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_NUMBER = re.compile(r"\d[\d.,' ]*\d|\d|[.,]\d+")
_WORDS = {kind: frozenset(words.split()) for kind, words in word_list("amounts").items()}
CREDIT_SIDE, _DEBIT = _WORDS["credit"], _WORDS["debit"]
# Words for the two sides of an account, which are no currency.
BOOK_SIDES = CREDIT_SIDE | _DEBIT
_ALL_CURRENCIES = _WORDS["currencies"] | CURRENCY_WORDS.keys()
# Grouped by threes, or as in India by twos before the last three.
_GROUPED = re.compile(r"\d{1,3}(?:(?P<sign>[.,' ])\d{3})(?:(?P=sign)\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}")
# Capitals, currencies, other symbols and control characters.
_SIGN = ("Lu", "Sc", "So", "Cc")
# What is written for cents that there are none of: 12,- and 12.--
_NO_CENTS = re.compile(r"(?<=\d)[.,](?:-{1,2}|\u2014)(?!\d)")


def amount(written: str) -> str | None:
    """An amount as a plain decimal; None when it is no number, or too large.

    A minus before or after it, brackets, and CR (credit) make it negative; DR (debit) does not. Currencies are dropped.
    Of comma and point the last one is the decimal sign; alone, a comma before three digits groups them, a point never
    does.

    >>> amount("(12,50)"), amount("12.50-"), amount("12.50 CR"), amount("EUR 1.234,56")
    ('-12.50', '-12.50', '-12.50', '1234.56')
    >>> amount("1'250.50"), amount("1,25,000.00"), amount("kr 1 250,00"), amount("1,234"), amount("1.234")
    ('1250.50', '125000.00', '1250.00', '1234', '1.234')
    >>> amount("12 or 13") is None
    True
    """
    return _read(written)[0]


def no_amount(written: str) -> str:
    """Why a text is no amount.

    >>> no_amount("n/a"), no_amount("twelve"), no_amount("1.2E+16")
    ('placeholder', 'an amount that is no number', 'damaged by a spreadsheet')
    """
    return _read(written)[1] or NO_AMOUNT


@Memo
def _read(written: str) -> tuple[str | None, str | None]:
    if is_damaged(written):
        return None, DAMAGED
    if is_unknown(written):
        return None, PLACEHOLDER
    text = " ".join(_INVISIBLE.sub("", written).translate(_MINUS).translate(_SIGNS).split())
    if len(text) > _LONGEST:
        return None, NO_AMOUNT
    text = _NO_CENTS.sub("", text).removesuffix(".")
    found = _NUMBER.search(text)
    if found is None:
        return None, NO_AMOUNT
    is_negative = _sign(text[: found.start()], text[found.end() :])
    plain = _plain(found[0])
    if is_negative is None or plain is None:
        return None, NO_AMOUNT
    if len(plain.partition(".")[0].lstrip("0")) > _MOST_DIGITS:
        return None, TOO_LARGE
    return ("-" if is_negative else "") + plain, None


def _sign(before: str, after: str) -> bool | None:
    """Whether what stands around a number makes it negative; None where it is more than signs and a currency."""
    is_bracketed = "(" in before and ")" in after
    if is_bracketed:
        before, after = before.replace("(", "", 1), after.replace(")", "", 1)
    minus = before.count("-") + after.count("-")
    words = re.sub("[-+]", " ", f"{before} {after}").split()
    sides = {word.strip(".").lower() for word in words} & (CREDIT_SIDE | _DEBIT)
    currency = " ".join(word for word in words if word.strip(".").lower() not in sides)
    if minus > 1 or len(sides) > 1 or not _is_currency(currency):
        return None
    return is_bracketed or minus == 1 or bool(sides & CREDIT_SIDE)


def _is_currency(words: str) -> bool:
    if not words or not _ALL_CURRENCIES.isdisjoint((words.lower(), fold(words))):
        return True
    # A sign that the file's encoding garbled, as Ђ for €; a small letter or an ideograph may be a thousand.
    return len(words) == 1 and not words.isascii() and category(words) in _SIGN


def _plain(number: str) -> str | None:
    """Return a number without groups, with a point; None where its signs are in no order."""
    digits = "".join(str(int(char)) if char.isdecimal() else char for char in number)
    last = max(digits.rfind("."), digits.rfind(","))
    whole, point, decimals = digits[:last], digits[last : last + 1], digits[last + 1 :]
    if last < 0 or "'" in decimals or " " in decimals:
        whole, point, decimals = digits, "", ""
    elif point in whole or (
        point == "," and len(decimals) == 3 and whole.strip("0") and not set(whole) & set(".' ")
    ):
        # The sign occurs twice, or is a comma alone before three digits: it groups.
        whole, point, decimals = digits, "", ""
    if not whole.isdecimal() and whole and not _GROUPED.fullmatch(whole):
        return None
    bare = re.sub(r"\D", "", whole) or "0"
    return f"{bare}.{decimals}" if point else bare
