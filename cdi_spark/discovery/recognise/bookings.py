"""Amounts of bookings: debit and credit in two columns, or the sign of an amount in another column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.spelling import canonical_set
from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists
from cdi_spark.discovery.recognise.meaning import Guess

_LISTS = load_lists("bookings")
_DEBIT, _CREDIT, _BESIDE = (canonical_set(_LISTS[name]) for name in ("debit", "credit", "beside"))
_MARKS: list[tuple[str, str]] = [(debit, credit) for debit, credit in _LISTS["marks"]]
_SIGNS: list[tuple[str, str]] = [(minus, plus) for minus, plus in _LISTS["signs"]]


@dataclass(frozen=True)
class SignColumn:
    """A column that says on which side an amount is: the values of each side, as written, in lower case.

    With `plain`, the debit side has a minus, whatever the booking is of.
    """

    guess: Guess
    debit: tuple[str, ...]
    credit: tuple[str, ...]
    plain: bool


def resolve_debit_and_credit(guesses: Sequence[Guess]) -> None:
    """Set the meaning of the two columns of debits and credits, where a table has both."""
    amounts = [guess for guess in guesses if _holds_amounts(guess)]
    debit = [guess for guess in amounts if _name_side(guess) & _DEBIT]
    credit = [guess for guess in amounts if _name_side(guess) & _CREDIT and guess not in debit]
    if len(debit) != 1 or len(credit) != 1:
        return
    for guess, meaning in ((debit[0], "debit"), (credit[0], "credit")):
        guess.meaning, guess.header_score, guess.doubt = meaning, 1.0, ""
        guess.fit = share_of(guess.column.values, patterns.is_number)


def find_sign(guesses: Sequence[Guess]) -> SignColumn | None:
    """The column whose few values are the marks of debit and credit, or plus and minus."""
    for guess in guesses:
        # A minus alone is read as "no value" elsewhere.
        written = [*guess.column.values, *(value for value in guess.column.nothings if value == "-")]
        said = set(map(_fold_mark, written))
        if len(said) != 2 or guess.column.filled + guess.column.nothings["-"] < 0.9 * guess.column.rows:
            continue
        for plain, pairs in ((False, _MARKS), (True, _SIGNS)):
            for pair in pairs:
                if said == set(pair):
                    sides = [
                        tuple(sorted({v.lower() for v in written if _fold_mark(v) == mark})) for mark in pair
                    ]
                    return SignColumn(guess, sides[0], sides[1], plain)
    return None


def _fold_mark(value: str) -> str:
    return fold(value.strip(" .")) or value.strip()


def _holds_amounts(guess: Guess) -> bool:
    values = guess.column.values
    return (
        guess.column.kind in ("text", "number", "fraction")
        and not guess.column.is_list
        and guess.subject is None
        and (not guess.column.filled or share_of(values, patterns.is_number) >= 0.9)
    )


def _name_side(guess: Guess) -> frozenset[str]:
    """The words of a header joined, with and without those for an amount."""
    words = headers.tokens_of(guess.column.path[-1])
    return frozenset(("".join(words), "".join(word for word in words if word not in _BESIDE)))
