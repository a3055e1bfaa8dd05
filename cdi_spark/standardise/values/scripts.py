"""The scripts that names are written in, and their Latin spelling where characters alone decide it."""

from __future__ import annotations

import re
from unicodedata import name as unicode_name
from unicodedata import normalize

from anyascii import anyascii

from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.word_lists import word_list

_WORDS = word_list("scripts")
# The alphabets, kana and the parts of Hangul syllables. Computed at import: executors do not have the package.
_SAFE_RANGES = (
    ("greek", 0x370, 0x400),
    ("cyrillic", 0x400, 0x530),
    ("armenian", 0x531, 0x590),
    ("georgian", 0x10D0, 0x1100),
    ("hangul", 0x1100, 0x1200),
    ("kana", 0x3041, 0x3100),
)
_LETTERS = {
    code: anyascii(chr(code)).lower().replace("'", "")
    for _, start, end in _SAFE_RANGES
    for code in range(start, end)
}
_LETTERS |= {ord(small): "^" + _LETTERS[ord(small)] for small in _WORDS["small_kana"]} | {ord("っ"): "っ"}
_BEFORE, _AFTER = (
    {
        script: [(re.compile(pattern), latin) for pattern, latin in rules]
        for script, rules in _WORDS[step].items()
    }
    for step in ("before", "after")
)
_SERBIAN = frozenset(_WORDS["serbian_letters"])
_UKRAINIAN = frozenset(_WORDS["ukrainian_letters"])
_KOREAN_SURNAMES: dict[str, str] = _WORDS["korean_surnames"]
# Katakana to hiragana, which follow each other in the same order.
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_NAMES = {"cjk": "han", "ideographic": "han", "hiragana": "kana", "katakana": "kana"}


def script(word: str) -> str:
    """Return the script of a folded word; that of most consequence if it has several: Han before kana before others.

    >>> script("petrov"), script("петров")
    ('latin', 'cyrillic')
    >>> script("山田"), script("さくら"), script("美さき")
    ('han', 'kana', 'han')
    >>> script("محمد")
    'arabic'
    """
    if word.isascii():
        return "latin"
    found = {_script_of(letter) for letter in word if letter.isalpha()}
    return next((one for one in ("han", "kana") if one in found), min(found - {"latin"}, default="latin"))


def _script_of(letter: str) -> str:
    first = unicode_name(letter, "latin").partition(" ")[0].partition("-")[0].lower()
    return _NAMES.get(first, first)


def latin(word: str) -> str | None:
    """Return a folded word in Latin letters, as its bearer may spell it; None where characters do not decide it.

    Cyrillic, Greek, Armenian, Georgian, kana and Hangul are spelled by rules. Han characters have a reading for each
    language, and Arabic and Hebrew leave out vowels, as other scripts do in part: those are None.

    >>> latin("петров"), latin("достоевскии"), latin("παπαδοπουλος")
    ('petrov', 'dostoevsky', 'papadopoulos')
    >>> latin("サトウ"), latin("しゅんいち"), latin("김"), latin("민준")
    ('sato', 'shunichi', 'kim', 'minjun')
    >>> latin("王") is None, latin("محمد") is None
    (True, True)
    """
    if word.isascii():
        return word
    found = {_script_of(letter) for letter in word if letter.isalpha()} - {"latin"}
    if not found:
        return word
    if not found <= _SAFE or len(found) > 1:
        return None
    return _spelled(word, *found)


_SAFE = {name for name, _, _ in _SAFE_RANGES}


def _spell(word: str, script_name: str) -> str | None:
    if surname := _KOREAN_SURNAMES.get(word):
        return surname
    text = normalize("NFD", word) if script_name == "hangul" else word.translate(_HIRAGANA)
    steps = list(_BEFORE.get(script_name, ()))
    if script_name == "cyrillic":
        letters = set(text)
        steps += _BEFORE["serbian"] if letters & _SERBIAN else []
        steps += _BEFORE["ukrainian"] if letters & _UKRAINIAN else []
    for pattern, spelling in steps:
        text = pattern.sub(spelling, text)
    text = text.translate(_LETTERS)
    for pattern, spelling in _AFTER.get(script_name, ()):
        text = pattern.sub(spelling, text)
    return text if text.isascii() and text else None


_spelled = Memo(_spell)
