import itertools

import pytest
from email_validator import EmailNotValidError, validate_email

from cdi_spark.standardise.emails import email, email_domain, email_key, email_user, emails


def test_an_address_is_lower_case_and_bare(apply):
    given = [
        "Ann@X.ORG",
        " ann@x.org\n",
        "\u200bann@x.org",
        "mailto:ann@x.org",
        "Ann B <ann@x.org>",
        "'ann@x.org',",
    ]
    assert apply(email, given) == ["ann@x.org"] * len(given)


def test_international_addresses_are_kept_in_one_form(apply):
    given = ["jürgen@bücher.de", "ju\u0308rgen@xn--bcher-kva.de"]
    assert apply(email, given) == ["jürgen@bücher.de"] * 2


@pytest.mark.parametrize(
    "wrong", ["a b@c.de", "a..b@c.de", "foo@bar", "a@b@c.de", "@c.de", "ann", "x@-c.de", "x@c.1"]
)
def test_invalid_syntax_is_null(apply, wrong):
    assert apply(email, [wrong]) == [None]


def test_placeholder_addresses_are_null(apply):
    placeholders = [
        "test@test.com", "noemail@x.org", "no-email@x.org", "none@x.org", "noreply@x.org", "no-reply@x.org",
        "donotreply@x.org", "user@example.com", "a1@mail.example.org", "tester@test.co.uk", "x@localhost",
        "first.last@example.com", "your.name@example.org", "noemail@example.net", "007@example.com",
        "asdf@asdf.com", "aaa@aaa.com", "abc@abc.com", "123@123.com", "unknown@unknown.com",
    ]  # fmt: skip
    assert apply(email, placeholders) == [None] * len(placeholders)


def test_addresses_that_look_a_little_like_placeholders_stay(apply):
    real = [
        "nora@x.org",
        "noemi@x.org",
        "test.pilot@raf.org",
        "ann@contest.com",
        "ann@abc.com",
        "nonesuch@x.org",
        # Generators of test data write so, and made-up people are told apart by their names.
        "ann.smith@example.org",
        "jsmith4@example.com",
    ]
    assert apply(email, real) == real


def test_emails_are_distinct_sorted_and_null_when_none_is_left(apply):
    given = [["b@x.org", None, "A@x.org", "a@X.org"], ["none@x.org"], [], [None], None]
    assert apply(emails, given, kind="array<string>") == [["a@x.org", "b@x.org"], None, None, None, None]


def test_an_address_is_valid_exactly_when_email_validator_says_so(apply):
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

    given = [
        f"{user}@{domain}" for user, domain in itertools.product(users, domains) if not domain.endswith(".")
    ]
    assert apply(email, given) == [judged(address) for address in given]


def test_email_changes_its_own_result_no_more(apply, odd_texts):
    given = [*odd_texts, *(f"{text}@x.org" for text in odd_texts), *(f"ann@{text}.org" for text in odd_texts)]
    once = apply(email, given)
    assert apply(email, once) == once


def test_a_mailbox_has_one_key(apply):
    given = ["ann+shop@x.org", "a.n.n+x@gmail.com", "ann@googlemail.com", "a.b@x.org", "+tag@x.org", None]
    keys = ["ann@x.org", "ann@gmail.com", "ann@gmail.com", "a.b@x.org", "+tag@x.org", None]
    assert apply(email_key, given) == keys


def test_user_and_domain_are_the_halves_of_an_address(apply):
    given = ["ann@x.org", "ann", "a@b@c", "@x.org", None]
    assert apply(email_user, given) == ["ann", None, None, None, None]
    assert apply(email_domain, given) == ["x.org", None, None, None, None]
