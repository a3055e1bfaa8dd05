"""Scripts and letters: accents off, Devanagari in Latin letters."""

from __future__ import annotations

import unicodedata
from typing import Final

_OWN: Final = str.maketrans(
    {"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ı": "i", "đ": "d"}
)
_VOWELS: Final = dict(
    zip("अआइईउऊऋएऐओऔ", ("a", "a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au"), strict=True)
)
_SIGNS: Final = dict(zip("ािीुूृेैोौ", ("a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au"), strict=True))
_CONSONANTS: Final = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
        [
            "k",
            "kh",
            "g",
            "gh",
            "n",
            "ch",
            "chh",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "p",
            "f",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "l",
            "v",
            "sh",
            "sh",
            "s",
            "h",
            "l",
        ],
        strict=True,
    )
)
_HALANT, _NUKTA = "्", "़"


def unaccented(text: str) -> str:
    """The text in letters without accents, as an old export writes it; other scripts stay."""
    plain = unicodedata.normalize("NFD", text.translate(_OWN))
    return unicodedata.normalize("NFC", "".join(c for c in plain if not "\u0300" <= c <= "\u036f"))


def latin(devanagari: str) -> str:
    """A Hindi name in Latin letters, as passports write it: the vowel at the end of a word is not written."""
    return " ".join(_latin_word(word) for word in devanagari.split())


def _latin_word(word: str) -> str:
    out: list[str] = []
    letters = [c for c in unicodedata.normalize("NFD", word) if c != _NUKTA]
    for n, letter in enumerate(letters):
        after = letters[n + 1] if n + 1 < len(letters) else ""
        if letter in _CONSONANTS:
            out.append(_CONSONANTS[letter])
            if after and after not in _SIGNS and after != _HALANT:
                out.append("a")
        elif letter in _VOWELS or letter in _SIGNS:
            out.append(_VOWELS.get(letter) or _SIGNS[letter])
        elif letter in "ंँ":
            out.append("n")
    return "".join(out).capitalize()
