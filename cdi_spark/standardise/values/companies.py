"""Names in a field for people that are no person's: companies, posts and departments."""

from __future__ import annotations

from itertools import pairwise

from cdi_spark.standardise.values.given_names import is_frequent_given_name
from cdi_spark.standardise.values.text import clean_text
from cdi_spark.standardise.values.titles import (
    COMPANIES,
    LISTS,
    Word,
    Words,
    last_phrase_length,
    phrase_length,
    words_by_comma,
)

_FORMS, _TRADES, _ROLES = COMPANIES["legal_forms"], COMPANIES["trades"], COMPANIES["roles"]
_OF_ROLES = _ROLES | COMPANIES["role_words"] | {word for role in _ROLES for word in role.split()}
_EAST_ASIAN = tuple("".join(COMPANIES["east_asian_forms"]).split())
_IN_CAPITALS = COMPANIES["capital_forms"] | COMPANIES["capital_forms_of_two"]
_FIRST = (
    frozenset(phrase.split()[0] for phrase in _FORMS | _TRADES) | COMPANIES["dotted_forms"] | _IN_CAPITALS
)
# A text without any of these words, and without a joiner, is no company's name.
COMPANY_WORDS = _FIRST | _OF_ROLES


def company_name(text: str) -> str | None:
    """Return the name of a company; None for people, posts and departments.

    >>> company_name("Brightwater Plumbing Ltd")
    'Brightwater Plumbing Ltd'
    >>> company_name("Acme GmbH, z. Hd. Frau Lange")
    'Acme GmbH'
    >>> company_name("Accounts Payable") is None, company_name("Ann Lee") is None
    (True, True)
    """
    clean = clean_text(text)
    segments = words_by_comma(clean) if clean else []
    if not clean or not is_company(segments):
        return None
    return clean.partition(",")[0] if is_company(segments[:1]) else clean


def is_company(segments: list[Words]) -> bool:
    """Whether words are a company's name.

    >>> is_company(words_by_comma("Acme, Inc.")), is_company(words_by_comma("Stadtwerke München"))
    (True, True)
    >>> is_company(words_by_comma("Ernst & Young")), is_company(words_by_comma("Rob & Beth"))
    (True, False)
    >>> is_company(words_by_comma("Smith, B.V."))
    False
    """
    if not segments:
        return False
    first, *more = segments
    if not _FIRST.isdisjoint(word.key for words in segments for word in words) and (
        last_phrase_length(first, _FORMS)
        or phrase_length(first, 0, _FORMS)
        or any(len(words) == 1 and words[0].key in _FORMS for words in more)
        or _ends_in_initials(first)
        or (len(first) > 1 and any(phrase_length(first, at, _TRADES) for at in range(len(first))))
    ):
        return True
    if len(segments) == 1 and len(first) == 1:
        return any(form in first[0].text for form in _EAST_ASIAN)
    return len(segments) == 1 and _is_firm(first)


def is_role(segments: list[Words]) -> bool:
    """Whether words are the name of a post or a department.

    >>> is_role(words_by_comma("Accounts Payable")), is_role(words_by_comma("The Occupier"))
    (True, True)
    >>> is_role(words_by_comma("The Smiths")), is_role(words_by_comma("Björn Lager"))
    (False, False)
    """
    keys = [word.key for words in segments for word in words]
    return all(key in _OF_ROLES for key in keys) and (
        not _ROLES.isdisjoint(keys) or any(" ".join(pair) in _ROLES for pair in pairwise(keys))
    )


def _ends_in_initials(words: Words) -> bool:
    """Construcciones Pérez S.L.; Siemens AG; but Vinod A.S."""
    last, length = words[-1], len(words)
    if last.key in COMPANIES["dotted_forms"]:
        return length > 2
    is_set_off = last.lower is False and last.text.isupper()
    return is_set_off and (
        (length > 2 and last.key in COMPANIES["capital_forms"])
        or (length == 2 and last.key in COMPANIES["capital_forms_of_two"])
    )


def _is_firm(words: Words) -> bool:
    """Ernst & Young; Smith, Jones & Partners are other companies"""

    def is_name(word: Word) -> bool:
        return is_frequent_given_name(word.text) or word.key in LISTS["honorifics"] or len(word.key) < 3

    return (
        len(words) == 3 and words[1].key in LISTS["joiners"] and not (is_name(words[0]) and is_name(words[2]))
    )
