"""Rules for identifiers: numbers of accounts and documents, with their kind or issuer in front.

"crm.customer:C-17" is number C-17 of kind crm.customer. Numbers of different kinds are never compared; a number without
a kind is compared with others without a kind only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cdi_spark.standardise.values.text import fold, known_text

# A kind starts with a letter, so that 12:34 is a number, and has no blank, so that "Tel.: 12" is one.
_KIND = re.compile(r"([^\W\d_][\w.\-]{0,63}) ?:(?!//)")
_NOT_IN_KINDS = re.compile(r"[^\w.]+")


class Identifier(NamedTuple):
    """A number and its kind, which is empty where it is not known."""

    kind: str
    number: str


def split_identifier(text: str) -> Identifier:
    """Split text into kind and number.

    >>> split_identifier("ssn:123-45-6789")
    Identifier(kind='ssn', number='123-45-6789')
    >>> split_identifier("12:34"), split_identifier("C-17")
    (Identifier(kind='', number='12:34'), Identifier(kind='', number='C-17'))
    """
    found = _KIND.match(text)
    return Identifier(found[1], text[found.end() :]) if found else Identifier("", text)


def kind_of(text: str) -> str:
    """Return the kind of an identifier in standard form, empty without one.

    >>> kind_of("crm.customer:C-17")
    'crm.customer'
    """
    return split_identifier(text).kind


def identifier(text: str) -> str | None:
    """Return an identifier in standard form: its kind folded, its number as clean text; None without a number.

    >>> identifier(" SSN : 123-45-6789"), identifier("CRM.Customer:C-17")
    ('ssn:123-45-6789', 'crm.customer:C-17')
    >>> identifier("crm.customer:n/a") is None
    True
    """
    cleaned = known_text(text)
    if cleaned is None:
        return None
    kind, number = split_identifier(cleaned)
    standard = known_text(number)
    folded = fold_kind(kind)
    return f"{folded}:{standard}" if folded and standard is not None else standard


def fold_kind(kind: str) -> str:
    """Fold the name of a kind: lower case, no accents, words joined by underscores, parts by dots.

    >>> fold_kind("CRM.Kunden-Nr"), fold_kind("Número_DNI")
    ('crm.kunden_nr', 'numero_dni')
    """
    parts = (fold(_NOT_IN_KINDS.sub(" ", part).replace("_", " ")) or "" for part in kind.split("."))
    return ".".join(part.replace(" ", "_") for part in parts if part)


def identifiers(ids: Iterable[str | None]) -> list[str] | None:
    """Account numbers in standard form, distinct, sorted; None when none is left.

    >>> identifiers([" A-2", "A-1", "A-2", None, "Shop:A-1"])
    ['A-1', 'A-2', 'shop:A-1']
    >>> identifiers(["n/a", ""]) is None
    True
    >>> identifiers([]) is None
    True
    """
    return _distinct(identifier, ids)


def device_ids(ids: Iterable[str | None]) -> list[str] | None:
    """Device ids as clean text, distinct, sorted; None when none is left. They are unique without a kind.

    >>> device_ids(["A4:5E:60:B1", " A4:5E:60:B1", None, "unknown"])
    ['A4:5E:60:B1']
    """
    return _distinct(known_text, ids)


def _distinct(rule: Callable[[str], str | None], ids: Iterable[str | None]) -> list[str] | None:
    standard = {rule(one) for one in ids if one is not None}
    return sorted(one for one in standard if one is not None) or None
