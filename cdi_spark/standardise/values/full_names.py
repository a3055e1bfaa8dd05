"""Full names, in either order and with their titles, split into given, middle and family name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cdi_spark.standardise.values.companies import COMPANY_WORDS, is_company, is_role
from cdi_spark.standardise.values.couples import BETWEEN, JOINERS, is_given_alone, people
from cdi_spark.standardise.values.east_asian_names import east_asian_parts, is_east_asian
from cdi_spark.standardise.values.family_names import FIRST_OF_TWO, family_start, given_length, is_particle
from cdi_spark.standardise.values.given_names import is_frequent_given_name
from cdi_spark.standardise.values.name_order import (
    PATRONYMICS,
    WORDS_AT_THE_END,
    WORDS_IN_FRONT,
    family_words_in_front,
    parts_by_language,
)
from cdi_spark.standardise.values.nicknames import is_known_given_name
from cdi_spark.standardise.values.text import clean_text, fold, title_case
from cdi_spark.standardise.values.titles import (
    INITIALS,
    LISTS,
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
_ARTICLES = ("le", "la", "les", "lo")
_LISTED = (
    _PLACEHOLDERS | {phrase.split()[0] for phrases in LISTS.values() for phrase in phrases} | COMPANY_WORDS
)


def full_name(text: str) -> Name | None:
    """Split a full name; None when no name is left, and for companies, posts and departments.

    - Reads "First Middle Last", "Last, First Middle" and "LAST First". After two or more words that begin with a
      known given name, the comma sets off a place or title (James Mackay, Inchcape), unless a given name follows.
    - Drops titles, ranks, peerages, degrees, birth names, and what is in brackets or quotes.
    - Of a couple with one family name, the given name names both (Rob & Beth); of two people with two family names
      (John Smith & Mary Jones), returns the first.
    - Particles belong to the family name (van der Berg, de la Cruz, bin Salman), and so does the first of two Spanish
      or Portuguese family names that are frequent (Gabriel García Márquez).
    - A single word is the given name, or the family name when a title other than Sir or Dame is with it.
    - The family name comes first in Chinese, Korean and Japanese script; and where a patronymic, or a frequent family
      name of Hungary, China, Korea, Japan or Vietnam with a given name of the language, tells. In other names without
      a comma, the first word is the given name, and words up to the last are middle names.
    - Null and None are family names where they are written like the given name beside them (Jennifer Null).

    >>> full_name("Dr. John Michael SMITH, MBA")
    Name(given='John', middle='Michael', family='Smith')
    >>> full_name("Hoeven, Piet van der")
    Name(given='Piet', middle=None, family='van der Hoeven')
    >>> full_name("Mr R and Mrs J Okonjo"), full_name("Mr and Mrs Smith")
    (Name(given='R & J', middle=None, family='Okonjo'), Name(given=None, middle=None, family='Smith'))
    >>> full_name("Accounts Payable") is None, full_name("Acme Ltd") is None
    (True, True)
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
        and words[0] not in WORDS_IN_FRONT
        and words[-1] not in WORDS_AT_THE_END
        and not lower.endswith(PATRONYMICS)
        and (len(words) < 3 or not (len(words) == 4 or words[-2] in FIRST_OF_TWO or words[-2].endswith("ez")))
        and "xx" not in lower
    ):
        return None
    given, *middle = (text if text.istitle() else title_case(text)).split(" ")
    family = middle.pop() if middle else None
    return Name(given, " ".join(middle) or None, family)


def _any_name(text: str) -> Name | None:
    before, semicolon, _ = text.partition(";")
    # Smith, John; Jones, Mary
    segments = words_by_comma(before if semicolon and "," in before else text)
    keys = {word.key for words in segments for word in words}
    is_of_one = JOINERS.isdisjoint(keys)
    is_listed = not (is_of_one and COMPANY_WORDS.isdisjoint(keys)) or len(keys) == 1
    if is_listed and (is_role(segments) or is_company(segments)):
        return None
    parts, titled = without_titles(segments)
    if not parts:
        return None
    first, rest = parts[0], [word for part in parts[1:] for word in part]
    if is_of_one:
        return _in_order(first, titled) if not rest or _is_place(first, rest) else _by_comma(first, rest)
    if not rest or _is_place(first, rest):
        return _of_people(people(first), titled)
    if len(parts) > 2 and len(people(parts[1])) > 1:  # Smith, John & Jones, Mary
        return _by_comma(first, people(parts[1])[0])
    return _people_by_comma(first, people(rest))


def _is_place(before: Words, after: Words) -> bool:
    return (
        len(before) > 1
        and _is_known(before[0])
        and not is_particle(before, 0)
        and not _is_known(after[0])
        and not INITIALS.fullmatch(after[0].text)
    )


def _is_known(word: Word) -> bool:
    """Whether it is a known given name, or two that begin with one (Jean-Pierre)."""
    first, *more = (fold(word.text) or "").split(" ")
    return is_known_given_name(first) and len(more) < 2


def _of_people(persons: list[Words], titled: bool) -> Name | None:
    """Rob & Beth Eddowes; John Smith and Mary; Hans Müller und Erna Müller; of other people, the first"""
    if not persons:
        return None
    first, *others = persons
    if not others:
        return _in_order(first, titled)
    last = others[-1]
    if is_given_alone(first):
        if len(last) == 1 and titled and not is_frequent_given_name(last[0].text):
            return _name((), (), first)  # Messrs. Smith and Jones
        name = _in_order(last, titled=False) if len(last) > 1 else Name(None, None, None)
        between = [_part(one[: given_length(one)]) for one in others[:-1]]
        own = _given_of(name) if len(last) > 1 else _part(last)
        return _joint(name, [_part(first[:1]), *between, own])
    name = _in_order(_turned(first, last), titled)
    givens = [_given_of_same_family(other, name) for other in others]
    return _joint(name, [_given_of(name), *givens])


def _given_of(name: Name | None) -> str | None:
    return None if name is None else name.given


def _turned(first: Words, last: Words) -> Words:
    """The words in order: Smith John & Mary has no other family name, and John is a given name."""
    is_given = [is_frequent_given_name(word.text) for word in first]
    if is_given_alone(last) and len(first) == 2 and is_given == [False, True]:
        return [first[1], first[0]]
    return first


def _given_of_same_family(words: Words, name: Name | None) -> str | None:
    """The given name of another person, unless another family name is with it."""
    if is_given_alone(words):
        return _part(words[:1]) if is_frequent_given_name(words[0].text) or len(words[0].key) < 3 else None
    other = _in_order(words, titled=False)
    if name is None or other is None or name.family is None or other.family is None:
        return None
    return other.given if fold(other.family) == fold(name.family) else None


def _joint(name: Name | None, givens: list[str | None]) -> Name | None:
    """The name with the given names of both people; middle names, which are one person's, are left out."""
    if name is None:
        return None
    known = [given for given in givens if given]
    if len(known) < 2:
        return replace(name, given=known[0]) if known else name if name.family else None
    return Name(BETWEEN.join(known), None, name.family)


def _people_by_comma(family: Words, persons: list[Words]) -> Name | None:
    """Smith, John & Mary"""
    if not persons:
        return _in_order(family, titled=False)
    *others, last = persons
    name = _by_comma(family, last)
    if not others:
        return name
    return _joint(name, [*(_part(one[: given_length(one)]) for one in others), _given_of(name)])


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
    # The family name stands elsewhere, so that all words here may be given names (María del Carmen).
    given = given_length([*names, *family]) if len(names) > 1 else len(names)
    return _name(names[:given], names[given:], [*rest[end:], *rest[:start], *family[last:], *family[:last]])


def _in_order(words: Words, titled: bool) -> Name | None:
    if not words:
        return None
    if all(is_east_asian(word.text) for word in words):
        given, middle, family = east_asian_parts([word.text for word in words])
        return Name(given, middle, family) if given or family else None
    if all(word.text.isupper() for word in words):
        words = [word._replace(lower=None) for word in words]
    if parts := parts_by_language(words):
        return _name(*parts)
    if turned := family_words_in_front(words):
        return _by_comma(words[:turned], words[turned:])
    if words[0].key == "of":  # Duke of Leeds, without his title
        return _name((), (), words[1:])
    count, start = given_length(words), family_start(words)
    if (titled and len(words) <= count) or _is_family_name(words):
        return _name((), (), words, titled=titled)
    return _name(words[:count], words[count:start], words[start:])


def _is_family_name(words: Words) -> bool:
    """de Quincey; van den Berg; Costa e Silva; but Van Morrison"""
    if len(words) == 3 and words[1].lower and words[1].key in LISTS["family_joiners"]:
        return not is_frequent_given_name(words[0].text)
    return len(words) > 1 and (
        words[0].key in LISTS["leading_particles"]
        or f"{words[0].key} {words[1].key}" in LISTS["leading_particles"]
    )


def _name(given: Words, middle: Words, family: Words, titled: bool = False) -> Name | None:
    first = _part(given)
    is_null = len(family) == 1 and family[0].key in LISTS["family_names_or_placeholders"]
    if is_null and (first or titled) and _is_written_as_name(family[0]):
        last: str | None = title_case(family[0].text)
    else:
        last = _part(family, after_given=True)
    return Name(first, _part(middle), last) if first or last else None


def _is_written_as_name(word: Word) -> bool:
    """Null, or JENNIFER NULL; software writes null, or Jennifer NULL, where it has no value."""
    return word.text.istitle() or (word.lower is None and word.text.isupper())


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
    # Only behind another word does title_case keep a particle small. Articles are not small there (Le Gall).
    is_small = after_given and words[0].key not in _ARTICLES
    return title_case(f"- {text}")[2:] if is_small else title_case(text)
