"""What the words of a column's or file's name say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from cdi_spark.discovery.vocabulary import (
    CONTEXT,
    EVENT_KINDS,
    ID_WORDS,
    LABELS,
    MEANINGS,
    OTHER,
    PERSON_SUBJECTS,
)
from cdi_spark.standardise.text import fold_word

_SHORT = {
    "nm": "name", "nme": "name", "nam": "name", "dt": "date", "dat": "date", "dte": "date", "datum": "datum",
    "addr": "address", "adr": "address", "adresse": "address", "addres": "address", "adres": "address",
    "indirizzo": "address", "endereco": "address",
    "no": "number", "nr": "number", "num": "number", "nbr": "number", "nummer": "number", "numero": "number",
    "numer": "number", "nro": "number", "numb": "number", "numbr": "number", "zahl": "number", "n": "number",
    "ph": "phone", "phn": "phone", "tlf": "tel", "tele": "tel", "mob": "mobile",
    "cust": "customer", "cst": "customer", "custmr": "customer", "acct": "account", "acc": "account",
    "brth": "birth", "bth": "birth", "mail": "mail", "eml": "email", "emailadres": "emailadresse",
    "qnt": "quantity", "quant": "quantity", "upd": "updated", "mod": "modified", "crt": "created", "ord": "order",
    "inv": "invoice", "prod": "product", "subs": "subscription", "org": "org", "cd": "code", "tot": "total",
    "curr": "currency", "ship": "shipping", "bill": "billing", "postl": "postal", "strasze": "strasse",
    "telephon": "telephone", "lst": "last", "frst": "first", "fst": "first", "surnme": "surname", "zipc": "zip",
}  # fmt: skip


def tokens_of(name: str) -> list[str]:
    """The words of a name, folded, abbreviations spelled out: KUNDE_GebDat, custFirst nm, e-mail (1)."""
    joined = re.sub(r"(?i)(?<![a-z])e[ _-]mail", "email", name)
    camel = re.sub(r"(?<=[a-zà-öø-ÿ\d])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])", " ", joined)
    apart = re.sub(r"(?<=[^\W\d_]{2})(?=\d)|(?<=\d)(?=[^\W\d_]{2})", " ", camel)
    words = fold_word(apart.replace("_", " ").replace("#", " number ")).split()
    return [_SHORT.get(word, word) for word in words]


@cache
def meanings_of(name: str) -> dict[str, float]:
    """What a column's name may mean, with how much of the name says so (0 to 1)."""
    tokens = tokens_of(name)
    if not tokens:
        return {}
    whole, inside = _phrases()
    found: dict[str, float] = {}
    rest_other = OTHER
    for length in range(min(len(tokens), 5), 0, -1):
        for start in range(len(tokens) - length + 1):
            phrase = "".join(tokens[start : start + length])
            others = tokens[:start] + tokens[start + length :]
            foreign = [t for t in others if t not in CONTEXT and not t.isdigit()]
            negated = any(t in rest_other for t in others)
            for meaning in (*whole.get(phrase, ()), *inside.get(phrase, ())):
                is_whole = phrase in whole and meaning in whole[phrase]
                if (
                    negated
                    or (is_whole and foreign)
                    or (is_whole and _is_id(others) and meaning != "record_id")
                ):
                    continue
                said = 1 - len(foreign) / (len(tokens) + 1) - 0.02 * (len(others) - len(foreign))
                found[meaning] = max(found.get(meaning, 0.0), round(said, 3))
    if not found and not any(t in OTHER for t in tokens):
        found = _within("".join(tokens), inside)
    return found


def subject_of_id(name: str) -> str | None:
    """Whose id a name says it holds: customer_no is customer's, id nobody's (""); null when it is no id."""
    tokens = [t for t in tokens_of(name) if not t.isdigit()]
    glued = (
        re.fullmatch(r"(\w{3,}?)s?(id|nr|no|nummer|number|code|ref|key|numero)", "".join(tokens))
        if tokens
        else None
    )
    if len(tokens) == 1 and glued and tokens[0] not in ID_WORDS:
        tokens = [_SHORT.get(glued[1], glued[1]), "id"]
    if not tokens or not any(t in ID_WORDS for t in tokens):
        return None
    subjects = [t for t in tokens if t not in ID_WORDS and (t not in CONTEXT or t in PERSON_SUBJECTS)]
    return "".join(subjects)


def is_person_subject(subject: str) -> bool:
    """Whether the owner of an id is a person or a person's account."""
    return subject in PERSON_SUBJECTS or any(
        subject.startswith(word) or subject.endswith(word) for word in PERSON_SUBJECTS if len(word) >= 5
    )


def is_label(name: str) -> bool:
    """Whether a name says that the column tells which records are one person."""
    tokens = [t for t in tokens_of(name) if not t.isdigit()]
    return "".join(tokens) in LABELS or any(t in ("cluster", "groundtruth", "truth") for t in tokens)


def is_about_another(name: str) -> bool:
    """Whether a name says another person's, or something about a value and not the value."""
    return any(t in OTHER for t in tokens_of(name))


def event_kind_of(name: str) -> str | None:
    """What event a file's, array's or column's name speaks of, if any; a longer word wins."""
    tokens = tokens_of(name)
    kinds = _kinds()
    for length in range(min(len(tokens), 3), 0, -1):
        for start in range(len(tokens) - length + 1):
            phrase = "".join(tokens[start : start + length])
            if phrase in kinds:
                return kinds[phrase]
    return None


def event_kinds_of(names: Iterable[str]) -> dict[str, int]:
    """How many names speak of each kind of event."""
    counts: dict[str, int] = {}
    for name in names:
        if kind := event_kind_of(name):
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def _is_id(tokens: list[str]) -> bool:
    return any(t in ("id", "ids", "uuid", "guid", "key", "ref") for t in tokens)


def _within(joined: str, inside: dict[str, list[str]]) -> dict[str, float]:
    """The longest words of six letters or more inside a name without gaps (kundenvorname)."""
    hits = [
        (len(phrase), meanings)
        for phrase, meanings in inside.items()
        if len(phrase) >= 6 and phrase in joined
    ]
    if not hits:
        return {}
    longest = max(hits)[0]
    said = 0.4 + 0.4 * longest / len(joined)
    return {meaning: round(said, 3) for length, meanings in hits if length == longest for meaning in meanings}


@cache
def _phrases() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Phrase to meanings: those that must be the whole name, and those that may be a part of it."""
    whole: dict[str, list[str]] = {}
    inside: dict[str, list[str]] = {}
    for meaning, phrases in MEANINGS.items():
        for phrase in phrases.split():
            target = whole if phrase.endswith("!") else inside
            target.setdefault(_SHORT.get(phrase.rstrip("!"), phrase.rstrip("!")), []).append(meaning)
    return whole, inside


@cache
def _kinds() -> dict[str, str]:
    return {word: kind for kind, words in EVENT_KINDS.items() for word in words.split()}
