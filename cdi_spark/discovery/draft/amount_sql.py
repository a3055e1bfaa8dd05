"""Spark SQL for a column's amounts of money."""

from __future__ import annotations

import re

from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.sql_text import literal
from cdi_spark.standardise.values.amounts import BOOK_SIDES, CREDIT_SIDE
from cdi_spark.standardise.values.currencies import currency

# Between a sign and its number may be a currency; 12,- has no cents and no sign.
_NEGATIVE = rf"[(\u2212]|(^|[^,.])-|(?i)(^|[^a-z])({'|'.join(sorted(CREDIT_SIDE))})([^a-z]|$)"
_SIDES = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(sorted(BOOK_SIDES))})(?![^\W\d_])", re.IGNORECASE)
_CURRENCY = re.compile(r"[^\W\d_]|[\u0024\u00a2-\u00a5\u20a0-\u20cf\u0e3f\ufdfc]")


def amount_text(guess: Guess) -> str:
    """Spark SQL for an amount as silver reads it: a text keeps all that carries its sign.

    Only what the whole column shows and one value cannot is settled here: that a point groups digits (1.000).
    """
    column = guess.column
    if column.kind != "text":
        return f"try_cast({column.sql} as decimal(18,3))"
    return f"replace(replace({column.text}, '.', ''), ',', '.')" if _is_european(guess) else column.text


def amount_number(guess: Guess) -> str:
    """Spark SQL for an amount as a number, to calculate with; null for what is none."""
    column = guess.column
    if column.kind != "text":
        return f"try_cast({column.sql} as decimal(18,3))"
    values, bare = column.values, column.text
    if share_of(values, lambda x: not re.fullmatch(r"-?[0-9.,]*", x)):
        sign = f"if({bare} rlike {literal(_NEGATIVE)}, '-', '')"
        bare = f"concat({sign}, regexp_replace({bare}, '[^0-9,.]', ''))"
    european, english = f"replace(replace({bare}, '.', ''), ',', '.')", f"replace({bare}, ',', '')"
    if _is_european(guess):
        sql = european
    elif _ends_in(guess, ","):
        sql = f"case when {bare} rlike ',[0-9]{{1,2}}$' then {european} else {english} end"
    else:
        sql = english if share_of(values, lambda x: "," in x) else bare
    return f"try_cast({sql} as decimal(18,3))"


def names_currency(amount: str) -> bool:
    """Whether an amount names its currency by a sign or a word that one currency alone has."""
    return currency("".join(_CURRENCY.findall(_SIDES.sub("", amount)))) is not None


def currency_text(guess: Guess) -> str:
    """Spark SQL for the currency that is written beside an amount."""
    sides = literal(f"(?i)(^|[^a-z])({'|'.join(sorted(BOOK_SIDES))})([^a-z]|$)")
    return f"trim(regexp_replace(regexp_replace({guess.column.text}, {sides}, ' '), '[^\\\\p{{L}}\\\\p{{Sc}}]', ''))"


def _is_european(guess: Guess) -> bool:
    """Whether the column's decimal sign is the comma, or its point groups digits."""
    # Whole thousands (1.000) show that the point groups digits.
    groups = share_of(
        guess.column.values, lambda x: bool(re.search(r"\d\.\d{3}(?:\D*$|\.)", x)) and "," not in x
    )
    comma, point = _ends_in(guess, ","), _ends_in(guess, ".")
    return not point and bool(comma or groups)


def _ends_in(guess: Guess, sign: str) -> float:
    return share_of(guess.column.values, lambda x: bool(re.search(rf"[{sign}]\d{{1,2}}\D*$", x)))
