"""What the words in the name of a column or a file mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from cdi_spark.discovery.lexicon.phrases import match_inside, match_phrases, phrases_by_use
from cdi_spark.discovery.lexicon.spelling import (
    canonical_set,
    full_word,
    roles,
    spell,
    split_unspaced,
    translate,
)
from cdi_spark.discovery.lexicon.vocabulary import fold, group_by_word, load_lists, word_set

_LISTS = load_lists("headers")
_REFERENCES = load_lists("references")
_JOINING = word_set(_LISTS["joining_words"])
_THINGS = word_set(_LISTS["thing_subjects"])
_QUESTION_WORDS = word_set(_LISTS["question_words"])
_OWNED = word_set(_LISTS["owned_by_staff"])
_LABEL_WORDS = word_set(_LISTS["label_words"])
# Between the words of two things in one column: Straße und Nr.
_AND = re.compile(r"(?i)[+&/]|\b(?:und|and|et|y|e|i|en|u|och|og|a|ve)\b")
_IN_ADDRESS = frozenset(("city", "region", "postcode", "postcode_city", "country", "house_number", "email"))
_ID_WORDS = canonical_set(_LISTS["id_words"])
_PERSON_SUBJECTS = canonical_set(_LISTS["person_subjects"]) | roles()
_CONTEXT = _PERSON_SUBJECTS | canonical_set(_LISTS["context"])
_OTHER = canonical_set(_LISTS["about_something_else"])
_LABELS = canonical_set(_LISTS["labels"])
_SECOND_ROLES = canonical_set(load_lists("header_words")["second_roles"])
_ANOTHER_PERSON = canonical_set(_REFERENCES["another_person"])


# Of a longer name, such as a whole row taken for a header, the rest says nothing.
_LONGEST_NAME = 200


def tokens_of(name: str) -> list[str]:
    """The words of a name, folded and without abbreviations: KUNDE_GebDat, custFirst nm, e-mail (1)."""
    return list(_tokens(name))


def split_words(name: str) -> list[str]:
    """The words of a name, folded: SMSOptIn, accepts_e-mail."""
    joined = re.sub(r"(?i)(?<![a-z])e[ _-]mail", "email", name[:_LONGEST_NAME])
    # French and Italian: d'usage, l'assuré, dell'assicurato.
    joined = re.sub(r"(?i)\b(?:d|l|qu|(?:d|n|s)ell|all)['\u2019]", "", joined)
    camel = re.sub(r"(?<=[a-zà-öø-ÿ\d])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])", " ", joined)
    apart = re.sub(r"(?<=[^\W\d_]{2})(?=\d)|(?<=\d)(?=[^\W\d_]{2})", " ", camel)
    return fold(apart.replace("_", " ").replace("#", " number ")).split()


@cache
def _tokens(name: str) -> tuple[str, ...]:
    words = split_words(name)
    if {"what", "your"} & set(words):
        # The header is a question of a form.
        words = [word for word in words if word not in _QUESTION_WORDS]
    return tuple(spell(part) for word in words for part in split_unspaced(word))


@cache
def find_meanings(name: str, *, context: frozenset[str] = frozenset()) -> dict[str, float]:
    """The meanings that a column's name may have, each with the share of the name that supports it (0 to 1).

    The words of the name may come in any order, and in any language.

    Args:
        context: words without meaning here, such as a prefix of all columns of the table.
    """
    tokens = tokens_of(name)
    if not tokens:
        return {}
    is_other = any(t in _OTHER for t in tokens)
    found: dict[str, float] = {}
    for variant in _list_variants(tokens):
        for meaning, score in _match(variant, context).items():
            found[meaning] = max(found.get(meaning, 0.0), score)
    if not found and not is_other:
        found = match_inside("".join(tokens))
    if _names_both_parts(tokens):
        found = {"full_name": 1.0} | {m: min(score, 0.9) for m, score in found.items() if m != "full_name"}
    elif not is_other:
        found |= _read_roles(tokens, context)
    if {"street", "house_number"} <= found.keys() and re.search(_AND, name):
        found = {"street": 1.0}
    if found.keys() & _IN_ADDRESS and "street" not in tokens:
        # "Address 1 - City" is a city.
        best = max(found[meaning] for meaning in found.keys() & _IN_ADDRESS)
        found = {m: score for m, score in found.items() if m not in ("street", "unit") or score > best}
    return found


def canonical(name: str) -> str:
    """A name as one folded word: stringValue, string_value."""
    return fold(name.replace("_", " ")).replace(" ", "")


def _list_variants(tokens: list[str]) -> list[list[str]]:
    """The words of a header: all, without joining words, and those in the words of all languages."""
    bare = [token for token in tokens if token not in _JOINING] or tokens
    common = [word for token in bare for word in translate(token)]
    return [list(variant) for variant in dict.fromkeys(map(tuple, (tokens, bare, common)))]


def _match(tokens: list[str], context: frozenset[str]) -> dict[str, float]:
    def is_context(token: str) -> bool:
        return token in _CONTEXT or token in context or token.isdigit() or _is_letter(token)

    found = match_phrases(tokens, is_context)
    if not any(t in _OTHER for t in tokens):
        return found
    # A word for something else may be a part of the phrase itself; else the header means that.
    return {meaning: score for meaning, score in found.items() if score >= 1.0}


def _is_letter(token: str) -> bool:
    """Whether a word is a stray letter; one sign of Chinese or Japanese is a word."""
    return len(token) == 1 and not token.isdigit() and ord(token) < 0x3000


def _read_roles(tokens: list[str], context: frozenset[str]) -> dict[str, float]:
    """`role` for a header of only words for people; a full name with a word for a name beside them."""
    words = [
        word
        for token in tokens
        if token not in context and token not in _JOINING and not _is_letter(token) and not token.isdigit()
        for word in translate(token)
    ]
    people = [word for word in words if _is_role(word)]
    others = [word for word in words if not _is_role(word)]
    if not people:
        return {}
    if not others:
        return {"role": 0.95}
    return {"full_name": 0.99} if others == ["name"] else {}


def _is_role(word: str) -> bool:
    return not {word, word.rstrip("s"), word.removesuffix("en"), word.removesuffix("a")}.isdisjoint(roles())


def find_roles(name: str) -> frozenset[str]:
    """The words for people in a name, by which columns of several people in one row are kept apart."""
    return frozenset(token for token in tokens_of(name) if _is_role(token))


def is_second_role(name: str) -> bool:
    """Whether a name is about someone who stands beside the person of the row: an employee, an owner."""
    return not _SECOND_ROLES.isdisjoint(tokens_of(name))


def _names_both_parts(tokens: Sequence[str]) -> bool:
    """Whether a column's name covers both given and family name: vorname_und_nachname."""
    whole, inside = phrases_by_use()
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
    leading = re.fullmatch(r"(?:cod|cd|id|num)(\w{3,})", tokens[0]) if len(tokens) == 1 else None
    if leading and is_person_subject(full_word(leading[1])):
        # Programs of Brazil and Italy: CODCLI, idcliente.
        return full_word(leading[1])
    if len(tokens) == 1 and glued and tokens[0] not in _ID_WORDS:
        tokens = [full_word(glued[1]), "id"]
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


@cache
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
    if "contact" in tokens:
        # A contact point is a phone number or an address; other points are bonuses.
        tokens -= {"point", "points"}
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


@cache
def _national_id_kinds() -> dict[str, str]:
    return {spell(word): kind for word, kind in group_by_word(_LISTS["national_id_kinds"]).items()}


@cache
def _version_dates() -> frozenset[str]:
    return frozenset(spell(word) for word in word_set(_REFERENCES["version_dates"]))
