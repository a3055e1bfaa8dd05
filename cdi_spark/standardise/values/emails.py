"""E-mail addresses: one standard form, and one key per mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.reasons import PLACEHOLDER
from cdi_spark.standardise.values.text import fold, is_unknown

NO_EMAIL = "no e-mail address"
HAS_COMMA = "an e-mail address with a comma"

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
# How people write an address that programs shall not find, and what Asian keyboards write.
_WIDE = str.maketrans("\uff20\uff0e\uff0c\uff1b\u3002\ufe6b", "@.,;.@")
_SPELLED_AT = re.compile(r"(?<=\w)\s*[(\[{<]\s*(?:at|a|\u00e4t|arroba|chez|@)\s*[)\]}>]\s*(?=\w)")
_SPELLED_DOT = re.compile(r"\s*[(\[{<]\s*(?:dot|punkt|point|punto|ponto|punt|\.)\s*[)\]}>]\s*")
_SPOKEN = re.compile(r"[\w.+-]+ at [\w-]+(?:(?:\.| dot )[\w-]+)+")
_BLANK_AROUND_AT = re.compile(r"(?<=[\w]) ?@ ?(?=[\w])")
_COMMA_FOR_DOT = re.compile(
    r"(?P<before>@[\w-]+),(?=[a-z]{2,}(?:\.[a-z]{2,})?(?:$|[\s;,|/<>]))"
    r"|(?P<second>@[\w.-]+\.(?:co|com|org|net|ac|gov|edu|or|ne)),(?=[a-z]{2}(?:$|[\s;,|/<>]))"
)
_BETWEEN = re.compile(r"[\s;|/<>()\[\]\"]+|,(?=\s|$)")
_ENDS_IN_WORD = re.compile(r"(?<!\bmail)(?<!\bemail)[^\W_]$")
_LABEL = re.compile(r"^(?:mailto:|[^\W\d_][\w-]*:)+")
# RFC 5321: 64 before the @, 254 in all; the user "a" stands in for a longer one in the check of a domain.
_LONGEST_USER, _LONGEST = 64, 250
# "Ann <ann@x.org>"; longer than this is no address.
_LONGEST_GIVEN = 1_000
_GMAIL = frozenset(("gmail.com", "googlemail.com"))


class Emails(NamedTuple):
    """The addresses of one value in standard form, and why others of it were dropped."""

    addresses: tuple[str, ...]
    dropped: tuple[str, ...]


def emails(addresses: Iterable[str | None]) -> list[str] | None:
    """E-mail addresses in standard form: distinct, sorted; None when none is left.

    Args:
        addresses: as written; one value may hold several.

    >>> emails(["b@x.org", None, "A@x.org", "a@X.org"])
    ['a@x.org', 'b@x.org']
    >>> emails(["none@x.org"]) is None
    True
    >>> emails(["ann@x.org; bo (at) x.org"])
    ['ann@x.org', 'bo@x.org']
    """
    found = {each for one in addresses if one is not None for each in read_emails(one).addresses}
    return sorted(found) or None


def dropped_emails(written: str) -> tuple[str, ...]:
    """Why addresses of one value are dropped; empty where none is.

    >>> dropped_emails("ann@"), dropped_emails("ann,lee@x.org"), dropped_emails("ann@x.org")
    (('no e-mail address',), ('an e-mail address with a comma',), ())
    """
    return read_emails(written).dropped


@Memo
def read_emails(written: str) -> Emails:
    """Read the addresses of one value: alone, several, with names and remarks, or spelled for people to read.

    What is certain is fixed: a comma for the dot before the last part of a domain, "(at)" and "(dot)".

    >>> read_emails('"Lee, Ann" <ann@x.org>, bo@x.org').addresses
    ('ann@x.org', 'bo@x.org')
    >>> read_emails("ann@x,org").addresses, read_emails("ann [at] x [dot] org").addresses
    (('ann@x.org',), ('ann@x.org',))
    """
    if written.count("@") < 2:
        if address := email(written):
            return Emails((address,), ())
        if is_placeholder_email(written) or is_unknown(written):
            return Emails((), (PLACEHOLDER,) if written.strip() else ())
    if len(written) > _LONGEST_GIVEN:
        return Emails((), (NO_EMAIL,))
    text = _plain(written)
    addresses: list[str] = []
    faults: list[str] = []
    for word in _words(text):
        if address := email(word):
            addresses.append(address)
        else:
            faults.append(
                PLACEHOLDER if is_placeholder_email(word) else HAS_COMMA if "," in word else NO_EMAIL
            )
    if not addresses and not faults:
        faults = [NO_EMAIL]
    return Emails(tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(faults)))


def _plain(written: str) -> str:
    """Return the text in lower case, with the signs that people spell, and dots that were typed as commas."""
    text = _BLANKS.sub(" ", _INVISIBLE.sub("", written)).lower().translate(_WIDE)
    text = _SPELLED_AT.sub("@", text)
    if _SPOKEN.fullmatch(text.strip()):
        text = text.replace(" at ", "@").replace(" dot ", ".")
    text = _SPELLED_DOT.sub(".", text)
    if text.count("@") == 1:
        text = _BLANK_AROUND_AT.sub("@", text)
    return _COMMA_FOR_DOT.sub(lambda found: f"{found['before'] or found['second']}.", text)


def _words(text: str) -> list[str]:
    """Return the words with an @. A comma before which there is no blank may be a dot of the same address."""
    before, _, rest = text.partition("@")
    name, blank, user = before.rpartition(" ")
    if blank and _ENDS_IN_WORD.search(name) and not is_named_mailbox(user, name.split()):
        # "ann lee@x.org" may be a mailbox with a blank for its dot.
        text = f"{name}_{user}@@{rest}"
    words = [word for word in _BETWEEN.split(text) if "@" in word]
    found: list[str] = []
    for word in words:
        parts = word.split(",")
        with_at = [part for part in parts if "@" in part]
        # All parts are addresses, or the comma is within one: which of the two parts is the mailbox, nobody can tell.
        found += with_at if len(with_at) == len([part for part in parts if part]) else [word]
    return [_LABEL.sub("", word).partition("?")[0] for word in found]


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
