"""Single names: their standard form and their sound."""

from __future__ import annotations

from typing import Final

from cdi_spark.standardise.values.text import clean_text, is_placeholder, title_case

_STRAY = ' ,;:"\u201c\u201d*_<>|'
# h and w (7) do not separate letters of one code; vowels (0) do.
_SOUNDS: Final = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "01230127022455012623017202", strict=True))
_CODES: Final = _SOUNDS | {letter.lower(): code for letter, code in _SOUNDS.items()}


def name_part(name: str) -> str | None:
    """Return clean text without stray punctuation around it, in Title Case unless it came in mixed case.

    None when it holds no letter of any script, or is a placeholder word.

    >>> name_part('"O\\'NEIL", ')
    "O'Neil"
    >>> name_part("van Gogh")
    'van Gogh'
    >>> name_part("_unknown_") is None
    True
    """
    clean = clean_text(name)
    bare = clean.strip(_STRAY) if clean else ""
    if is_placeholder(bare) or not any(map(str.isalpha, bare)):
        return None
    return title_case(bare)


def phonetic(name: str) -> str:
    """Return the Soundex code of a folded name, with its words joined; a name in another script stays as it is.

    Source: the American Soundex of the U.S. National Archives, as Spark's `soundex` computes it.

    >>> phonetic("smith") == phonetic("smyth") == "S530"
    True
    >>> phonetic("de la cruz")
    'D426'
    >>> phonetic("王小明")
    '王小明'
    """
    word = name.replace(" ", "")
    if word[:1] not in _CODES:
        return word
    code, last = word[0].upper(), _CODES[word[0]]
    for letter in word[1:]:
        sound = _CODES.get(letter, "0")
        if sound == "7":
            continue
        if sound not in ("0", last):
            code += sound
            if len(code) == 4:
                break
        last = sound
    return code.ljust(4, "0")
