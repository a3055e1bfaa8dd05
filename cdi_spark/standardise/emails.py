"""E-mail addresses: one standard form, and one key a mailbox."""

from collections.abc import Callable, Iterator

import pandas as pd
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf
from pyspark.sql.types import ArrayType, StringType

from cdi_spark.standardise.text import unless_empty

_EMAILS = ArrayType(StringType())
# Nobody's name; at the domains kept for examples and tests. Names there tell people apart in made-up data.
_NOBODY = (
    r"(?:tests?|tester|testing|user(?:name|id)?|name|e?mails?|info|admin|contact|customer|client|guest|person|someone"
    r"|somebody|anyone|nobody|me|you|foo|bar|baz|abc|xyz|example|sample|demo|dummy|fake|first[._-]?(?:name)?[._-]?"
    r"last(?:name)?|(?:your|my)[._-]?(?:e?mail|name|address)|(?P<one>[a-z])(?P=one)*)?[._-]?[0-9]*"
)
# What people and programs enter when they have no address.
_PLACEHOLDER = (
    r"(?:no[._-]?(?:e?mail|address)|none|null|unknown|not[._-]?(?:given|known|provided|available|applicable)"
    r"|(?:no|do[._-]?not)[._-]?reply.*)@.*"
    rf"|{_NOBODY}@(?:.*\.)?(?:example|test)\.[a-z.]+"
    r"|.*@(?:no-?(?:e?mail|address)|none|null|unknown|asdf\w*|qwert\w*)\.[a-z.]+"
    # abc@abc.com, aaa@aaa.com, 123@123.com
    r"|(?P<both>asdf\w*|qwert\w*|abc|xyz|foo|bar|user|name|mail|email|me|(?P<letter>[a-z])(?P=letter)*|[0-9]+)"
    r"@(?P=both)\.[a-z.]+"
)
_PLAIN_USER = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_ONE_AT = r"^[^@]+@[^@]+$"


def emails(addresses: Column) -> Column:
    """Standardise an array of addresses: distinct, sorted, lower case; null when none is left.

    Drops what has invalid syntax and placeholders (noreply@…, none@…, user@example.com, abc@abc.com).
    "Ann <ann@x.org>" and "mailto:ann@x.org" give ann@x.org. Whether a mailbox exists is not looked up.

    Source: the syntax rules of the email-validator package (RFC 5322, RFC 6531, IDNA 2008).
    """
    return _standard_emails()(addresses)


def email(address: Column) -> Column:
    """Standardise one address, by the rules of `emails`; null when it is invalid or a placeholder."""
    return F.get(emails(F.array(address)), F.lit(0))


def email_key(address: Column) -> Column:
    """Fold a standard address to its mailbox: no +tag; Gmail without dots and under one domain.

    Null unless there is exactly one '@'.
    Source: Google's help, "Dots don't matter in Gmail addresses" (answer 7436150).
    """
    user = F.regexp_replace(email_user(address), r"(?<=.)\+.*$", "")
    domain = email_domain(address)
    is_gmail = domain.isin("gmail.com", "googlemail.com")
    gmail = F.concat(F.replace(user, F.lit("."), F.lit("")), F.lit("@gmail.com"))
    return F.when(is_gmail, gmail).otherwise(F.concat(user, F.lit("@"), domain))


def email_user(address: Column) -> Column:
    """The part of a standard address before its '@'; null unless there is exactly one."""
    return F.when(address.rlike(_ONE_AT), unless_empty(F.substring_index(address, "@", 1)))


def email_domain(address: Column) -> Column:
    """The part of a standard address after its '@'; null unless there is exactly one."""
    return F.when(address.rlike(_ONE_AT), unless_empty(F.substring_index(address, "@", -1)))


def _standard_emails() -> Callable[..., Column]:
    # The function is sent to the workers by value: all they need installed is email-validator.
    def standardise(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        import re
        from functools import lru_cache

        from email_validator import EmailNotValidError, validate_email

        plain_user, placeholder = re.compile(_PLAIN_USER), re.compile(_PLACEHOLDER)

        @lru_cache(100_000)
        def valid(address: str) -> str | None:
            try:
                return validate_email(address, check_deliverability=False).normalized.lower()
            except EmailNotValidError:
                return None

        def checked(address: str) -> str | None:
            user, _, domain = address.rpartition("@")
            if len(user) > 64 or len(address) > 250 or not plain_user.fullmatch(user):
                return valid(address)
            # A plain user part is valid at every valid domain, and domains are few: a check costs 30 µs.
            at_domain = valid(f"a@{domain}")
            return at_domain and user + at_domain[1:]

        @lru_cache(100_000)
        def standard(given: str) -> str | None:
            visible = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", given)
            bare = re.sub(r"[\s\x00-\x1f]+", " ", visible).lower()
            bare = re.sub(r"^.*<|>.*$|^\s*mailto:", "", bare).lstrip(" '\",;:").rstrip(" '\",;:.")
            address = checked(bare)
            return None if address is None or placeholder.fullmatch(address) else address

        def distinct(given: list[str | None] | None) -> list[str] | None:
            if given is None:
                return None
            standards = {standard(address) for address in given if address is not None}
            return sorted(address for address in standards if address is not None) or None

        for batch in batches:
            yield batch.map(distinct)

    # The stubs know no call without the deprecated functionType.
    rule = pandas_udf(standardise, _EMAILS)  # type: ignore[call-overload]
    # Called non-deterministic so that Spark runs it once a row, not again for every filter on its result.
    once_a_row: Callable[..., Column] = rule.asNondeterministic()
    return once_a_row
