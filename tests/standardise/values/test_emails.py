import itertools

import pytest
from email_validator import EmailNotValidError, validate_email

from cdi_spark.standardise.values.emails import (
    dropped_emails,
    email,
    email_key,
    email_user,
    emails,
    is_placeholder_email,
)

BARE = [
    "Ann@X.ORG", " ann@x.org\n", "\u200bann@x.org", "mailto:ann@x.org", "Ann B <ann@x.org>", "'ann@x.org',",
    "<mailto:ann@x.org>", "ann@x.org.", '"Lee, Ann" <ANN@x.org>', "ann@x.org;",
]  # fmt: skip
INVALID = [
    "a b@c.de",
    "a..b@c.de",
    "foo@bar",
    "a@b@c.de",
    "@c.de",
    "ann",
    "x@-c.de",
    "x@c.1",
    "",
    "@",
    "a@" * 500,
]
PLACEHOLDERS = [
    "test@test.com", "noemail@x.org", "no-email@x.org", "none@x.org", "noreply@x.org", "no-reply@x.org",
    "donotreply@x.org", "user@example.com", "a1@mail.example.org", "tester@test.co.uk",
    "first.last@example.com", "your.name@example.org", "noemail@example.net", "007@example.com",
    "asdf@asdf.com", "aaa@aaa.com", "abc@abc.com", "123@123.com", "unknown@unknown.com",
]  # fmt: skip
REAL = [
    "nora@x.org", "noemi@x.org", "test.pilot@raf.org", "ann@contest.com", "ann@abc.com", "nonesuch@x.org",
    # Generators of test data write so, and made-up people are told apart by their names.
    "ann.smith@example.org", "jsmith4@example.com",
]  # fmt: skip
KEYS = {
    "ann+shop@x.org": "ann@x.org", "a.n.n+x@gmail.com": "ann@gmail.com", "ann@googlemail.com": "ann@gmail.com",
    "a.b@x.org": "a.b@x.org", "+tag@x.org": "+tag@x.org", "ann": None, "a@b@c": None, "@x.org": None,
}  # fmt: skip


@pytest.mark.parametrize("given", BARE)
def test_an_address_is_lower_case_and_bare(given: str) -> None:
    assert email(given) == "ann@x.org"


@pytest.mark.parametrize("given", ["jürgen@bücher.de", "ju\u0308rgen@xn--bcher-kva.de"])
def test_international_addresses_are_kept_in_one_form(given: str) -> None:
    assert email(given) == "jürgen@bücher.de"


@pytest.mark.parametrize("wrong", [*INVALID, "x@localhost"])
def test_invalid_syntax_is_none(wrong: str) -> None:
    assert email(wrong) is None


@pytest.mark.parametrize("given", PLACEHOLDERS)
def test_placeholder_addresses_are_none_and_called_so(given: str) -> None:
    assert email(given) is None
    assert is_placeholder_email(given)


@pytest.mark.parametrize("given", REAL)
def test_addresses_that_look_a_little_like_placeholders_stay(given: str) -> None:
    assert email(given) == given


def test_emails_are_distinct_sorted_and_none_when_none_is_left() -> None:
    assert emails(["b@x.org", None, "A@x.org", "a@X.org"]) == ["a@x.org", "b@x.org"]
    assert [emails(given) for given in (["none@x.org"], [], [None])] == [None, None, None]


def test_an_address_is_valid_exactly_when_email_validator_says_so() -> None:
    users = [
        "ann", "a.b", "a..b", ".a", "a.", "a+b", "o'neil", "a b", "é", "a" * 64, "a" * 65, 'a"b',
        "#!$%&*/=?^_`{|}~-",
    ]  # fmt: skip
    domains = [
        "x.org", "sub.x.co.uk", "x", "x..org", "-x.org", "x-.org", "ab--c.org", "x_y.org", "bücher.de",
        "xn--bcher-kva.de", "x.invalid", "x.1", "[127.0.0.1]", "y" * 63 + ".org", "y" * 64 + ".org",
        "z." * 100 + "org",
    ]  # fmt: skip

    def judged(address: str) -> str | None:
        try:
            return validate_email(address, check_deliverability=False).normalized
        except EmailNotValidError:
            return None

    given = [f"{user}@{domain}" for user, domain in itertools.product(users, domains)]
    assert {address: email(address) for address in given} == {address: judged(address) for address in given}


@pytest.mark.parametrize(("address", "key"), KEYS.items())
def test_a_mailbox_has_one_key(address: str, key: str | None) -> None:
    assert email_key(address) == key


def test_the_user_is_the_part_before_the_only_at() -> None:
    assert [email_user(given) for given in ("ann@x.org", "ann", "a@b@c", "@x.org", "a@")] == [
        "ann",
        *[None] * 4,
    ]


@pytest.mark.parametrize(
    ("written", "addresses", "reasons"),
    [("ann@x,org", ["ann@x.org"], ()), ("ann@x.co,uk", ["ann@x.co.uk"], ()), ("ann (at) x.org", ["ann@x.org"], ()),
     ("ann[at]x[dot]org", ["ann@x.org"], ()), ("ann at x dot org", ["ann@x.org"], ()),
     ("ann @ x.org", ["ann@x.org"], ()),
     ("ann@x.org; bo@x.org", ["ann@x.org", "bo@x.org"], ()), ("ann@x.org,bo@x.org", ["ann@x.org", "bo@x.org"], ()),
     ('"Lee, Ann" <ann@x.org>, "Li, Bo" <bo@x.org>', ["ann@x.org", "bo@x.org"], ()),
     ("ann\uff20x\uff0eorg", ["ann@x.org"], ()), ("ann@x.org (work)", ["ann@x.org"], ()),
     ("ann,lee@x.org", None, ("an e-mail address with a comma",)), ("ann lee@x.org", None, ("no e-mail address",)),
     ("ann@", None, ("no e-mail address",)), ("noreply@x.org; ann@x.org", ["ann@x.org"], ("placeholder",)),
     ("n/a", None, ("placeholder",)), (" ", None, ())],
)  # fmt: skip
def test_what_is_certain_is_fixed_and_the_rest_has_a_reason(
    written: str, addresses: list[str] | None, reasons: tuple[str, ...]
) -> None:
    assert emails([written]) == addresses
    assert dropped_emails(written) == reasons
