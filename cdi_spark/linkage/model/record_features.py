"""The features of one record by plain functions, so that a batch and a look-up compute the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cdi_spark.standardise.batches import Rule
from cdi_spark.standardise.values.addresses import postcode_area, street_key
from cdi_spark.standardise.values.couples import BETWEEN
from cdi_spark.standardise.values.emails import email_key, email_user, is_named_mailbox
from cdi_spark.standardise.values.identifiers import kind_of, split_identifier
from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.name_words import person_name
from cdi_spark.standardise.values.nicknames import nickname_root
from cdi_spark.standardise.values.text import fold

_NOT_IN_IDS = re.compile("[^A-Za-z0-9]")
_folded = Memo(fold)


class Names(NamedTuple):
    """The features of a person's name."""

    given: str | None
    given_root: str | None
    given_script: str | None
    given_tokens: list[str] | None
    middle: str | None
    family: str | None
    family_script: str | None
    family_tokens: list[str] | None
    names: list[str] | None
    name_sounds: list[str] | None
    whole_names: list[str] | None


def _names(given_name: str | None, middle_name: str | None, family_name: str | None) -> Names:
    name = person_name(given_name, middle_name, family_name)
    parts, middle, family = name.parts(), name.middle, name.family
    first = name.given[0] if name.given else None
    given = BETWEEN.join([part.text for part in name.given]) or None
    own = parts[:-1] if family else parts
    return Names(
        given,
        given if len(name.given) > 1 else given and nickname_root(given.partition(" ")[0]),
        first and first.script,
        _distinct([word for part in own for word in part.tokens]),
        middle and middle.text,
        family and family.text,
        family and family.script,
        _distinct(family.tokens if family else ()),
        _distinct([word for part in parts for word in part.tokens]),
        _distinct([sound for part in parts for sound in part.sounds]),
        _whole(given, family and family.text),
    )


def _whole(given: str | None, family: str | None) -> list[str] | None:
    """Return the name in one word, in both orders: 中田健明, john smith beside johnsmith."""
    one, other = (given or "").replace(" ", ""), (family or "").replace(" ", "")
    return _distinct([one + other, other + one] if one or other else [])


def _distinct(words: Iterable[str]) -> list[str] | None:
    return list(dict.fromkeys(words)) or None


def _emails(
    addresses: Iterable[str] | None, *names: str | None
) -> tuple[list[str], list[str] | None, str | None] | None:
    if addresses is None:
        return None
    mailboxes = [key for key in map(email_key, addresses) if key is not None]
    users = [user for user in map(email_user, mailboxes) if user is not None]
    named = next((user for user in users if is_named_mailbox(user, names)), None)
    return mailboxes, users or None, named


def _street(line: str) -> str | None:
    folded = _folded(line)
    return folded and street_key(folded)


def _postcode(code: str) -> tuple[str | None, str | None]:
    folded = _folded(code)
    return folded and folded.replace(" ", ""), _folded(postcode_area(code))


def _national_id(text: str) -> str | None:
    kind, number = split_identifier(text)
    compared = _NOT_IN_IDS.sub("", number).upper()
    return (f"{kind}:{compared}" if kind else compared) if compared else None


def _kinds(ids: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(map(kind_of, ids))]


_ALONE: dict[str, Callable[[str], str | None]] = {
    "street": _street,
    "city": _folded,
    "national_id": _national_id,
    "birth_place": _folded,
    "occupation": _folded,
    "company": _folded,
}
# From attributes of silver.person to features of linkage.linked; an attribute without a rule is compared unchanged.
FEATURE_RULES = [
    Rule(Names._fields, ("given_name", "middle_name", "family_name"), _names),
    Rule(
        ("emails", "email_users", "named_mailbox"),
        ("emails", "given_name", "middle_name", "family_name"),
        _emails,
    ),
    Rule(("postcode", "outward"), ("postcode",), _postcode),
    Rule(("account_kinds",), ("account_ids",), _kinds),
    *(Rule((name,), (name,), rule) for name, rule in _ALONE.items()),
]
