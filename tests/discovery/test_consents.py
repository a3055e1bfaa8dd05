"""Consents: from columns of people, from lists of channels, and from files of people who said no."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.discovery.conftest import Init, Written, table

ROWS = 40
NAMES = [[f"C{5_000 + n}", "Ann", "Lee", f"ann{n}@example.org"] for n in range(ROWS)]
HEADER = ["customer_no", "first_name", "last_name", "email"]


def consents(written: Written, source: str) -> list[dict[str, Any]]:
    return [emit for emit in written.sources[source]["emits"] if emit["table"] == "consent"]


@pytest.mark.parametrize(
    ("column", "answers", "granted", "channel"),
    [
        ("newsletter_optin", ("yes", "no"), "lower(c) in ('yes')", "'email'"),
        ("Email Opt-In", ("1", "0"), "lower(c) in ('1')", "'email'"),
        ("HasOptedOutOfEmail", ("true", "false"), "lower(c) in ('false')", "'email'"),
        ("DoNotCall", ("1", "0"), "lower(c) in ('0')", "'call'"),
        ("do_not_mail", ("Y", "N"), "lower(c) in ('n')", "'post'"),
        ("sms_consent", ("Y", "N"), "lower(c) in ('y')", "'sms'"),
        ("Accepts Marketing", ("yes", "no"), "lower(c) in ('yes')", None),
        ("Werbeeinwilligung Telefon", ("ja", "nein"), "lower(c) in ('ja')", "'call'"),
        ("Werbewiderspruch", ("J", "N"), "lower(c) in ('n')", None),
        ("consentement_sms", ("oui", "non"), "lower(c) in ('oui')", "'sms'"),
        ("Ne pas contacter", ("oui", "non"), "lower(c) in ('non')", None),
        ("acepta publicidad", ("sí", "no"), "lower(c) in ('sí')", None),
        ("No llamar", ("si", "no"), "lower(c) in ('no')", "'call'"),
        ("consenso_email", ("si", "no"), "lower(c) in ('si')", "'email'"),
        ("toestemming nieuwsbrief", ("ja", "nee"), "lower(c) in ('ja')", "'email'"),
        ("zgoda_sms", ("tak", "nie"), "lower(c) in ('tak')", "'sms'"),
        ("SMSOptIn", ("Y", "N"), "lower(c) in ('y')", "'sms'"),
        ("marketing_status", ("subscribed", "unsubscribed"), "lower(c) in ('subscribed')", None),
    ],
)
def test_a_column_of_answers_becomes_consents_in_its_direction(
    init: Init, column: str, answers: tuple[str, str], granted: str, channel: str | None
) -> None:
    rows = [[*name, answers[n % 3 == 0]] for n, name in enumerate(NAMES)]
    written = init({"customers.csv": table([*HEADER, column], rows)})
    [emit] = consents(written, "customers")
    quoted = f"`{column}`" if not column.replace("_", "").isalnum() else column
    assert emit["columns"]["granted"].replace(quoted, "c") == granted
    assert emit["columns"].get("channel") == channel
    assert emit["columns"]["purpose"] == "'marketing'"
    assert emit["key"].startswith("concat_ws('-', customer_no, '")
    assert "emails" in written.columns("customers")


def test_the_date_of_an_answer_is_when_it_was_given(init: Init) -> None:
    rows = [[*name, "yes", "2024-05-06"] for name in NAMES]
    written = init({"customers.csv": table([*HEADER, "sms_opt_in", "sms_opt_in_date"], rows)})
    [emit] = consents(written, "customers")
    assert emit["columns"]["given_at"] == "try_cast(sms_opt_in_date as timestamp)"


def test_a_date_alone_is_an_answer(init: Init) -> None:
    rows = [[*name, "2024-05-06" if n % 2 else ""] for n, name in enumerate(NAMES)]
    written = init({"customers.csv": table([*HEADER, "email_opted_out_at"], rows)})
    [emit] = consents(written, "customers")
    assert emit["columns"]["granted"] == "false"
    assert emit["where"] == "email_opted_out_at is not null"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_list_of_channels_is_one_consent_for_each(init: Init, form: str) -> None:
    if form == "csv":
        rows = [[*name, "email;SMS" if n % 2 else "phone"] for n, name in enumerate(NAMES)]
        text = table([*HEADER, "opt_outs"], rows)
        written = init({"customers.csv": text})
    else:
        objects = [dict(zip(HEADER, name, strict=True), opt_outs=["email", "phone"]) for name in NAMES]
        written = init({"customers.jsonl": "\n".join(map(json.dumps, objects))})
    [emit] = consents(written, "customers")
    assert emit["columns"]["granted"] == "false"
    assert emit["explode"] == ("split(opt_outs, ' *[;,|/ ] *')" if form == "csv" else "opt_outs")
    assert "then 'call'" in emit["columns"]["channel"]


@pytest.mark.parametrize(
    ("name", "granted"),
    [
        ("optouts", "false"),
        ("unsubscribed", "false"),
        ("abmeldungen_newsletter", "false"),
        ("newsletter_optin", "true"),
    ],
)
def test_a_file_of_addresses_says_by_its_name_what_they_said(init: Init, name: str, granted: str) -> None:
    rows = [[f"ann{n}@example.org", "2024-05-06 10:00"] for n in range(ROWS)]
    written = init({"customers.csv": table(HEADER, NAMES), f"{name}.csv": table(["email", "date"], rows)})
    [emit] = consents(written, name)
    assert emit["columns"]["granted"] == granted
    assert emit["columns"]["channel"] == "'email'"
    assert emit["columns"]["given_at"] == "try_cast(date as timestamp)"


def test_a_file_of_numbers_of_customers_who_said_no_belongs_to_them(init: Init) -> None:
    rows = [[f"C{5_000 + n}", "2024-05-06"] for n in range(20)]
    written = init(
        {
            "customers.csv": table(HEADER, NAMES),
            "do_not_call.csv": table(["customer_no", "since"], rows),
        }
    )
    [emit] = consents(written, "do_not_call")
    assert (emit["person"], emit["person_source"]) == ("customer_no", "customers")
    assert (emit["columns"]["granted"], emit["columns"]["channel"]) == ("false", "'call'")


def test_columns_that_only_speak_of_a_newsletter_are_no_consents(init: Init) -> None:
    rows = [[*name, f"issue {n}", n] for n, name in enumerate(NAMES)]
    written = init({"customers.csv": table([*HEADER, "newsletter", "consent_version"], rows)})
    assert not consents(written, "customers")
