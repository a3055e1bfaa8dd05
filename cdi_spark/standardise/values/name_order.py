"""Names in which the text itself tells that the family name comes first."""

from __future__ import annotations

import re
from typing import NamedTuple

from cdi_spark.standardise.values.family_names import is_capitals, is_particle
from cdi_spark.standardise.values.given_names import (
    HUNGARIAN,
    RUSSIAN,
    as_written,
    is_frequent_given_name,
    listed_names,
)
from cdi_spark.standardise.values.nicknames import is_known_given_name
from cdi_spark.standardise.values.text import fold
from cdi_spark.standardise.values.titles import INITIALS, LISTS, Words
from cdi_spark.standardise.values.word_lists import word_list


class Parts(NamedTuple):
    """The words of a name by what they are."""

    given: Words
    middle: Words
    family: Words


_FEMALE_PATRONYMICS = tuple(LISTS["female_patronymics"])
_RUSSIAN_ENDINGS = tuple(word_list("name_orders")["russian_family_endings"].split(", "))
_CHINESE = listed_names("chinese_family_names")
_KOREAN = listed_names("korean_family_names")
_JAPANESE = listed_names("japanese_family_names")
_HYPHENATED = listed_names("chinese_family_names_before_a_hyphen")
_VIETNAMESE = listed_names("vietnamese_family_names")
_VIETNAMESE_WITHOUT_ACCENTS = listed_names("vietnamese_without_accents")
_HUNGARIAN_FAMILY_NAMES = listed_names("hungarian_family_names")
_EAST_ASIAN = _CHINESE | _KOREAN | _JAPANESE | _HYPHENATED
_FIRST = _EAST_ASIAN | _VIETNAMESE | _HUNGARIAN_FAMILY_NAMES
# A name in plain Latin letters that neither begins nor ends with these, in lower case, nor ends in a patronymic, has
# its given name first.
WORDS_IN_FRONT = _FIRST | as_written("hungarian_family_names") | as_written("japanese_family_names")
WORDS_AT_THE_END = as_written("russian_given_names")
PATRONYMICS = tuple(LISTS["patronymics"])

_CHINESE_NAME = re.compile(
    "(?:(?:[bpmfdtnlgkhjqxrzcswy]|[zcs]h)?(?:iang|iong|uang|uai|uan|iao|ian|ing|ang|eng|ong|ai|ei|ao|ou|an|en|in|un|ia"
    "|ie|iu|ua|uo|ui|ue|er|[aiu])|[bpmfw]?o|(?:[dtnlgkhrzcsmy]|[zcs]h)?e){1,2}"
)
_KOREAN_NAME = re.compile(
    "(?:(?:kk|tt|pp|ss|jj|ch|sh|[gnkdtrlmbpshj])?(?:y?(?:ae|eo|eu|oe|ui|oo|ee|[aeoui])|w(?:ae|[aoei]))"
    "(?:ng|[nmkltpbgs])?){2}"
)
# In one word, only spellings that few other languages have tell (Park Jisung; but Han Solo).
_KOREAN_LETTERS = re.compile("eo|eu|ae|oo|y[aeou]|ng")
_JAPANESE_NAME = re.compile("(?:(?:[kgnhbpmr]y|sh|ch|ts|[kgsztdnhbpmyrwjf])?[aeiou]|n(?![aeiou])){2,5}")
_VIETNAMESE_LETTERS = re.compile("[\u01a0\u01a1\u01af\u01b0\u0102\u0103\u0110\u0111\u1ea0-\u1ef9]")


def family_words_in_front(words: Words) -> int:
    """How many words of a family name come first, as capitals, initials or a patronymic tell; 0 where nothing does.

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [family_words_in_front(words_by_comma(text)[0]) for text in ("van der BERG Jan", "Tolkien J. R. R.")]
    [3, 1]
    >>> family_words_in_front(words_by_comma("Иванов Иван Иванович")[0])
    1
    >>> family_words_in_front(words_by_comma("John SMITH")[0])
    0
    """
    at = 0
    while at < len(words) and (
        is_capitals(words[at])
        or (
            is_particle(words, at)
            and (words[at].lower or (words[at].lower is False and words[at].text.isupper()))
        )
    ):
        at += 1
    if 0 < at < len(words) and is_capitals(words[at - 1]) and not is_capitals(words[-1]):
        return at
    if len(words) < 2 or is_known_given_name(words[0].key) or INITIALS.fullmatch(words[0].text):
        return 0
    rest = [word.text for word in words[1:]]
    if all(map(INITIALS.fullmatch, rest)) and sum(map(str.isalpha, "".join(rest))) > 1:
        return 1
    return int(_has_patronymic_last(words) or _is_russian(words))


def parts_by_language(words: Words) -> Parts | None:
    """Split a name of Hungary, China, Korea, Japan or Vietnam that a frequent family name begins; None for others.

    A given name of the language has to follow. A patronymic of a woman behind one word is no family name.

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [[word.text for word in part] for part in parts_by_language(words_by_comma("Nguyễn Văn An")[0])]
    [['An'], ['Văn'], ['Nguyễn']]
    >>> [[word.text for word in part] for part in parts_by_language(words_by_comma("Park Ji Sung")[0])]
    [['Ji', 'Sung'], [], ['Park']]
    >>> parts_by_language(words_by_comma("Kevin Nguyen")[0]) is None
    True
    """
    if len(words) < 2:
        return None
    if (
        len(words) == 2
        and words[1].key.endswith(_FEMALE_PATRONYMICS)
        and not words[0].key.endswith(PATRONYMICS)
    ):
        return Parts(words[:1], words[1:], ())
    first = fold(words[0].text) or ""
    if first.partition(" ")[0] not in _FIRST:
        return None
    rest = [fold(word.text) or "" for word in words[1:]]
    if _is_hungarian(first, rest):
        return Parts(words[1:2], words[2:], words[:1])
    if first in _VIETNAMESE and _is_vietnamese(words, rest):
        return Parts(words[-1:], words[1:-1], words[:1])
    if len(rest) < 3 and (_is_east_asian(first, rest) or _has_hyphen(words, first)):
        return Parts(words[1:], (), words[:1])
    return None


def _has_patronymic_last(words: Words) -> bool:
    """Иванов Иван Иванович; Алиев Гейдар Алирза оглы"""
    if words[-1].key in LISTS["patronymic_words"]:
        return len(words) == 4
    return len(words) == 3 and words[2].key.endswith(PATRONYMICS) and not words[1].key.endswith(PATRONYMICS)


def _is_russian(words: Words) -> bool:
    """Иванов Иван; Ivanov Sergey"""
    if len(words) != 2 or (fold(words[1].text) or "") not in RUSSIAN or is_frequent_given_name(words[0].text):
        return False
    return words[0].text[0] > "\u0400" or (len(words[0].key) > 4 and words[0].key.endswith(_RUSSIAN_ENDINGS))


def _is_hungarian(first: str, rest: list[str]) -> bool:
    return (
        first.partition(" ")[0] in _HUNGARIAN_FAMILY_NAMES
        and len(rest) < 3
        and (rest[0].partition(" ")[0] in HUNGARIAN or rest[0].removesuffix("ne") in HUNGARIAN)
    )


def _is_vietnamese(words: Words, rest: list[str]) -> bool:
    has_accents = any(_VIETNAMESE_LETTERS.search(word.text) for word in words)
    if rest[-1] in _VIETNAMESE and rest[0] not in ("van", "thi") and not (has_accents and len(rest) > 1):
        return False
    is_sure = has_accents or rest[0] == "thi" or (fold(words[0].text) or "") in _VIETNAMESE_WITHOUT_ACCENTS
    return is_sure and len(rest) < 5


def _has_hyphen(words: Words, first: str) -> bool:
    """Wong Kar-wai, Sun Yat-sen; but Lee Mary-ann"""
    before, hyphen, after = words[1].text.partition("-")
    is_given_name = len(words) == 2 and bool(hyphen) and before.istitle() and after.islower()
    may_be_given = is_known_given_name(first) and is_frequent_given_name(before)
    return is_given_name and first in _HYPHENATED | _CHINESE and not may_be_given


def _is_east_asian(first: str, rest: list[str]) -> bool:
    name = "".join(rest).replace(" ", "")
    is_two = len(rest) == 2 or " " in rest[0]
    # Of two family names, either may come first (Lin Lee).
    if rest[-1] in _EAST_ASIAN and (not is_two or is_known_given_name(first)):
        return False
    if first in _CHINESE and _CHINESE_NAME.fullmatch(name):
        return True
    if first in _KOREAN and _KOREAN_NAME.fullmatch(name):
        # Kim and Lee are given names, too.
        if is_two:
            return not is_frequent_given_name(rest[0])
        return not is_known_given_name(first) and _KOREAN_LETTERS.search(name) is not None
    return first in _JAPANESE and len(rest) == 1 and _JAPANESE_NAME.fullmatch(name) is not None
