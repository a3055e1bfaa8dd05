"""Billing: JSON lines, one per account, with holder, invoices and subscriptions nested."""

import json
from calendar import timegm
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

from cdi_spark.demo.errors import add_errors
from cdi_spark.demo.formats import CURRENCY, ISO3, amount_of, amount_text, currency_text, phone_text
from cdi_spark.demo.observations import Observation, observation_days, observe
from cdi_spark.demo.people import LAST_DAY, Person, day_between
from cdi_spark.demo.raw import FUTURE_BIRTH, Fault, RawRow, Row, plant

KEY: Final = "account_id"

PLANS: Final = {
    "Basic": Decimal("9.90"),
    "Plus": Decimal("19.90"),
    "Family": Decimal("29.90"),
    "Pro": Decimal("49.00"),
}
_TITLES: Final = {
    "GB": ("Mr", "Mrs"), "US": ("Mr", "Ms"), "DE": ("Herr", "Frau"), "FR": ("M.", "Mme"),
    "ES": ("Sr.", "Sra."), "IT": ("Sig.", "Sig.ra"),
}  # fmt: skip


def _no_key(account: Row) -> None:
    account["account_id"] = ""


def _nobody(account: Row) -> None:
    account["holder"] = {"title": None, "name": {"full": None}, "born": None, "national_id": None}
    account["contact"] = {"emails": [], "phones": []}


def _not_born_yet(account: Row) -> None:
    account["holder"]["born"] = FUTURE_BIRTH.isoformat()


def _no_amount(account: Row) -> None:
    account["invoices"][0]["total"] = "to be agreed"


def _no_such_currency(account: Row) -> None:
    account["invoices"][0]["currency"] = "Taler"


FAULTS: Final = (
    Fault(0.003, _no_key, loses_person=True),
    Fault(0.003, _nobody, loses_person=True),
    Fault(0.003, _not_born_yet, loses_person=True),
    Fault(0.006, _no_amount, loses_person=False),
    Fault(0.004, _no_such_currency, loses_person=False),
)


def accounts(people: list[Person], rng: Random) -> list[RawRow]:
    """Make one row per account; children have none."""
    seen = [
        (day, person)
        for person in people
        if person.is_adult and rng.random() < 0.64
        for day in observation_days(person, rng.choices([1, 2], weights=[88, 12])[0], rng)
    ]
    rng.shuffle(seen)
    rows = [
        RawRow(_row(f"B-{number}", add_errors(observe(person, day, rng), rng), rng), person.person_id)
        for number, (day, person) in enumerate(seen, 7001)
    ]
    plant(rows, FAULTS, rng)
    for row in rows:
        row.values["invoices"] += _credit_notes(row.values["invoices"], rng)
    return rows


def write(rows: list[RawRow], out: Path) -> None:
    path = out / "billing" / "accounts.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row.values, ensure_ascii=False) + "\n" for row in rows)


def _row(account: str, seen: Observation, rng: Random) -> Row:
    person, currency = seen.person, CURRENCY[seen.country]
    title = _TITLES[seen.country][person.sex == "female"] if rng.random() < 0.7 else None
    born = seen.birth.isoformat() if seen.birth and rng.random() < 0.92 else None
    opened = day_between(person.joined, seen.day, rng)
    return {
        "account_id": account,
        "holder": {
            "title": title,
            "name": {"full": _full_name(seen, rng)},
            "born": born,
            "national_id": person.national_id if rng.random() < 0.3 else None,
        },
        "contact": {
            "emails": seen.emails,
            "phones": [phone_text(phone, rng) for phone in seen.phones if rng.random() < 0.75],
        },
        "address": {
            "line1": seen.street or None,
            "city": seen.city or None,
            "region": seen.region if seen.region and rng.random() < 0.5 else None,
            "postcode": seen.postcode or None,
            "country": ISO3[seen.country],
        },
        "invoices": _invoices(account, opened, currency, rng),
        "subscriptions": _subscriptions(account, opened, currency, rng),
        "updated": timegm(seen.day.timetuple()) + rng.randrange(28_800, 64_800),
    }


def _full_name(seen: Observation, rng: Random) -> str:
    middle = f" {seen.middle}" if seen.middle and rng.random() < 0.4 else ""
    first = f"{seen.given}{middle}"
    return f"{seen.family}, {first}" if rng.random() < 0.45 else f"{first} {seen.family}"


def _invoices(account: str, opened: date, currency: str, rng: Random) -> list[dict[str, Any]]:
    invoices = []
    for number in range(1, rng.choices(range(1, 7), weights=[30, 25, 18, 12, 9, 6])[0] + 1):
        issued = day_between(opened, LAST_DAY, rng)
        amount = (
            Decimal(rng.choices([rng.randint(990, 9_999), rng.randint(10_000, 350_000)], weights=[70, 30])[0])
            / 100
        )
        invoices.append(
            {
                "id": f"{account}-I{number}",
                "issued": issued.isoformat(),
                "due": (issued + timedelta(days=rng.choice([14, 30]))).isoformat(),
                "total": amount_text(amount, currency, rng),
                "currency": currency_text(currency, rng),
                "status": rng.choices(["paid", "open", "overdue", "void"], weights=[82, 10, 6, 2])[0],
            }
        )
    return invoices


def _credit_notes(invoices: list[dict[str, Any]], rng: Random) -> list[dict[str, Any]]:
    """Credit some paid invoices, fully or partly; a note's sum is positive, its kind marks it as a credit."""
    notes = []
    for invoice in invoices:
        amount = amount_of(invoice["total"])
        if invoice["status"] != "paid" or amount is None or rng.random() > 0.05:
            continue
        part = amount if rng.random() < 0.5 else (amount / 4).quantize(Decimal("0.01"))
        day = (date.fromisoformat(invoice["issued"]) + timedelta(days=rng.randrange(5, 60))).isoformat()
        notes.append(
            {
                **invoice,
                "id": f"{invoice['id']}C",
                "issued": day,
                "due": day,
                "total": f"{part}",
                "kind": "credit_note",
            }
        )
    return notes


def _subscriptions(account: str, opened: date, currency: str, rng: Random) -> list[dict[str, Any]]:
    subscriptions = []
    for number in range(1, rng.choices([0, 1, 2], weights=[15, 70, 15])[0] + 1):
        plan = rng.choice(list(PLANS))
        start = day_between(opened, LAST_DAY, rng)
        end = day_between(start, LAST_DAY, rng) if rng.random() < 0.35 else None
        subscriptions.append(
            {
                "id": f"{account}-S{number}",
                "plan": plan,
                "start": start.isoformat(),
                "end": end.isoformat() if end else None,
                "monthly_price": amount_text(PLANS[plan], currency, rng),
                "currency": currency_text(currency, rng),
                "status": "cancelled" if end else "active",
            }
        )
    return subscriptions
