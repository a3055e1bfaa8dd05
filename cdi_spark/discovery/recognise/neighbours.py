"""The meaning of columns without a header, by the columns beside them and the form of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from cdi_spark.discovery.lexicon import headers, name_forms, patterns
from cdi_spark.discovery.lexicon.known_names import has_street_word
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.recognise.meaning import Guess, is_status_word

# Countries whose people write the family name first.
_FAMILY_FIRST = frozenset(("HU", "JP", "CN", "TW", "HK", "KR", "VN"))
_PERSONAL = ("email", "phone", "contact", "birth_date", "national_id", "gender", "street", "title")
_NAMES = ("given_name", "family_name", "full_name")


def _is_digits_postcode(value: str) -> bool:
    return value.isdigit() and 4 <= len(value) <= 6


# A meaning, the meanings that it stands beside, the form of its values, and whether a few values are enough.
_BESIDE: tuple[tuple[str, tuple[str, ...], Callable[[str], bool], bool], ...] = (
    ("family_name", ("given_name", "middle_name"), name_forms.looks_like_name, False),
    ("given_name", ("family_name",), name_forms.looks_like_name, False),
    ("postcode", ("city", "street", "region"), _is_digits_postcode, True),
    ("city", ("postcode", "region", "street"), name_forms.looks_like_name, True),
)
_LEAST = 0.9


def resolve_by_neighbours(guesses: Sequence[Guess], *, country: str | None) -> None:
    """Set the meaning of columns without a header; parts of names and addresses stand beside each other.

    Every meaning that is found may show that of the next column, so all are tried until nothing new is found.
    """
    while _find_beside(guesses) or _find_name_pair(guesses, country) or _find_full_name(guesses):
        pass


def _find_beside(guesses: Sequence[Guess]) -> bool:
    for meaning, beside, fits, few in _BESIDE:
        if any(g.meaning == meaning for g in guesses):
            continue
        for place, guess in enumerate(guesses):
            near = [g.meaning for g in guesses[max(0, place - 1) : place + 2] if g is not guess]
            shown = [m for m in near if m in beside]
            if not shown or not _is_free(guess, few=few):
                continue
            if (fit := share_of(guess.column.values, fits)) >= _LEAST:
                beside_it = " and ".join(shown)
                _set(
                    guess,
                    meaning,
                    fit,
                    f"recognised by the column beside it ({beside_it}), not by its header",
                )
                return True
    return False


def _find_full_name(guesses: Sequence[Guess]) -> bool:
    if not _lacks_names(guesses):
        return False
    for guess in guesses:
        fit = share_of(guess.column.values, name_forms.looks_like_full_name)
        if fit >= _LEAST and _reads_as_names(guess) and not _names_cities(guess):
            _set(guess, "full_name", fit, "recognised by the form of its values, not by its header")
            return True
    return False


def _find_name_pair(guesses: Sequence[Guess], country: str | None) -> bool:
    """Two columns of single names side by side, in a table of people that has no other names."""
    if not _lacks_names(guesses):
        return False
    for first, second in pairwise(guesses):
        if not (_is_name_column(first) and _is_name_column(second)):
            continue
        # Many family names are names of places too, given names are not.
        if _names_cities(first) and _names_cities(second):
            continue
        given, family = (second, first) if _is_family_first(first, second, country) else (first, second)
        doubt = "recognised by its form and the column beside it; check which of the two is the given name"
        for guess, meaning in ((given, "given_name"), (family, "family_name")):
            _set(guess, meaning, share_of(guess.column.values, name_forms.looks_like_name), doubt)
        return True
    return False


def _is_name_column(guess: Guess) -> bool:
    values = guess.column.values
    fits = share_of(values, name_forms.looks_like_name) >= _LEAST
    return fits and share_of(values, name_forms.is_one_word) >= 0.5 and _reads_as_names(guess)


def _reads_as_names(guess: Guess) -> bool:
    values = guess.column.values
    return (
        _is_free(guess, few=False)
        and share_of(values, has_street_word) < 0.1
        and share_of(values, patterns.is_company) < 0.1
        and share_of(values, patterns.is_occupation) < 0.2
    )


def _names_cities(guess: Guess) -> bool:
    return share_of(guess.column.values, patterns.is_city) >= 0.5


def _is_family_first(first: Guess, second: Guess, country: str | None) -> bool:
    """Whether the left column holds the family names: known names decide, else the custom of the country."""

    def vote(given: Guess, family: Guess) -> float:
        given_like = share_of(given.column.values, name_forms.is_known_given_name)
        return given_like + share_of(family.column.values, name_forms.is_known_family_name)

    straight, swapped = vote(first, second), vote(second, first)
    if abs(straight - swapped) < 0.05:
        return country in _FAMILY_FIRST
    return swapped > straight


def _lacks_names(guesses: Sequence[Guess]) -> bool:
    meanings = {g.meaning for g in guesses}
    return meanings.isdisjoint(_NAMES) and not meanings.isdisjoint(_PERSONAL)


def _is_free(guess: Guess, *, few: bool) -> bool:
    """Whether a column has neither header nor meaning, and is no code: names have many values, cities may have few."""
    column = guess.column
    least = 2 if few else min(10, max(3, 0.3 * column.filled))
    return (
        not guess.meaning
        and headers.is_opaque(column.path[-1])
        and column.distinct >= least
        and share_of(column.values, lambda x: (len(x) <= 2 and x.isascii()) or is_status_word(x)) < 0.2
    )


def _set(guess: Guess, meaning: str, fit: float, doubt: str) -> None:
    guess.meaning, guess.fit, guess.header_score, guess.doubt = meaning, fit, 0.0, doubt
