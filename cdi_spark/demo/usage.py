"""The app: CSV events by cookie and device; a cookie has an e-mail address after a sign-in, and many have none."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

from cdi_spark.demo.observations import observation_days, own_email
from cdi_spark.demo.people import LAST_DAY, Person
from cdi_spark.demo.raw import Fault, RawRow, Row, blank, plant, write_csv

KEY: Final = "cookie_id"

FAULTS: Final = (
    Fault(0.005, blank(KEY), loses_person=True),
    Fault(0.004, blank("event_id"), loses_person=True),
)
_EVENTS: Final = (
    "page_view", "page_view", "page_view", "search", "add_to_cart", "checkout", "open_app", "settings",
)  # fmt: skip


def events(people: list[Person], rng: Random) -> list[RawRow]:
    """Make one row per event, ordered by time."""
    rows: list[RawRow] = []
    for person in people:
        if rng.random() < (0.23 if person.is_adult else 0.1):
            rows += _person_events(person, rng)
    rows.sort(key=lambda row: (row.values["ts"], row.values["cookie_id"]))
    for number, row in enumerate(rows, 1):
        row.values["event_id"] = f"e{number:07}"
    plant(rows, FAULTS, rng)
    return rows


def write(rows: list[RawRow], out: Path) -> None:
    write_csv(out / "usage" / "events.csv", [row.values for row in rows])


def _person_events(person: Person, rng: Random) -> list[RawRow]:
    """Make the person's cookies; most that never sign in are on a device where another did."""
    rows: list[RawRow] = []
    known_devices: list[str] = []
    for day in observation_days(person, rng.choices([1, 2, 3, 4], weights=[34, 34, 20, 12])[0], rng):
        signs_in = bool(person.emails) and rng.random() < (0.5 if known_devices else 0.96)
        device = rng.choice(known_devices if known_devices and not signs_in else person.devices)
        if signs_in:
            device = person.shared_device if person.shared_device and rng.random() < 0.3 else device
            # On a shared device, only the e-mail address identifies the cookie's person.
            known_devices += [device] if device != person.shared_device else []
        rows += _cookie_events(person, day, device, own_email(person, day, rng) if signs_in else "", rng)
    return rows


def _cookie_events(person: Person, day: date, device: str, email: str, rng: Random) -> list[RawRow]:
    count = rng.randint(2, 9)
    signed_in_from = rng.randrange(count) if email else count
    cookie = f"{rng.getrandbits(64):016x}"
    begin = datetime.combine(day, time(rng.randrange(24), rng.randrange(60)), tzinfo=UTC)
    version = f"{(min(day, LAST_DAY).year - 2018)}.{rng.randrange(10)}.{rng.randrange(4)}"
    rows = []
    for number in range(count):
        begin += timedelta(seconds=rng.randrange(5, 90_000 if rng.random() < 0.2 else 600))
        signed_in = number >= signed_in_from
        row: Row = {
            "event_id": "",
            "ts": int(begin.timestamp()) * 1000 + rng.randrange(1000),
            "cookie_id": cookie,
            "device_id": device,
            "email": email if signed_in else "",
            "event": "sign_in" if number == signed_in_from else rng.choice(_EVENTS),
            "app_version": version,
        }
        rows.append(RawRow(row, person.person_id))
    return rows
