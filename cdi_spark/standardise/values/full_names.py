"""Full names, in either order and with their titles, split into given, middle and family name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cdi_spark.standardise.values.nicknames import is_known_given_name
from cdi_spark.standardise.values.text import clean_text, fold, title_case
from cdi_spark.standardise.values.titles import (
    INITIALS,
    LISTS,
    TEXTS,
    Word,
    Words,
    without_titles,
    words_by_comma,
)
from cdi_spark.standardise.values.word_lists import word_list


@dataclass(frozen=True)
class Name:
    """The parts of a person's name, of which the given or the family name is known."""

    given: str | None
    middle: str | None
    family: str | None


_PLACEHOLDERS = frozenset(word_list("text")["placeholders"])
_LISTED = _PLACEHOLDERS | {phrase.split()[0] for phrases in LISTS.values() for phrase in phrases}
_PATRONYMICS = tuple(LISTS["patronymics"])
_EAST_ASIAN = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_EAST_ASIAN_TITLES = tuple(TEXTS["east_asian_titles"].split())
_EAST_ASIAN_FAMILY_NAMES = {
    *TEXTS["chinese_family_names"],
    *TEXTS["korean_family_names"],
    *TEXTS["double_family_names"].split(),
}


def full_name(text: str) -> Name | None:
    """Split a full name; None when no name is left.

    - Reads "First Middle Last", "Last, First Middle" and "LAST First". After two or more words that begin with a
      known given name, the comma sets off a place or title (James Mackay, Inchcape), unless a given name follows.
    - Drops titles, ranks, peerages, degrees, birth names, and what is in brackets or quotes. Of two people
      (John & Mary Smith), returns the first.
    - Particles belong to the family name (van der Berg, de la Cruz, bin Salman).
    - A single word is the given name, or the family name when a title other than Sir or Dame is with it.
    - Chinese, Korean and Japanese names in their own script begin with the family name. In other names without a
      comma, the order and double family names (Gabriel García Márquez) cannot be known without the country: the
      first word is the given name, and words up to the last are middle names.

    >>> full_name("Dr. John Michael SMITH, MBA")
    Name(given='John', middle='Michael', family='Smith')
    >>> full_name("Hoeven, Piet van der")
    Name(given='Piet', middle=None, family='van der Hoeven')
    >>> full_name("Mr and Mrs Smith")
    Name(given=None, middle=None, family='Smith')
    """
    clean = clean_text(text)
    if clean is None:
        return None
    return _plain_name(clean) or _any_name(clean)


def _plain_name(text: str) -> Name | None:
    """Most names are plain words in order, perhaps behind a title; for them this is five times as fast."""
    title, _, name = text.partition(" ")
    if " " in name and title.rstrip(".").lower() in LISTS["honorifics"]:
        text = name
    lower = text.lower()
    words = lower.split(" ")
    if not (
        text.replace(" ", "").isalpha()
        and max(text) < "\u0250"
        and (text.istitle() or text == lower or text.isupper())
        and _LISTED.isdisjoint(words)
        and not lower.endswith(_PATRONYMICS)
        and "xx" not in lower
    ):
        return None
    given, *middle = (text if text.istitle() else title_case(text)).split(" ")
    family = middle.pop() if middle else None
    return Name(given, " ".join(middle) or None, family)


def _any_name(text: str) -> Name | None:
    parts, titled = without_titles(words_by_comma(text))
    if not parts:
        return None
    first, rest = parts[0], [word for part in parts[1:] for word in part]
    if not rest or _is_place(first, rest):
        return _in_order(_one_person(first), titled)
    return _by_comma(first, _one_person(rest))


def _is_place(before: Words, after: Words) -> bool:
    return (
        len(before) > 1
        and _is_known(before[0])
        and not _is_particle(before, 0)
        and not _is_known(after[0])
        and not INITIALS.fullmatch(after[0].text)
    )


def _is_known(word: Word) -> bool:
    """Whether it is a known given name, or two that begin with one (Jean-Pierre)."""
    first, *more = (fold(word.text) or "").split(" ")
    return is_known_given_name(first) and len(more) < 2


def _one_person(words: Words) -> Words:
    """The first of two people: John & Mary Smith; Smith and Jones; what is left of Mr and Mrs John Smith"""
    while words and words[0].key in LISTS["joiners"]:
        words = words[1:]
    for at, word in enumerate(words):
        first, second = words[:at], words[at + 1 :]
        if (word.key in LISTS["joiners"] and not _joins_places(first, second)) or (
            word.key in LISTS["joiners_or_not"] and word.lower and at == 1 and len(words) > 3
        ):
            shared = second[_family_start(second) :] if at == 1 and len(second) > 1 else ()
            return [*first, *shared]
    return words


def _joins_places(before: Words, after: Words) -> bool:
    """von und zu Guttenberg; of Saxe-Coburg and Gotha"""
    in_family_name = any(word.key in LISTS["particles"] for word in before[1:])
    return in_family_name and (len(after) == 1 or before[-1].key in LISTS["particles"])


def _by_comma(family: Words, rest: Words) -> Name | None:
    """Smith, John; Hoeven, Piet van der; Hoeven van der, Piet; Hoeven, van der, Piet"""
    particles = LISTS["trailing_particles"]
    start, end, last = 0, len(rest), len(family)
    while start < end and rest[start].lower and rest[start].key in particles:
        start += 1
    while end > start and rest[end - 1].lower in (True, None) and rest[end - 1].key in particles:
        end -= 1
    while last > 1 and family[last - 1].lower and family[last - 1].key in particles:
        last -= 1
    if start == end and last > 1:  # Piet Hoeven, van der
        return _in_order([*family[:-1], *rest, family[-1]], titled=False)
    names = rest[start:end]
    given = _given_length(names)
    return _name(names[:given], names[given:], [*rest[end:], *rest[:start], *family[last:], *family[:last]])


def _in_order(words: Words, titled: bool) -> Name | None:
    if not words:
        return None
    if all(_EAST_ASIAN.fullmatch(word.text) for word in words):
        return _east_asian([word.text for word in words])
    if all(word.text.isupper() for word in words):
        words = [word._replace(lower=None) for word in words]
    if turned := _family_words_in_front(words):
        return _by_comma(words[:turned], words[turned:])
    if words[0].key == "of":  # Duke of Leeds, without his title
        return _name((), (), words[1:])
    given, family = _given_length(words), _family_start(words)
    if (titled and len(words) <= given) or _is_family_name(words):
        return _name((), (), words)
    return _name(words[:given], words[given:family], words[family:])


def _is_family_name(words: Words) -> bool:
    """de Quincey; van den Berg; but Van Morrison"""
    return len(words) > 1 and (
        words[0].key in LISTS["leading_particles"]
        or f"{words[0].key} {words[1].key}" in LISTS["leading_particles"]
    )


def _given_length(words: Words) -> int:
    """St John and Abdul Rahman are one name, if a family name follows."""
    if len(words) > 1 and words[0].key in LISTS["given_beginnings"]:
        length = 3 if words[1].key in ("al", "el", "ur") else 2
        if len(words) > length or words[0].key == "st":
            return min(length, len(words))
    return min(1, len(words))


def _family_start(words: Words) -> int:
    """The first particle after the given name, or of words in capitals at the end; else the last word."""
    given, last = _given_length(words), len(words) - 1
    for at in range(given, last):
        if _is_particle(words, at) or (at + 1 < last and _joins_family_names(words, at + 1)):
            return at
    start = max(given, last)
    while start > given and _is_capitals(words[last]) and _is_capitals(words[start - 1]):
        start -= 1
    return start


def _is_particle(words: Words, at: int) -> bool:
    key, after = words[at].key, words[at + 1].key if at + 1 < len(words) else ""
    return (
        key in LISTS["particles"]
        or (key in LISTS["particles_or_names"] and bool(words[at].lower))
        or (key in LISTS["prepositions"] and after in LISTS["articles"])
        or (key.endswith("'") and len(key) < 6)
    )


def _joins_family_names(words: Words, at: int) -> bool:
    """Ortega y Gasset; Costa e Silva; ORTEGA Y GASSET, but initials: JOHN PAUL E SMITH"""
    key, lower = words[at].key, words[at].lower
    if key not in LISTS["family_joiners"] or lower:
        return key in LISTS["family_joiners"]
    return key == "y" and (lower is None or (_is_capitals(words[at - 1]) and _is_capitals(words[at + 1])))


def _is_capitals(word: Word) -> bool:
    """Whether a word stands out by its capitals and is no row of initials (JRR)."""
    text = word.text
    is_word = len(text) > 3 or (len(text) == 3 and (not text.isascii() or any(v in text for v in "AEIOUY")))
    return word.lower is False and text.isupper() and is_word and not INITIALS.fullmatch(text)


def _family_words_in_front(words: Words) -> int:
    """SMITH John; van der BERG Jan; Иванов Иван Иванович; Tolkien J. R. R."""
    if len(words) < 2:
        return 0
    at = 0
    while at < len(words) and (_is_capitals(words[at]) or (words[at].lower and _is_particle(words, at))):
        at += 1
    if 0 < at < len(words) and _is_capitals(words[at - 1]) and not _is_capitals(words[-1]):
        return at
    if is_known_given_name(words[0].key) or INITIALS.fullmatch(words[0].text):
        return 0
    rest = [word.text for word in words[1:]]
    if all(map(INITIALS.fullmatch, rest)) and sum(map(str.isalpha, "".join(rest))) > 1:
        return 1
    if len(words) == 3 and words[2].key.endswith(_PATRONYMICS) and not words[1].key.endswith(_PATRONYMICS):
        return 1
    return 0


def _east_asian(words: list[str]) -> Name | None:
    """王小明, 김민준, 山田 太郎; Japanese names without a space stay whole."""
    *earlier, last = words
    name = next((bare for title in _EAST_ASIAN_TITLES if (bare := last.removesuffix(title)) != last), last)
    words = [word for word in (*earlier, name) if word]
    if len(words) > 1:
        return Name("".join(words[1:]), None, words[0])
    if not words:
        return None
    if "・" in words[0]:
        given, *middle = words[0].replace("・", " ").split()
        family = middle.pop() if middle else None
        return Name(given, " ".join(middle) or None, family)
    for length in (2, 1):
        if length < len(words[0]) <= length + 2 and words[0][:length] in _EAST_ASIAN_FAMILY_NAMES:
            return Name(words[0][length:], None, words[0][:length])
    titled = name != last and len(words[0]) < 3
    return Name(None, None, words[0]) if titled else Name(words[0], None, None)


def _name(given: Words, middle: Words, family: Words) -> Name | None:
    name = Name(_part(given), _part(middle), _part(family, after_given=True))
    return name if name.given or name.family else None


def _part(words: Words, after_given: bool = False) -> str | None:
    if not words:
        return None
    if len(words) == 1:
        word, key = words[0].text, words[0].key
        return None if key in _PLACEHOLDERS or (len(key) > 1 and not key.strip("x")) else title_case(word)
    text = " ".join([word.text for word in words])
    if not text.isupper():  # de GAULLE
        cased = (title_case(w.text) if w.text.isupper() and len(w.text) > 1 else w.text for w in words)
        text = " ".join(cased)
    # Only behind another word does title_case keep a particle small.
    return title_case(f"- {text}")[2:] if after_given else title_case(text)
