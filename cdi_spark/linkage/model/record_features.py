"""The features of one record by plain functions, so that a batch and a look-up compute the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cdi_spark.standardise.batches import Rule
from cdi_spark.standardise.values.addresses import postcode_area, street_key
from cdi_spark.standardise.values.emails import email_key, email_user
from cdi_spark.standardise.values.identifiers import kind_of, split_identifier
from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.names import phonetic
from cdi_spark.standardise.values.nicknames import nickname_root
from cdi_spark.standardise.values.text import fold

_NOT_IN_IDS = re.compile("[^A-Za-z0-9]")
_sound = Memo(phonetic)
_folded = Memo(fold)


def _given(name: str) -> tuple[str | None, str | None]:
    folded = _folded(name)
    return folded, folded and nickname_root(folded.partition(" ")[0])


def _family(name: str) -> tuple[str | None, list[str] | None]:
    return _folded(name), _words(name)


def _names(*parts: str | None) -> tuple[list[str] | None, list[str] | None]:
    words = _words(*parts)
    return words, words and [*dict.fromkeys(map(_sound, words))]


def _words(*parts: str | None) -> list[str] | None:
    """Return the distinct words of two letters or more, folded; None without any."""
    folded = " ".join([_folded(part) or "" for part in parts if part is not None])
    return [word for word in dict.fromkeys(folded.split(" ")) if len(word) > 1] or None


def _emails(addresses: Iterable[str]) -> tuple[list[str], list[str] | None]:
    mailboxes = [key for key in map(email_key, addresses) if key is not None]
    users = [user for user in map(email_user, mailboxes) if user is not None]
    return mailboxes, users or None


def _street(line: str) -> str | None:
    folded = _folded(line)
    return folded and street_key(folded)


def _postcode(code: str) -> tuple[str | None, str | None]:
    folded = _folded(code)
    return folded and folded.replace(" ", ""), _folded(postcode_area(code))


def _national_id(text: str) -> str | None:
    kind, number = split_identifier(text)
    compared = _NOT_IN_IDS.sub("", number).upper()
    return f"{kind}:{compared}" if kind and compared else compared or None


def _kinds(ids: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(map(kind_of, ids))]


_ALONE: dict[str, Callable[[str], str | None]] = {
    "middle_name": _folded,
    "street": _street,
    "city": _folded,
    "national_id": _national_id,
    "birth_place": _folded,
    "occupation": _folded,
    "company": _folded,
}
# From attributes of silver.person to features of linkage.linked; an attribute without a rule is compared unchanged.
FEATURE_RULES = [
    Rule(("given", "given_root"), ("given_name",), _given),
    Rule(("family", "family_tokens"), ("family_name",), _family),
    Rule(("given_tokens",), ("given_name", "middle_name"), _words),
    Rule(("names", "name_sounds"), ("given_name", "middle_name", "family_name"), _names),
    Rule(("emails", "email_users"), ("emails",), _emails),
    Rule(("postcode", "outward"), ("postcode",), _postcode),
    Rule(("account_kinds",), ("account_ids",), _kinds),
    *(Rule((name.removesuffix("_name"),), (name,), rule) for name, rule in _ALONE.items()),
]
