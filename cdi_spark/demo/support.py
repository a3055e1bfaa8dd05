"""The help desk: one JSON array of cases; a requester is a display name with an e-mail address or a phone number."""

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from cdi_spark.demo.errors import PLACEHOLDER_EMAILS, add_errors
from cdi_spark.demo.formats import phone_text
from cdi_spark.demo.observations import Observation, observation_days, observe
from cdi_spark.demo.people import Person, at
from cdi_spark.demo.raw import Fault, RawRow, Row, plant, put

KEY: Final = "case_id"

_ZONES: Final = {
    "GB": "Europe/London", "US": "America/New_York", "DE": "Europe/Berlin", "FR": "Europe/Paris",
    "ES": "Europe/Madrid", "IT": "Europe/Rome",
}  # fmt: skip
_SUBJECTS: Final = (
    "Cannot sign in", "Invoice is wrong", "Parcel has not arrived", "How do I cancel?", "Change of address",
    "Refund please", "App closes by itself", "Wrong item delivered", "Password reset", "Payment declined",
    "Damaged on arrival", "Feature request",
)  # fmt: skip


def _closed_too_soon(case: Row) -> None:
    case["opened"], case["closed"] = "2024-03-05 14:22 Europe/London", "2024-03-01 09:10 Europe/London"


FAULTS: Final = (
    Fault(0.004, put(KEY, None), loses_person=True),
    Fault(0.006, put("requester", {"name": "", "email": None, "phone": None}), loses_person=True),
    Fault(0.008, _closed_too_soon, loses_person=False),
)


def cases(people: list[Person], rng: Random) -> list[RawRow]:
    """Make one row per case, numbered in order of time."""
    seen = [
        (day, person)
        for person in people
        if person.is_adult and rng.random() < 0.24
        for day in observation_days(person, rng.choices([1, 2, 3], weights=[68, 23, 9])[0], rng)
    ]
    seen.sort(key=lambda pair: pair[0])
    rows = [
        RawRow(
            _row(number, add_errors(observe(person, day, rng, nickname_share=0.3), rng), rng),
            person.person_id,
        )
        for number, (day, person) in enumerate(seen, 1)
    ]
    plant(rows, FAULTS, rng)
    return rows


def write(rows: list[RawRow], out: Path) -> None:
    path = out / "support" / "cases.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps([row.values for row in rows], ensure_ascii=False, indent=1).encode())


def _row(number: int, seen: Observation, rng: Random) -> Row:
    # A requester always leaves a way to be answered.
    if not seen.mobile.startswith("+") and not set(seen.emails) - set(PLACEHOLDER_EMAILS):
        seen.mobile = at(seen.person.mobiles, seen.day)
    email = seen.emails[0] if seen.emails else None
    phone = phone_text(seen.mobile, rng, abroad=seen.country != "GB") or None
    if email and email not in PLACEHOLDER_EMAILS and phone and rng.random() < 0.4:
        email, phone = (email, None) if rng.random() < 0.7 else (None, phone)
    # Working hours: a clock change skips or repeats an hour at night, which would be ambiguous.
    opened = datetime.combine(
        seen.day, time(rng.randrange(8, 19), rng.randrange(60)), tzinfo=ZoneInfo(_ZONES[seen.country])
    )
    closed = opened + timedelta(days=rng.randrange(1, 15)) if rng.random() < 0.88 else None
    zone = "Z" if rng.random() < 0.25 else f" {_ZONES[seen.country]}"
    return {
        "case_id": f"CS-{number:06}",
        "requester": {"name": f"{seen.given} {seen.family}", "email": email, "phone": phone},
        "opened": _moment(opened, zone),
        "closed": _moment(closed, zone) if closed else None,
        "priority": rng.choices(["low", "normal", "high", "urgent"], weights=[25, 50, 20, 5])[0],
        "status": "closed" if closed else rng.choice(["open", "waiting"]),
        "subject": rng.choice(_SUBJECTS),
    }


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo("UTC")) if zone == "Z" else at
    return f"{local:%Y-%m-%d %H:%M}{zone}"
