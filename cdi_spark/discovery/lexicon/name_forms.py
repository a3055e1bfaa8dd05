"""What names of people look like: by their form, in any script, and by lists of known names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from cdi_spark.discovery.lexicon.known_names import given_names, looks_like_family_name
from cdi_spark.discovery.lexicon.vocabulary import fold

_NAME_WORD = r"[^\W\d_][^\W\d_'\u2019.\-\u00b7\u30fb]*(?:['\u2019.\-\u00b7\u30fb][^\W\d_.]*)*"
_JOINER = r"(?: [&+])?"
_FULL_NAME = re.compile(
    rf"{_NAME_WORD}(?:,?{_JOINER} {_NAME_WORD}){{1,8}}|{_NAME_WORD}(?: {_NAME_WORD}){{0,4}}, ?{_NAME_WORD}.*"
)
_ONE_NAME = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD}){{0,5}}")
# A whole name of Chinese, Japanese or Korean people is written without a blank.
_UNSPACED_NAME = re.compile(
    "[\u3005\u3400-\u9fff]{2,6}|[\uac00-\ud7a3]{2,5}|[\u3400-\u9fff]{1,4}[\u3040-\u30ff]{1,5}|[\u30a0-\u30ff]{4,16}"
)
_LONGEST = 60
# Marks of vowels and tones that are signs of their own, and signs without width.
_MARKS = frozenset(("Mn", "Mc", "Cf"))


@lru_cache(200_000)
def _bare(value: str) -> str:
    """The value with single blanks and without marks that are no letters, so that all scripts have one form."""
    if not value.isascii():
        value = "".join(sign for sign in value if unicodedata.category(sign) not in _MARKS)
    return " ".join(value.split())


def looks_like_name(value: str) -> bool:
    """Whether a value has the form of a name, known or not.

    >>> [looks_like_name(name) for name in ("Oluwaseun", "María de los Ángeles", "கவிதா", "B2B", "12 High Street")]
    [True, True, True, False, False]
    """
    return len(value) <= _LONGEST and bool(_ONE_NAME.fullmatch(_bare(value)))


def looks_like_full_name(value: str) -> bool:
    """Whether a value has the form of a given and a family name, known or not.

    >>> [looks_like_full_name(name) for name in ("Thandiwe Dlamini", "山田太郎", "Nguyễn Thị Minh Khai", "Thandiwe")]
    [True, True, True, False]
    """
    bare = _bare(value)
    return len(value) <= _LONGEST and bool(_FULL_NAME.fullmatch(bare) or _UNSPACED_NAME.fullmatch(bare))


def is_one_word(value: str) -> bool:
    """Whether a value is a single word."""
    bare = _bare(value)
    return " " not in bare and "," not in bare


def words_of(value: str) -> frozenset[str]:
    """The words of a name, as they are compared with those of another column."""
    return frozenset(re.split(r"[\s,]+", _bare(value).casefold())) - {""}


def is_known_full_name(value: str) -> bool:
    """Whether a value is two or more words in the form of a name, one of them a known name."""
    if is_one_word(value) or not looks_like_full_name(value):
        return False
    words = fold(value).split()
    return any(w in given_names() for w in words) or (len(words) == 2 and looks_like_family_name(words[1]))


def is_known_given_name(value: str) -> bool:
    """Whether a value begins with a known given name."""
    return looks_like_name(value) and (fold(value).split() or [""])[0] in given_names()


def is_known_family_name(value: str) -> bool:
    """Whether a value ends with a known family name, or with a word that has the ending of one."""
    return looks_like_name(value) and looks_like_family_name((fold(value).split() or [""])[-1])
