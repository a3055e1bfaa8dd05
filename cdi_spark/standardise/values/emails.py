"""E-mail addresses: one standard form, and one key per mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterable

from email_validator import EmailNotValidError, validate_email

from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.text import fold

# Placeholder users at the domains reserved for examples and tests. Real names there occur in generated data, so they
# stay.
_NOBODY = (
    r"(?:tests?|tester|testing|user(?:name|id)?|name|e?mails?|info|admin|contact|customer|client|guest|person|someone"
    r"|somebody|anyone|nobody|me|you|foo|bar|baz|abc|xyz|example|sample|demo|dummy|fake|first[._-]?(?:name)?[._-]?"
    r"last(?:name)?|(?:your|my)[._-]?(?:e?mail|name|address)|(?P<one>[a-z])(?P=one)*)?[._-]?[0-9]*"
)
# What people and programs enter when they have no address.
_PLACEHOLDER = re.compile(
    r"(?:no[._-]?(?:e?mail|address)|none|null|unknown|not[._-]?(?:given|known|provided|available|applicable)"
    r"|(?:no|do[._-]?not)[._-]?reply.*)@.*"
    rf"|{_NOBODY}@(?:.*\.)?(?:example|test)\.[a-z.]+"
    r"|.*@(?:no-?(?:e?mail|address)|none|null|unknown|asdf\w*|qwert\w*)\.[a-z.]+"
    # abc@abc.com, aaa@aaa.com, 123@123.com
    r"|(?P<both>asdf\w*|qwert\w*|abc|xyz|foo|bar|user|name|mail|email|me|(?P<letter>[a-z])(?P=letter)*|[0-9]+)"
    r"@(?P=both)\.[a-z.]+"
)
_BETWEEN_NAMES = re.compile("[._-]+")
_PLAIN_USER = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+[A-Za-z]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_BLANKS = re.compile(r"[\s\x00-\x1f]+")
# RFC 5321: 64 before the @, 254 in all; the user "a" stands in for a longer one in the check of a domain.
_LONGEST_USER, _LONGEST = 64, 250
# "Ann <ann@x.org>"; longer than this is no address.
_LONGEST_GIVEN = 1_000
_GMAIL = frozenset(("gmail.com", "googlemail.com"))


def emails(addresses: Iterable[str | None]) -> list[str] | None:
    """E-mail addresses in standard form: distinct, sorted; None when none is left.

    >>> emails(["b@x.org", None, "A@x.org", "a@X.org"])
    ['a@x.org', 'b@x.org']
    >>> emails(["none@x.org"]) is None
    True
    >>> emails([]) is None
    True
    """
    found = {email(address) for address in addresses if address is not None}
    return sorted(address for address in found if address is not None) or None


def email(address: str) -> str | None:
    """An e-mail address in lower case; None when its syntax is invalid or it is a placeholder.

    Does not check whether the mailbox exists.

    >>> email("Ann Lee <Ann@X.org>"), email("mailto:ann@x.org")
    ('ann@x.org', 'ann@x.org')
    >>> email("noreply@x.org") is None
    True
    >>> email("ann@x") is None
    True

    Source: the syntax rules of the email-validator package (RFC 5322, RFC 6531, IDNA 2008).
    """
    standard = _valid(_bare(address))
    return None if standard is None or _PLACEHOLDER.fullmatch(standard) else standard


def is_placeholder_email(address: str) -> bool:
    """Whether the address is a placeholder value.

    >>> is_placeholder_email("No-Reply@x.org"), is_placeholder_email("ann@x.org"), is_placeholder_email("ann@")
    (True, False, False)
    """
    return _PLACEHOLDER.fullmatch(_bare(address)) is not None


def _bare(address: str) -> str:
    """Return the address without what mail programs and web pages write around it."""
    if _PLAIN_ADDRESS.fullmatch(address):
        return address.lower()
    if len(address) > _LONGEST_GIVEN:
        return ""
    bare = _BLANKS.sub(" ", _INVISIBLE.sub("", address)).lower()
    bare = bare[bare.rfind("<") + 1 :].partition(">")[0].lstrip().removeprefix("mailto:")
    return bare.lstrip(" '\",;:").rstrip(" '\",;:.")


def _valid(address: str) -> str | None:
    user, _, domain = address.rpartition("@")
    if len(user) > _LONGEST_USER or len(address) > _LONGEST or not _PLAIN_USER.fullmatch(user):
        return _validated(address)
    # A plain user is valid at every valid domain, and domains are few: a check costs 30 µs.
    at_domain = _validated(f"a@{domain}")
    return at_domain and user + at_domain[1:]


@Memo
def _validated(address: str) -> str | None:
    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def email_key(address: str) -> str | None:
    """Reduce a standard address to its mailbox: no +tag; Gmail without dots and under one domain.

    >>> email_key("ann+shop@x.org")
    'ann@x.org'
    >>> email_key("a.n.n@googlemail.com")
    'ann@gmail.com'
    >>> email_key("ann") is None
    True

    Source: Google's help, "Dots don't matter in Gmail addresses" (answer 7436150).
    """
    whole, at, domain = address.partition("@")
    if not whole or not domain or "@" in domain:
        return None
    user = whole[0] + whole[1:].partition("+")[0]
    return f"{user.replace('.', '')}@gmail.com" if domain in _GMAIL else f"{user}{at}{domain}"


def email_user(address: str) -> str | None:
    """The part of a standard address before its '@'; None unless there is exactly one.

    >>> email_user("ann@x.org")
    'ann'
    >>> email_user("a@b@c") is None, email_user("@x.org") is None
    (True, True)
    """
    user, _, domain = address.partition("@")
    return user if user and domain and "@" not in domain else None


def is_named_mailbox(user: str, names: Iterable[str | None]) -> bool:
    """Whether the part before the '@' is made of these names and initials, and of nothing else.

    Namesakes have such mailboxes at different providers, so it says no more than the names do.

    >>> is_named_mailbox("ann.lee", ["Ann", None, "Lee"]), is_named_mailbox("alee", ["Ann", None, "Lee"])
    (True, True)
    >>> is_named_mailbox("ann.lee77", ["Ann", "Lee"]), is_named_mailbox("sales", ["Ann", "Lee"])
    (False, False)
    """
    words = [word for name in names if name for word in (fold(name) or "").split() if len(word) > 1]
    rest = letters = _BETWEEN_NAMES.sub("", user)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "", 1)
    return rest != letters and len(rest) < 2 and not rest.isdigit()
