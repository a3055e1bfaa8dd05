"""How many people the names are that one mailbox, phone or device comes with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import NamedTuple

from cdi_spark.standardise.values.couples import BETWEEN
from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.name_words import is_word
from cdi_spark.standardise.values.nicknames import is_known_given_name, nickname_root
from cdi_spark.standardise.values.scripts import latin
from cdi_spark.standardise.values.titles import LISTS

Name = tuple[str | None, str | None, str | None]
Words = tuple[str, ...]

# Nobody needs to tell more people apart.
MOST_PEOPLE = 50

_TITLES = LISTS["honorifics"] | LISTS["post_nominals"]
# No more words of a name are compared.
_MOST_WORDS = 8
# Of a near miss in a long word.
_MOST_ERRORS = 2


class _Person(NamedTuple):
    given: Words
    middle: Words
    family: Words

    @property
    def words(self) -> Words:
        return self.given + self.middle + self.family


def count_people(names: Iterable[Name], *, at_most: int) -> int:
    """Return how many different people names are, counting no further than `at_most`.

    The fullest names come first; each is compared with the people found so far, and is another one if it is none of
    them. So a bare initial or one shared family name joins nobody else to each other, and the order of the names does
    not matter. Two names are one person

    - if their given names are the same, up to nicknames, whatever the family name is;
    - if their given names are near or one is the other's initial, and a family name is near or unknown;
    - if all words of one, two at least, are among the words of the other, up to order, near misses and initials;
    - but not if each has a second given name that the other lacks.

    A name without a given name adds nobody. A couple in one name (rob & beth) adds somebody only if neither is known.
    Names in scripts that cannot be read in Latin letters may be those of the same people: the larger count is taken.

    Args:
        names: given, middle, family as features have them, in any order.
        at_most: at least 1.
    """
    people = [found for name in names if (found := _people(*name))]
    by_script = ([found for found in people if _is_latin(found[0]) is is_latin] for is_latin in (True, False))
    return max(_count(found, at_most) for found in by_script)


def _count(names: Collection[tuple[_Person, ...]], at_most: int) -> int:
    singles = {people[0] for people in names if len(people) == 1}
    couples = {people for people in names if len(people) > 1}
    family_names = frozenset(chain.from_iterable(person.family for people in names for person in people))
    found: list[_Person] = []
    for person in sorted(singles, key=_fullest_first):
        if len(found) == at_most:
            return at_most
        if not any(_is_same(person, other, family_names) for other in found):
            found.append(person)
    for couple in sorted(couples):
        if not any(_is_same(person, other, family_names) for person in couple for other in found):
            found.append(couple[0])
    return min(len(found), at_most)


def _fullest_first(person: _Person) -> tuple[int, int, _Person]:
    return -sum(map(is_word, person.words)), -sum(map(len, person.words)), person


@Memo
def _people(given: str | None, middle: str | None, family: str | None) -> tuple[_Person, ...]:
    """Two people of a couple; none without a given name."""
    if given is None:
        return ()
    return tuple(
        _Person(words, _words(middle), _words(family))
        for one in given.split(BETWEEN)
        if (words := _words(one))
    )


def _words(part: str | None) -> Words:
    words = tuple(part.split(" ")[:_MOST_WORDS]) if part else ()
    return tuple(word for word in words if word not in _TITLES) or words


def _is_latin(person: _Person) -> bool:
    return latin(person.given[0]) is not None


def _is_same(one: _Person, other: _Person, family_names: Collection[str]) -> bool:
    if _second_names(one, other) and _second_names(other, one):
        return False
    first, second = one.given[0], other.given[0]
    # A word that is a family name too may be one in front: Smith Ann, Smith Bob.
    if is_word(first) and first not in family_names and nickname_root(first) == nickname_root(second):
        return True
    if _is_near_given(first, second):
        families = one.family or one.given[1:], other.family or other.given[1:]
        if not all(families) or any(_is_family(a, b) for a in families[0] for b in families[1]):
            return True
    whole = "".join(one.given), "".join(other.given)
    if len(one.given) != len(other.given) and whole[0] == whole[1]:  # Jean Luc, Jeanluc
        return True
    fewer, more = sorted((one.words, other.words), key=len)
    return len(fewer) > 1 and _is_within(fewer, more)


def _second_names(one: _Person, other: _Person) -> list[str]:
    """Return the full second given names of which the other has neither the name nor the initial."""
    return [
        word
        for word in (*one.given[1:], *one.middle)
        if is_word(word) and not any(_is_near_given(word, theirs) for theirs in other.words)
    ]


def _is_within(fewer: Words, more: Words) -> bool:
    free, wanted = list(more), list(fewer)
    for is_match in (_is_equal, _is_near_given):  # the surest first, or Ann would take the A of Alan
        missing = []
        for word in wanted:
            match = next((other for other in free if is_match(word, other)), None)
            if match is None:
                missing.append(word)
            else:
                free.remove(match)
        wanted = missing
    return not wanted


def _is_equal(one: str, other: str) -> bool:
    return nickname_root(one) == nickname_root(other)


def _is_near_given(one: str, other: str) -> bool:
    """Jon, John, J; but Mark is not Mary, nor Paul Paula."""
    if not is_word(one) or not is_word(other):
        return one[0] == other[0]
    if _is_equal(one, other):
        return True
    is_other_name = is_known_given_name(one) and is_known_given_name(other)
    return not is_other_name and one.endswith("a") == other.endswith("a") and _is_near(one, other)


def _is_family(one: str, other: str) -> bool:
    """Hoeven, vanderhoeven"""
    is_ending = min(len(one), len(other)) > 3 and (one.endswith(other) or other.endswith(one))
    return is_ending or _is_near(one, other)


def _is_near(one: str, other: str) -> bool:
    """Whether words are equal, or one error apart from three letters on, or two from seven on."""
    short = min(len(one), len(other))
    if one == other:
        return True
    if short < 3 or abs(len(one) - len(other)) > 2 or (short < 5 and one[0] != other[0]):
        return False
    errors = _errors(one, other)
    if short == 3:
        return errors == 1 and len(one) != len(other)
    return errors <= (_MOST_ERRORS if short > 6 else 1)


@Memo
def _errors(one: str, other: str) -> int:
    """Return the number of letters added, left out, replaced or swapped with the next; of many, not all are counted.

    Source: Damerau 1964, doi:10.1145/363958.363994; no part is edited twice.
    """
    start = _common_start(one, other)
    one, other = one[start:], other[start:]
    end = _common_start(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, theirs in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 < j and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > _MOST_ERRORS:
            return min(row)
    return row[-1]


def _common_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
