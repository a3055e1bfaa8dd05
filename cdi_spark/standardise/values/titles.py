"""The words of a full name without titles, peerages, degrees and birth names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cdi_spark.standardise.values.word_lists import word_list


class Word(NamedTuple):
    """A word of a name; `lower` is None where the whole text has one case."""

    text: str
    key: str  # as words/names.yml spells it
    lower: bool | None


Words = Sequence[Word]

TEXTS = word_list("names")
LISTS = {name: frozenset(text.split(", ")) for name, text in TEXTS.items()}
LETTER = r"[^\W\d_]"
INITIALS = re.compile(rf"(?:{LETTER}\.-?)+{LETTER}?\.?|{LETTER}")
COMPANIES = {name: frozenset(text.split(", ")) for name, text in word_list("companies").items()}

_RANKS = LISTS["ranks"] | {f"{grade} {rank}" for grade in LISTS["rank_grades"] for rank in LISTS["ranks"]}
_DEGREES = LISTS["post_nominals"] | LISTS["post_nominals_or_names"]
_ORDINALS = frozenset(f"{number}{ending}" for number in range(1, 100) for ending in ("st", "nd", "rd", "th"))
_BEGIN_PEERAGE = LISTS["peerages"] | {"lord", "lady", "of", "baronet", "bt"} | _ORDINALS
_AFTER_ORDINAL = LISTS["peerages"] | {"baronet", "bart", "bt"}
_PARTICLES = LISTS["particles"] - {"of"}
_JOINERS = LISTS["joiners"] | LISTS["joiners_or_not"]
_TITLES = _RANKS.union(
    *(LISTS[name] for name in ("honorifics", "knightly", "subjects", "ranks_or_names", "noble_titles")),
    {"m"},
)
_LISTED = _TITLES.union(
    _BEGIN_PEERAGE,
    _DEGREES,
    *(LISTS[name] for name in ("other_names", "care_of")),
    *(COMPANIES[name] for name in ("legal_forms", "dotted_forms", "trades")),
)
_WITH_DOT = frozenset(phrase for phrase in _LISTED if phrase.endswith("."))


def _with_first_words(phrases: frozenset[str]) -> frozenset[str]:
    return phrases | {phrase.split()[0] for phrase in phrases}


# Where a phrase may begin. Hyphens join the words of a phrase to one (Maj.-Gen.), so it is looked up whole, too.
_TITLES_FIRST = _with_first_words(_TITLES)
_LISTED_FIRST = frozenset(phrase.replace(".", "") for phrase in _with_first_words(_LISTED))
# How many words the longest phrase has that begins so.
_LONGEST = {
    phrase.split()[0]: phrase.count(" ") + 1 for phrase in sorted(_LISTED, key=lambda p: p.count(" "))
}
_LAST_WORDS = frozenset(phrase.split()[-1] for phrase in _DEGREES | COMPANIES["legal_forms"])

# Words and commas after this many are not read, so that no text takes more than 10 ms.
_MOST_WORDS = 100
_COMMAS = ",;\uff0c\u3001"
_TOKEN = re.compile(rf"[{_COMMAS}]|[&+]|[^\s{_COMMAS}&+:*_|<>\"“”()\[\]]+")
_QUOTED = re.compile(r"\A(?:[\"“„«]([^\"“”«»]*+)[\"”“»]|'([^']++)'\Z)")
_ASIDE = re.compile(
    r"\([^)]*+\)?|\uff08[^\uff09]*+\uff09?|\[[^\]]*+\]?|\"[^\"]*+\"|[“„][^“”„]*+[”“]|«[^«»]*+»"
    r"|(?<= )['\u2018][^'\u2019]++['\u2019](?=[ ,]|\Z)"
)
_HYPHEN = re.compile(rf"(?<={LETTER}) ?- ?(?={LETTER})")
# Gershayim, which Hebrew writes inside an abbreviation.
_GERSHAYIM = re.compile('(?<=[\u05d0-\u05ea])["\u05f4](?=[\u05d0-\u05ea])')
_TO_TIDY = re.compile(r"[\"“„«'\u2018(\uff08\[\u05f4]| -|- |&amp;")
_WORD_AFTER_DOT = re.compile(rf"(?<={LETTER}\.)(?={LETTER}{{2}})")


def words_by_comma(text: str) -> list[Words]:
    """The words between commas, without what is in brackets or quotes, numbers and symbols.

    >>> [[word.text for word in words] for words in words_by_comma('Smith, "Bob" john.robert 2')]
    [['Smith'], ['john', 'robert']]
    >>> words_by_comma("Müller, Dipl.-Ing. (FH)")[1][0].key
    'dipl ing'
    >>> words_by_comma("123")
    []
    """
    if _TO_TIDY.search(text):
        text = _GERSHAYIM.sub("", text.replace("&amp;", "&"))
        text = _HYPHEN.sub("-", _ASIDE.sub(" ", _QUOTED.sub(r"\1\2", text)))
    one_case = text == text.lower() or text == text.upper()
    segments: list[list[Word]] = [[]]
    for token in _TOKEN.findall(text)[:_MOST_WORDS]:
        if token in _COMMAS:
            segments.append([])
        elif "@" not in token:
            for word in _parts(token) if "." in token[:-1] or "/" in token else [token]:
                if word.isalpha() or word in "&+/" or any(map(str.isalpha, word)):
                    segments[-1].append(Word(word, _key(word), None if one_case else word.islower()))
    return [words for words in segments if words]


def _parts(token: str) -> list[str]:
    """john.smith is two words, and so is h.o.forbes; Ph.D. is one. Mr/Mrs is three, c/o is one."""
    if _key(token) in _LISTED:
        return [token]
    first, *others = token.split("/")
    if others and min(map(len, (first, *others))) > 1:
        return [*_parts(first), *(word for other in others for word in ("/", *_parts(other)))]
    *words, last = _WORD_AFTER_DOT.split(token)
    return [*map(_without_full_stop, words), last]


def _without_full_stop(word: str) -> str:
    is_short = len(word) < 4 or INITIALS.fullmatch(word) or _key(word) in _LISTED
    return word if is_short else word.rstrip(".")


def _key(word: str) -> str:
    key = word.lower()
    if key.isalpha():
        return key
    key = key.replace("\u2019", "'")
    if "." in key and (key in _WITH_DOT or (len(key) > 2 and INITIALS.fullmatch(key))):
        return key
    return key.replace(".", "").replace("-", " ")


def without_titles(segments: list[Words]) -> tuple[list[Words], bool]:
    """Return the words that are names, and whether they had a title that goes with a family name.

    After two or more words, a place does not count as a name (Thomas Ashton of Hyde).

    >>> parts, titled = without_titles(words_by_comma("Smith, Dr. John, MBA"))
    >>> [[word.text for word in words] for words in parts], titled
    ([['Smith'], ['John']], True)
    >>> without_titles(words_by_comma("Sir John"))[1]
    False
    """
    # Most words are in no list; one check of all words at once is fastest.
    keys = {word.key.replace(".", "") for words in segments for word in words}
    if _LISTED_FIRST.isdisjoint(keys):
        return segments, False
    if not _BEGIN_PEERAGE.isdisjoint(keys):
        segments = _without_peerage(segments)
    parts: list[Words] = []
    titled = False
    for segment in segments:
        words, has_title = _without_honorifics(
            _without_other_names(segment, later=bool(parts)), later=bool(parts)
        )
        if not words and not parts and len(segment) == 1 < len(segments):
            words, has_title = segment, False  # Lord, John
        words = _without_degrees(words, before=sum(map(len, parts)), has_title=len(words) < len(segment))
        titled |= has_title
        first = 1 if any(word.key in LISTS["titles_of_peers"] for word in segment) else 2
        place = next((at for at, word in enumerate(words) if at >= first and word.key == "of"), None)
        if words:
            parts.append(words[:place])
        if place and len(parts) == 1:
            break
    return parts, titled


def phrase_length(words: Words, at: int, phrases: frozenset[str]) -> int:
    """How many words from there on the longest of the listed phrases takes; 0 for none.

    >>> [words] = words_by_comma("Rt. Hon. John Smith")
    >>> phrase_length(words, 0, LISTS["honorifics"]), phrase_length(words, 2, LISTS["honorifics"])
    (2, 0)
    """
    longest = min(_LONGEST.get(words[at].key, 1), len(words) - at)
    for count in range(longest, 1, -1):
        if " ".join([word.key for word in words[at : at + count]]) in phrases:
            return count
    return int(words[at].key in phrases)


def last_phrase_length(words: Words, phrases: frozenset[str]) -> int:
    """How many of the last words the longest of the listed phrases takes; 0 for none.

    >>> last_phrase_length(words_by_comma("Nowak Sp. z o.o.")[0], COMPANIES["legal_forms"])
    3
    """
    if words[-1].key.replace(".", "") not in _LAST_WORDS:
        return 0
    for count in range(min(3, len(words)), 0, -1):
        if " ".join(word.key.replace(".", "") for word in words[-count:]) in phrases:
            return count
    return 0


def _without_peerage(segments: list[Words]) -> list[Words]:
    """robert radcliffe, 1st sussex; john 3rd earl of derby; anne, countess of bedford; john starkey, baronet"""
    kept: list[Words] = []
    for words in segments:
        if not kept and words[0].key in _ORDINALS:
            words = words[2 if len(words) > 1 and words[1].key in _AFTER_ORDINAL else 1 :]
        for at in range(0 if kept else 1, len(words)):
            if _begins_peerage(words, at, before=kept[0] if kept and at == 0 else ()):
                return [*kept, words[:at]] if at else kept
        if words:
            kept.append(words)
    return kept


def _begins_peerage(words: Words, at: int, before: Words) -> bool:
    key, after = words[at].key, words[at + 1].key if at + 1 < len(words) else ""
    if key in _ORDINALS or (key in LISTS["peerages"] and after == "of"):
        return True
    if key in ("of", "baronet", "bt"):
        return bool(before)
    # William Napier, Lord Napier; but Russell, Lord John is a family name and a given name.
    return len(before) > 1 and bool(after) and key in _BEGIN_PEERAGE


def _without_other_names(words: Words, later: bool) -> Words:
    """Anna Schmidt geb. Maier; John Smith c/o Jones"""
    words = words[phrase_length(words, 0, LISTS["care_of"]) :]
    for at in range(0 if later else 1, len(words) - 1):
        word = words[at]
        if phrase_length(words, at, LISTS["other_names"]) and (
            word.lower is not False or word.text.endswith(".")
        ):
            return words[:at]
    return words


def _without_honorifics(words: Words, later: bool) -> tuple[Words, bool]:
    """The words without titles, and whether there was one that goes with a family name."""
    kept: list[Word] = []
    titled = False
    at = after_title = 0
    while at < len(words):
        count = 0
        if words[at].key in _TITLES_FIRST or at == after_title:
            count = phrase_length(words, at, LISTS["honorifics"]) or (
                not kept and phrase_length(words, at, _RANKS)
            )
            titled |= count > 0
            count = count or _is_other_title(
                words, at, front=not kept, after_title=0 < at == after_title, later=later
            )
        if count:
            after_title = at + count
        else:
            kept.append(words[at])
        at += max(count, 1)
    return kept, titled


def _is_other_title(words: Words, at: int, *, front: bool, after_title: bool, later: bool) -> bool:
    """Sir; Dr. med.; Herr und Frau; Otto Graf Lambsdorff; Earl John Smith; M. et Mme Dupont"""
    word, *after = words[at:]
    if word.key in LISTS["knightly"]:
        return True
    if after_title and word.key in LISTS["subjects"]:
        return bool(word.lower) or "." in word.text
    if after_title and word.key in _JOINERS and (word.lower is not False or not word.text.isalpha()):
        return bool(after) and after[0].key in _TITLES_FIRST and not word.text.endswith(".")
    if not front:
        return (bool(after) or later) and phrase_length(words, at, LISTS["noble_titles"]) > 0
    if len(after) < 2:
        return False
    if word.text == "M.":  # M. et Mme Dupont; M. Jean DUPONT; but M. Jean Dupont has an initial
        is_couple = after[0].key in _JOINERS and after[1].key in _TITLES
        return is_couple or (
            after[-1].lower is False and after[-1].text.isupper() and len(after[-1].text) > 3
        )
    # Dean Smith is a dean only with another name (Dean John Smith, but Dean van de Ven).
    is_before_name = after[0].key not in _PARTICLES or word.key in LISTS["noble_titles"]
    return word.key in LISTS["ranks_or_names"] and is_before_name


def _without_degrees(words: Words, before: int, has_title: bool) -> Words:
    """John Smith Jr MBA; John Smith, MA: what may be a name too must be set off, and leave two words."""
    only_degrees = before > 1 and all(word.key.replace(".", "") in _DEGREES for word in words)
    while words:
        last = words[-1]
        count = last_phrase_length(words, LISTS["post_nominals"])
        if "." in last.key or not count:
            set_off = only_degrees or "." in last.text or (last.lower is False and last.text.isupper())
            count = last_phrase_length(words, _DEGREES) if set_off and before + len(words) > 2 else 0
        if not count or before + len(words) + has_title == count:
            break
        words = words[:-count]
    return words
