"""Which columns hold given, family and full names, where headers leave it open.

The form of the values and the other columns decide, so that names of every origin are read alike; lists of known names
only break ties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cdi_spark.discovery.lexicon import headers, name_forms, patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.recognise.meaning import Guess

# Columns that show that a row is about a person or a household.
_PERSONAL = frozenset(
    ("email", "phone", "contact", "birth_date", "birth_year", "birth_place", "national_id", "street", "gender",
     "title", "occupation", "postcode", "postcode_city")
)  # fmt: skip
_OPEN = ("name_word", "role")
_MOST = 0.5
_FEW = 0.2


def resolve_names(guesses: Sequence[Guess], *, names_person: bool) -> None:
    """Decide what columns called `name`, or after a role such as `patient`, hold.

    Args:
        guesses: those of one table; open ones are set.
        names_person: whether the name of the table means people.
    """
    is_personal = names_person or _has(guesses, *_PERSONAL) or _has_person_id(guesses)
    found = [g for g in guesses if g.meaning in _OPEN]
    # The column with most known given names is decided first, because the others depend on it.
    found.sort(key=lambda g: -share_of(g.column.values, name_forms.is_known_given_name))
    for guess in found:
        said, guess.meaning = guess.meaning, ""
        values = _read_slashes(guess)
        guess.meaning = _decide(guess, values, guesses, is_role=said == "role", is_personal=is_personal)
        guess.fit = share_of(values, patterns.TESTS.get(guess.meaning, patterns.is_text))
    for guess in guesses:
        if guess.meaning == "full_name" and guess.header_score:
            _split_part(guess, guesses)


def _decide(
    guess: Guess, values: Counter[str], guesses: Sequence[Guess], *, is_role: bool, is_personal: bool
) -> str:
    named = "a role" if is_role else "`name`"
    if share_of(values, patterns.is_company) >= 0.3 and not _has(guesses, "company"):
        guess.doubt = f"its header says only {named}; its values are companies"
        return "company"
    if is_role and not _is_varied(guess):
        return ""
    given, family = _words_of(guesses, "given_name"), _words_of(guesses, "family_name")
    if given or family:
        return _decide_beside(guess, values, guesses, given, family, is_role=is_role)
    if _has(guesses, "full_name"):
        return ""
    known = share_of(values, name_forms.is_known_full_name) >= 0.3
    if share_of(values, name_forms.looks_like_full_name) >= _MOST and (is_role or is_personal or known):
        return "full_name"
    single = share_of(values, lambda x: name_forms.is_one_word(x) and name_forms.looks_like_name(x))
    if is_personal and single >= _MOST and not is_role and not _is_product(guesses):
        guess.doubt = "its header says only `name`; its values are single words, read as given names"
        family_like = share_of(values, name_forms.is_known_family_name)
        if family_like > share_of(values, name_forms.is_known_given_name):
            guess.doubt = "its header says only `name`; its values are single words, read as family names"
            return "family_name"
        return "given_name"
    return "product_name" if _is_product(guesses) and not is_role else ""


def _decide_beside(
    guess: Guess,
    values: Counter[str],
    guesses: Sequence[Guess],
    given: frozenset[str],
    family: frozenset[str],
    *,
    is_role: bool,
) -> str:
    """The meaning beside a column of given or of family names: a full name repeats their words."""
    if share_of(values, name_forms.looks_like_name) < _MOST and not share_of(
        values, name_forms.looks_like_full_name
    ):
        return ""
    repeated = _overlap(values, given | family)
    whole = share_of(values, name_forms.looks_like_full_name)
    if whole >= _MOST and (repeated >= _MOST or is_role):
        return "" if _has(guesses, "full_name") else "full_name"
    if given and family:
        return ""
    if is_role:
        return ""
    return "family_name" if given else "given_name"


def _split_part(guess: Guess, guesses: Sequence[Guess]) -> None:
    """Read `Nombre del alumno` beside `Apellidos del alumno` as the given name: it repeats no family name."""
    given, family = _words_of(guesses, "given_name"), _words_of(guesses, "family_name")
    values = guess.column.values
    is_part = share_of(values, name_forms.is_one_word) >= _MOST or not share_of(
        values, name_forms.looks_like_full_name
    )
    if bool(given) != bool(family) and is_part and _overlap(values, given | family) < _FEW:
        guess.meaning = "family_name" if given else "given_name"
        guess.doubt = "its header says a whole name; beside the other column it is read as a part of it"


def _read_slashes(guess: Guess) -> Counter[str]:
    # Travel agents write SMITH/JOHN.
    return Counter({value.replace("/", ", "): times for value, times in guess.column.values.items()})


def _words_of(guesses: Sequence[Guess], meaning: str) -> frozenset[str]:
    values = [value for g in guesses if g.meaning == meaning for value in g.column.values]
    return frozenset(word for value in values for word in name_forms.words_of(value))


def _overlap(values: Counter[str], words: frozenset[str]) -> float:
    """The share of the rows whose value has one of the words."""
    return share_of(values, lambda value: not words.isdisjoint(name_forms.words_of(value)))


def _is_varied(guess: Guess) -> bool:
    """Whether a column has as many values as people have names; kinds of members and states have few."""
    column = guess.column
    return column.distinct >= min(50, max(3, 0.1 * column.filled))


def _has(guesses: Sequence[Guess], *meanings: str) -> bool:
    return any(g.meaning in meanings for g in guesses)


def _has_person_id(guesses: Sequence[Guess]) -> bool:
    return any(g.subject and headers.is_person_subject(g.subject) for g in guesses[:3])


def _is_product(guesses: Sequence[Guess]) -> bool:
    return _has(guesses, "quantity", "unit_price", "product_code")
