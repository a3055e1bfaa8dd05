"""Small text rules that the other value rules share."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

# Only words that no field means: "na" is Namibia and a surname, "nan" and "nil" are given names.
_PLACEHOLDER_WORDS = (
    r"x{2,}|unknown|unspecified|undefined|none|null|n/a|n\.a\.?|"
    r"not (?:known|given|provided|available|applicable)"
)
_PLACEHOLDER = rf"(?i)^[\p{{P}}<> ]*+(?:{_PLACEHOLDER_WORDS})?[\p{{P}}<> ]*+$"

# Letters that Unicode does not decompose, spelled as the languages that use them spell them in plain Latin.
_SPELLED_OUT = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_PLAIN_LETTERS = ("øłđðħŧ\u0131ĸŋ\u017fς", "olddhtikns\u03c3")
_ACCENTED = range(0xC0, 0x2000)
# Few enough to sit in every plan: Latin letters of Europe, Greek and Cyrillic.
_COMPOSED = (*range(0xC0, 0x180), *range(0x386, 0x460))
_APOSTROPHES = r"'`\u2019\u2018\u02bc\u02b9\u00b4"
# Accents and Arabic vowel points. Not all of \p{M}: in Indic scripts the vowels themselves are marks.
_MARKS = r"\u0300-\u036f\u064b-\u065f\u0670"

# Words kept small inside a name or street, when text is all upper or all lower case.
_SMALL_WORDS = (
    "af|and|bin|d[aeiou]s?|del|della|den|der|dos|la|le|of|ter|the|und|upon|van|von|vom|y|zu|zum|zur"
)


def once(value: Column, use: Callable[[Column], Column]) -> Column:
    """Give `use` a value that Spark computes once a row, however often `use` names it.

    Nested rules that each name their input twice would otherwise double the plan at every level.
    """
    return F.get(F.transform(F.array(value), use), F.lit(0))


def unless_empty(text: Column) -> Column:
    """The text; null when it is empty."""
    return once(text, lambda t: F.when(t != "", t))


def look_up(key: Column, words: Mapping[str, str]) -> Column:
    """Look a key up in a fixed table of words; null when the table lacks it.

    The table is one JSON literal, folded to a constant by the optimiser. It is split by first
    character because Spark searches a map from end to end.
    """
    by_initial: dict[str, dict[str, str]] = {}
    for word in sorted(words):
        by_initial.setdefault(word[0], {})[word] = words[word]
    table = F.from_json(F.lit(json.dumps(by_initial, ensure_ascii=False)), "map<string,map<string,string>>")
    return once(key, lambda k: F.try_element_at(F.try_element_at(table, F.left(k, F.lit(1))), k))


def clean_text(text: Column) -> Column:
    """Trim; single spaces; no control or invisible characters; letter and accent as one character.

    Null when empty, punctuation only, or a placeholder word ("unknown", "n/a", "none", "xxx", …).
    """
    visible = F.regexp_replace(text, r"\p{Cf}+", "")
    spaced = F.trim(F.regexp_replace(visible, r"[\s\p{Z}\p{Cc}]+", " "))
    return once(spaced, lambda t: F.when(~is_placeholder(t), _composed(t)))


def is_placeholder(text: Column) -> Column:
    """Whether text without invisible characters says nothing: empty, signs only, or a placeholder word."""
    return text.rlike(_PLACEHOLDER)


def fold(text: Column) -> Column:
    """Fold text for comparing: lower case, no accents, only letters, digits and single spaces.

    Null when empty. Apostrophes vanish (o'neil is oneil); other signs part words (jean-luc is jean luc).
    ß, æ, œ, þ become ss, ae, oe, th; scripts other than Latin keep their letters.
    """
    return once(F.lower(text), lambda t: F.when(_is_plain(t), t).otherwise(_folded(t)))


def _is_plain(lower: Column) -> Column:
    """Whether text is letters and digits of ASCII with single blanks between, as most is."""
    # Not as one pattern: a repeated group would take a stack frame a word.
    blanks = lower.startswith(" ") | lower.endswith(" ") | lower.contains("  ")
    return lower.rlike("^[a-z0-9 ]+$") & ~blanks


def _folded(lower: Column) -> Column:
    visible = F.regexp_replace(lower, r"\p{Cf}", "")
    words = once(visible, lambda t: F.when(t.rlike(r"^\p{ASCII}*$"), t).otherwise(_unaccented(t)))
    joined = F.regexp_replace(words, f"[{_APOSTROPHES}]", "")
    return unless_empty(F.trim(F.regexp_replace(joined, r"[^\p{L}\p{M}\p{N}]+", " ")))


def fold_word(text: str) -> str:
    """What `fold` makes of a text, in Python: for the keys of a table of words; empty rather than null."""
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf").lower()
    accented, plain = _accents()
    joined = re.sub(f"[{_MARKS}{_APOSTROPHES}]", "", visible.translate(str.maketrans(accented, plain)))
    for letter, spelled in _SPELLED_OUT.items():
        joined = joined.replace(letter, spelled)
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in joined).split())


def title_case(text: Column) -> Column:
    """Title Case for text in upper or lower case only (O'Neil, Jean-Luc, McDonald); other text as given."""
    return once(text, lambda t: F.when((t == F.upper(t)) | (t == F.lower(t)), _titled(t)).otherwise(t))


def _titled(text: Column) -> Column:
    # initcap starts a word after a blank only, and no clean text holds control characters:
    # \u0001 with a blank starts a word inside a word, \u0002 for a blank keeps a small word small.
    lower = F.lower(text)
    inner = F.regexp_replace(
        lower, r"(?<=[\-./(&])(?=\p{L})|(?<=['\u2019])(?=\p{L}{3})|(?<=(?<!\p{L})mc)(?=\p{L}{2})", "\u0001 "
    )
    small = F.regexp_replace(inner, rf"(?<=[^ ]) (?=(?:{_SMALL_WORDS}) )", "\u0002")
    return F.replace(F.replace(F.initcap(small), F.lit("\u0001 "), F.lit("")), F.lit("\u0002"), F.lit(" "))


def _composed(text: Column) -> Column:
    # What Unicode's NFC does, for which Spark has no function.
    marked = F.regexp_extract_all(text, F.lit(r"(?s)(.[\u0300-\u036f]*)"), 1)
    letters = F.transform(marked, lambda m: F.coalesce(look_up(m, _compositions()), m))
    return F.when(text.rlike(r"[\u0300-\u036f]"), F.array_join(letters, "")).otherwise(text)


def _unaccented(text: Column) -> Column:
    accented, plain = _accents()
    letters = F.regexp_replace(F.translate(text, accented, plain), f"[{_MARKS}]", "")
    for letter, spelled in _SPELLED_OUT.items():
        letters = F.replace(letters, F.lit(letter), F.lit(spelled))
    return letters


@cache
def _compositions() -> dict[str, str]:
    decomposed = {unicodedata.normalize("NFD", letter): letter for letter in map(chr, _COMPOSED)}
    return {parts: letter for parts, letter in decomposed.items() if len(parts) > 1}


@cache
def _accents() -> tuple[str, str]:
    plain = dict(zip(*_PLAIN_LETTERS, strict=True))
    for letter in map(chr, _ACCENTED):
        parts = unicodedata.normalize("NFD", letter)
        if len(parts) > 1 and letter == letter.lower() and all(unicodedata.combining(c) for c in parts[1:]):
            plain[letter] = plain.get(parts[0], parts[0])
    return "".join(plain), "".join(plain.values())
