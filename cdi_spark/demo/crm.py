"""The CRM: a CSV snapshot of contacts as sales staff typed them, some of them two or three times."""

from datetime import datetime, time
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from cdi_spark.demo.errors import add_errors
from cdi_spark.demo.formats import country_text, phone_text
from cdi_spark.demo.observations import Observation, observation_days, observe
from cdi_spark.demo.people import Person
from cdi_spark.demo.raw import FUTURE_BIRTH, Fault, RawRow, Row, blank, plant, put, write_csv

KEY: Final = "contact_id"

FAULTS: Final = (
    Fault(0.003, blank(KEY), loses_person=True),
    Fault(0.005, blank("first_nm", "middle_nm", "last_nm", "email", "mobile", "landline"), loses_person=True),
    Fault(0.005, put("dob", f"{FUTURE_BIRTH:%d/%m/%Y}"), loses_person=True),
)


def contacts(people: list[Person], rng: Random) -> list[RawRow]:
    """Make one row per contact, with keys in order of entry."""
    seen = [
        (day, person)
        for person in people
        if rng.random() < (0.76 if person.is_adult else 0.5)
        for day in observation_days(person, rng.choices([1, 2, 3], weights=[66, 26, 8])[0], rng)
    ]
    seen.sort(key=lambda pair: pair[0])
    rows = [
        RawRow(_row(number, add_errors(observe(person, day, rng), rng), rng), person.person_id)
        for number, (day, person) in enumerate(seen, 100_001)
    ]
    plant(rows, FAULTS, rng)
    return rows


def write(rows: list[RawRow], out: Path) -> None:
    write_csv(out / "crm" / "contacts.csv", [row.values for row in rows], delimiter=";")


def _row(number: int, seen: Observation, rng: Random) -> Row:
    at = datetime.combine(seen.day, time(rng.randrange(8, 19), rng.randrange(60), rng.randrange(60)))
    birth = seen.birth if seen.birth and rng.random() < 0.9 else None
    middle = seen.middle if rng.random() < 0.6 else seen.middle[:1]
    return {
        "contact_id": f"C{number}",
        "first_nm": seen.given,
        "middle_nm": middle,
        "last_nm": seen.family,
        "dob": f"{birth:%d/%m/%Y}" if birth else rng.choice(["", "", "N/A", "unknown"]),
        "email": seen.emails[0] if seen.emails else "",
        "mobile": phone_text(seen.mobile, rng, abroad=seen.country != "GB" and not seen.city),
        "landline": phone_text(seen.landline, rng) if rng.random() < 0.6 else "",
        "street": seen.street,
        "city": seen.city,
        "postcode": seen.postcode,
        "country": country_text(seen.country, rng),
        "company": seen.company,
        "job_title": seen.job,
        "modified": at.replace(tzinfo=ZoneInfo("Europe/London")).isoformat(),
    }
