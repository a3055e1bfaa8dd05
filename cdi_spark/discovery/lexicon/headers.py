"""What the words in the name of a column or a file mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import chain

from cdi_spark.discovery.lexicon.vocabulary import fold, group_by_word, load_lists, word_set
from cdi_spark.schema import FOUND_BY

_LISTS = load_lists("headers")
_REFERENCES = load_lists("references")
_FULL_WORDS = group_by_word(_LISTS["abbreviations"])
_JOINING = word_set(_LISTS["joining_words"])
_THINGS = word_set(_LISTS["thing_subjects"])
_QUESTION_WORDS = word_set(_LISTS["question_words"])
_OWNED = word_set(_LISTS["owned_by_staff"])
_LABEL_WORDS = word_set(_LISTS["label_words"])
_NUMBER_AT_END = re.compile(r"(?<=\w{3})(?:nummer|numero|numer|nr)$")
_IN_ADDRESS = frozenset(("city", "region", "postcode", "postcode_city", "country", "house_number", "email"))


def canon(word: str) -> str:
    """The spelling under which ä, a and ae are equal, in headers and in the words that they are compared with."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _canonical_set(name: str) -> frozenset[str]:
    return frozenset(map(canon, word_set(_LISTS[name])))


_ID_WORDS = _canonical_set("id_words")
_PERSON_SUBJECTS = _canonical_set("person_subjects")
_CONTEXT = _PERSON_SUBJECTS | _canonical_set("context")
_OTHER = _canonical_set("about_something_else")
_LABELS = _canonical_set("labels")
_ANOTHER_PERSON = frozenset(map(canon, word_set(_REFERENCES["another_person"])))


def tokens_of(name: str) -> list[str]:
    """The words of a name, folded and without abbreviations: KUNDE_GebDat, custFirst nm, e-mail (1)."""
    joined = re.sub(r"(?i)(?<![a-z])e[ _-]mail", "email", name)
    camel = re.sub(r"(?<=[a-zà-öø-ÿ\d])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])", " ", joined)
    apart = re.sub(r"(?<=[^\W\d_]{2})(?=\d)|(?<=\d)(?=[^\W\d_]{2})", " ", camel)
    words = fold(apart.replace("_", " ").replace("#", " number ")).split()
    if {"what", "your"} & set(words):
        # The header is a question of a form.
        words = [word for word in words if word not in _QUESTION_WORDS]
    return [_spell(word) for word in words]


def _spell(word: str) -> str:
    """The spelling under which words are compared."""
    return _FULL_WORDS.get(word) or canon(_NUMBER_AT_END.sub("number", word))


@cache
def find_meanings(name: str, *, context: frozenset[str] = frozenset()) -> dict[str, float]:
    """The meanings that a column's name may have, each with the share of the name that supports it (0 to 1).

    Args:
        context: words without meaning here, such as a prefix of all columns of the table.
    """
    tokens = tokens_of(name)
    if not tokens:
        return {}
    found = _match_phrases(tokens, context)
    bare = [token for token in tokens if token not in _JOINING]
    if bare and bare != tokens:
        found = {
            m: max(found.get(m, 0.0), score) for m, score in (found | _match_phrases(bare, context)).items()
        }
    if not found and not any(t in _OTHER for t in tokens):
        found = _match_inside("".join(tokens), _phrases_by_use()[1])
    if _names_both_parts(tokens):
        found = {"full_name": 1.0} | {m: min(score, 0.9) for m, score in found.items() if m != "full_name"}
    if found.keys() & _IN_ADDRESS and "street" not in tokens:
        # "Address 1 - City" is a city.
        found.pop("street", None)
        found.pop("unit", None)
    return found


def _match_phrases(tokens: list[str], context: frozenset[str]) -> dict[str, float]:
    whole, inside = _phrases_by_use()
    found: dict[str, float] = {}
    for length in range(min(len(tokens), 5), 0, -1):
        for start in range(len(tokens) - length + 1):
            phrase = "".join(tokens[start : start + length])
            others = tokens[:start] + tokens[start + length :]
            foreign = [
                t for t in others if t not in _CONTEXT and t not in context and not t.isdigit() and len(t) > 1
            ]
            negated = any(t in _OTHER for t in others)
            for meaning in (*whole.get(phrase, ()), *inside.get(phrase, ())):
                is_whole = phrase in whole and meaning in whole[phrase]
                if (
                    negated
                    or (is_whole and foreign)
                    or (is_whole and _is_id(others) and meaning != "record_id")
                ):
                    continue
                score = 1 - len(foreign) / (len(tokens) + 1) - 0.02 * (len(others) - len(foreign))
                found[meaning] = max(found.get(meaning, 0.0), round(score, 3))
    return found


def _names_both_parts(tokens: Sequence[str]) -> bool:
    """Whether a column's name covers both given and family name: vorname_und_nachname."""
    whole, inside = _phrases_by_use()
    meanings = {meaning for t in tokens for meaning in (*whole.get(t, ()), *inside.get(t, ()))}
    return {"given_name", "family_name"} <= meanings


def find_id_subject(name: str) -> str | None:
    """The thing that an id identifies: "customer" for customer_no, "" for id, null for a name that is no id."""
    tokens = [t for t in tokens_of(name) if not t.isdigit()]
    glued = (
        re.fullmatch(r"(\w{3,}?)(id|nr|no|nummer|number|code|ref|key|numero)", "".join(tokens))
        if tokens
        else None
    )
    if len(tokens) == 1 and glued and tokens[0] not in _ID_WORDS:
        tokens = [_FULL_WORDS.get(glued[1], glued[1]), "id"]
    if not tokens or not any(t in _ID_WORDS for t in tokens):
        return None
    subjects = [
        t
        for t in tokens
        if t not in _ID_WORDS and (t not in _CONTEXT or t in _PERSON_SUBJECTS or t in _THINGS)
    ]
    return "".join(subjects)


def find_national_id_kind(name: str) -> str:
    """The document or register that a header names: "ssn" for Soc_Sec_No; empty for one that names none."""
    tokens = tokens_of(name)
    for length in range(len(tokens), 0, -1):
        for start in range(len(tokens) - length + 1):
            if kind := _national_id_kinds().get("".join(tokens[start : start + length])):
                return kind
    return ""


def is_person_subject(subject: str) -> bool:
    """Whether the thing that an id identifies is a person or a person's account."""
    return bool({subject, subject.rstrip("s")} & _PERSON_SUBJECTS) or any(
        subject.startswith(word) or subject.endswith(word) for word in _PERSON_SUBJECTS if len(word) >= 5
    )


def names_person(name: str) -> bool:
    """Whether a word of a name means people: customers, Kunden, user_export."""
    tokens = tokens_of(name)
    return any(t in _PERSON_SUBJECTS or t.rstrip("s") in _PERSON_SUBJECTS for t in tokens)


def is_opaque(name: str) -> bool:
    """Whether a name has no meaning: _c3, col_1, V7, x."""
    return bool(
        re.fullmatch(
            r"(?i)_?[a-z]|_?(?:[a-z]|col|column|field|feld|var|attr|spalte|colonne|unnamed)?[ _.:-]*\d+", name
        )
    )


def is_label(name: str) -> bool:
    """Whether a name is one of a label: a column of which records are one person."""
    tokens = [t for t in tokens_of(name) if not t.isdigit()]
    return "".join(tokens) in _LABELS or any(t in _LABEL_WORDS for t in tokens)


def is_about_another(name: str) -> bool:
    """Whether a name means another person, or a fact about a value and not the value."""
    tokens = set(tokens_of(name))
    return bool(tokens & _OTHER) or ("owner" in tokens and bool(tokens & _OWNED))


def names_another_person(name: str) -> bool:
    """Whether a number is that of another person by its name: referred_by, parent account, geworben von."""
    return any(
        token in _ANOTHER_PERSON or any(token.startswith(word) for word in _ANOTHER_PERSON if len(word) >= 6)
        for token in tokens_of(name)
    )


def names_version_date(name: str) -> bool:
    """Whether a date says since when a row holds, or of when it is: as of, valid from, Stand, mis à jour."""
    tokens = [token for token in tokens_of(name) if not token.isdigit()]
    bare = [token for token in tokens if token not in _JOINING]
    return bool({"".join(tokens), "".join(bare)} & _version_dates())


def find_common_prefixes(names: Sequence[str]) -> frozenset[str]:
    """First words that many columns of a table share and that therefore mean nothing: PT_DOB, PT_SEX, PT_ZIP."""
    firsts = Counter(tokens[0] for tokens in map(tokens_of, names) if len(tokens) > 1)
    return frozenset(word for word, times in firsts.items() if times >= max(3, 0.25 * len(names)))


def _is_id(tokens: list[str]) -> bool:
    return any(t in ("id", "ids", "uuid", "guid", "key", "ref") for t in tokens)


def _match_inside(joined: str, inside: dict[str, list[str]]) -> dict[str, float]:
    """The meanings of the longest word of six or more letters inside a compound name (kundenvorname)."""
    hits = [
        (len(phrase), meanings)
        for phrase, meanings in inside.items()
        if len(phrase) >= 6 and phrase in joined
    ]
    if not hits:
        return {}
    longest = max(hits)[0]
    score = 0.4 + 0.4 * longest / len(joined)
    return {
        meaning: round(score, 3) for length, meanings in hits if length == longest for meaning in meanings
    }


@cache
def _national_id_kinds() -> dict[str, str]:
    return {_spell(word): kind for word, kind in group_by_word(_LISTS["national_id_kinds"]).items()}


@cache
def _version_dates() -> frozenset[str]:
    return frozenset(_spell(word) for word in word_set(_REFERENCES["version_dates"]))


@cache
def _phrases_by_use() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The meanings of each phrase: of phrases that must be the whole name, and of those that may be a part of it."""
    whole: dict[str, list[str]] = {}
    inside: dict[str, list[str]] = {}
    own = (found_by.words.items() for found_by in FOUND_BY.values())
    changed = (("updated_at", _REFERENCES["updated_at"]),)
    for meaning, phrases in chain(_LISTS["meanings"].items(), changed, *own):
        for phrase in phrases.split():
            target = whole if phrase.endswith("!") else inside
            target.setdefault(_spell(phrase.rstrip("!")), []).append(meaning)
    return whole, inside
