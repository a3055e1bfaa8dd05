"""Chinese, Korean and Japanese names in their own script: family name first."""

from __future__ import annotations

import re

from cdi_spark.standardise.values.titles import TEXTS
from cdi_spark.standardise.values.word_lists import word_list

_LETTERS = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff65-\uff9f]+")
_TITLES = tuple(TEXTS["east_asian_titles"].split())
_FAMILY_NAMES = {
    *TEXTS["chinese_family_names"],
    *TEXTS["korean_family_names"],
    *TEXTS["double_family_names"].split(),
}
_JAPANESE = frozenset(word_list("name_orders")["japanese_family_names_in_kanji"].split())
_BETWEEN_FOREIGN_NAMES = "・･"


def is_east_asian(word: str) -> bool:
    """Whether all of a word is in Chinese characters, kana or hangul.

    >>> is_east_asian("王小明"), is_east_asian("ﾔﾏﾀﾞ"), is_east_asian("Wang")
    (True, True, False)
    """
    return _LETTERS.fullmatch(word) is not None


def east_asian_parts(words: list[str]) -> tuple[str | None, str | None, str | None]:
    """Split a name into given, middle and family name; a name without a blank stays whole unless a list tells.

    >>> east_asian_parts(["王小明"]), east_asian_parts(["山田太郎"])
    (('小明', None, '王'), ('太郎', None, '山田'))
    >>> east_asian_parts(["田中様"]), east_asian_parts(["ジョン・スミス"])
    ((None, None, '田中'), ('ジョン', None, 'スミス'))
    """
    *earlier, last = words
    name = next((bare for title in _TITLES if (bare := last.removesuffix(title)) != last), last)
    words = [word for word in (*earlier, name) if word]
    if len(words) > 1:
        return "".join(words[1:]), None, words[0]
    if not words:
        return None, None, None
    [word] = words
    if any(dot in word for dot in _BETWEEN_FOREIGN_NAMES):
        given, *middle = re.split(f"[{_BETWEEN_FOREIGN_NAMES}]+", word.strip(_BETWEEN_FOREIGN_NAMES))
        family = middle.pop() if middle else None
        return given or None, " ".join(middle) or None, family
    is_titled = name != last
    if is_titled and (word in _JAPANESE or len(word) == 1):
        return None, None, word
    for length in (3, 2):
        if word[:length] in _JAPANESE and length < len(word) <= length + 4:
            return word[length:], None, word[:length]
    for length in (2, 1):
        if length < len(word) <= length + 2 and word[:length] in _FAMILY_NAMES:
            return word[length:], None, word[:length]
    return (None, None, word) if is_titled and len(word) < 3 else (word, None, None)
