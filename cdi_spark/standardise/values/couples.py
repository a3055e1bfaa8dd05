"""Names of two people in one field."""

from __future__ import annotations

from cdi_spark.standardise.values.given_names import is_frequent_given_name
from cdi_spark.standardise.values.titles import INITIALS, LISTS, Word, Words

# Between the given names of two people in silver.person's given_name.
BETWEEN = " & "
# A name without any of these words is one person's.
JOINERS = LISTS["joiners"] | LISTS["joiners_or_not"]


def people(words: Words) -> list[Words]:
    """Divide words between the people that they name: at &, +, and, und, et, y, i, …

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [[word.text for word in one] for one in people(words_by_comma("Rob & Beth Eddowes")[0])]
    [['Rob'], ['Beth', 'Eddowes']]
    >>> [[word.text for word in one] for one in people(words_by_comma("Artur Costa e Silva")[0])]
    [['Artur', 'Costa', 'e', 'Silva']]
    >>> len(people(words_by_comma("Ana y Luis García")[0]))
    2
    """
    found: list[list[Word]] = [[]]
    for at, word in enumerate(words):
        if _divides(words, at):
            found.append([])
        else:
            found[-1].append(word)
    return [one for one in found if one]


def is_given_alone(words: Words) -> bool:
    """Whether words are one given name, perhaps with initials, and no family name.

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [is_given_alone(words_by_comma(text)[0]) for text in ("Rob", "J. R.", "John A.", "Rob Eddowes")]
    [True, True, True, False]
    """
    return len(words) == 1 or all(INITIALS.fullmatch(word.text) for word in words[1:])


def _divides(words: Words, at: int) -> bool:
    word, before, after = words[at], words[:at], words[at + 1 :]
    if word.key in LISTS["joiners"]:
        return not (word.key.isalpha() and _joins_places(before, after))
    if word.key not in LISTS["joiners_or_not"] or not word.lower or not before or not after:
        return False
    if at == 1 and len(words) > 3:
        return True
    # Juan García y María López; Kovács Péter és Anna; but Ortega y Gasset
    return is_frequent_given_name(after[0].text) and (
        len(after) > 1 or at == 1 or word.key not in LISTS["family_joiners"]
    )


def _joins_places(before: Words, after: Words) -> bool:
    """von und zu Guttenberg; of Saxe-Coburg and Gotha"""
    if not any(word.key in LISTS["particles"] for word in before[1:]):
        return False
    is_place = len(after) == 1 and not is_frequent_given_name(after[0].text)
    return is_place or before[-1].key in LISTS["particles"]
