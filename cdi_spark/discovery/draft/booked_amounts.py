"""Amounts of bookings as one signed amount: from debit and credit, or from an amount and its sign."""

from __future__ import annotations

from cdi_spark.discovery.draft.conf_lines import ConfLine, state_shares
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.recognise.bookings import SignColumn
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.sql_text import literals


def draft_two_sides(kind: str, debit: tuple[Guess, str], credit: tuple[Guess, str]) -> ConfLine:
    """The line of an amount whose debits and credits are in two columns, each with its Spark SQL.

    What a customer owes is a debit, so an invoice is positive; what a customer pays is a credit, so a payment is.
    """
    (more, plus), (less, minus) = (credit, debit) if kind == "payment" else (debit, credit)
    negative = share_of(less.column.values, _is_negative) >= 0.5
    sql = (
        f"coalesce({plus} + {minus}, {plus}, {minus})"
        if negative
        else (f"coalesce({plus} - {minus}, {plus}, -{minus})")
    )
    line = ConfLine("amount", sql, state_shares([more, less]), [], [more, less])
    line.confirm.append(f"{more.column.name} counts as positive, {less.column.name} as negative")
    return line


def set_sign(line: ConfLine, amount: Guess, sign: SignColumn, kind: str) -> None:
    """Give an amount the sign that another column has; nothing where the amounts have signs of their own."""
    if share_of(amount.column.values, _is_negative) >= 0.01:
        return
    negative = sign.debit if sign.plain or kind == "payment" else sign.credit
    column = sign.guess.column
    line.sql = f"case when lower({column.text}) in {literals(negative)} then -{line.sql} else {line.sql} end"
    line.used.append(sign.guess)
    line.confirm.append(f"negative where {column.name} is {' or '.join(negative)}")


def _is_negative(value: str) -> bool:
    return value.startswith(("-", "\u2212", "(")) or value.endswith("-")
