"""Make the demo company: raw sources, and the truth about whose records they are."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from cdi_spark.demo import billing, contacts, crm, finance, shop, support, usage
from cdi_spark.demo.people import LAST_DAY, Person, at, population
from cdi_spark.demo.raw import RawRow, Row, write_csv

Make = Callable[[list[Person], Random], list[RawRow]]
Write = Callable[[list[RawRow], Path], None]

SOURCES: Final[dict[str, tuple[Make, Write, str]]] = {
    "crm": (crm.contacts, crm.write, crm.KEY),
    "billing": (billing.accounts, billing.write, billing.KEY),
    "shop": (shop.orders, shop.write, shop.KEY),
    "support": (support.cases, support.write, support.KEY),
    "usage": (usage.events, usage.write, usage.KEY),
}


def generate(out: Path, *, people: int = 10_000, seed: int = 42) -> dict[str, int]:
    """Write crm, billing, shop, support and usage below `out`, derived sources, and the truth beside them.

    Derived are payments, rates and ledger of finance; marketing and contact_centre, which know a CRM contact or a
    billing account; products of the shop.

    The same size and seed give the same bytes, in any process. `truth.csv` has source, key and person of every usable
    person record. Rows without a key, without an identifying value or with a birth in the future are not in it; rows
    in which only the order, invoice or case is faulty are. `truth_people.csv` has the true values of these persons on
    the last day.

    Args:
        out: folder, created if it is missing; files of the same names are replaced.
        people: persons in the population, children included; at least 100, so that every kind of fault occurs.
        seed: of all random choices.
    Returns:
        Rows written per source; an account of billing counts once, usage counts events, rates count days.
    Raises:
        ValueError: fewer than 100 people.
    """
    if people < 100:
        raise ValueError(f"people is {people}; the demo company needs at least 100.")
    customers = population(people, Random(f"{seed}:people"))
    truth: dict[tuple[str, str], str] = {}
    made: dict[str, list[RawRow]] = {}
    for source, (make, write, key) in SOURCES.items():
        rows = made[source] = make(customers, Random(f"{seed}:{source}"))
        write(rows, out)
        truth |= {(source, str(row.values[key])): row.person for row in rows if row.person}
    paid = finance.payments(made["billing"], Random(f"{seed}:payments"))
    by_day = finance.rates(Random(f"{seed}:rates"))
    booked = finance.ledger(made["billing"], paid, made["shop"])
    finance.write(out, paid, by_day, booked)
    events = contacts.campaign_events(made["crm"], Random(f"{seed}:marketing"))
    talks = contacts.conversations(made["billing"], Random(f"{seed}:contact_centre"))
    contacts.write(out, events, talks)
    write_csv(
        out / "truth.csv",
        [{"source": source, "key": key, "person": person} for (source, key), person in truth.items()],
    )
    known = set(truth.values())
    write_csv(out / "truth_people.csv", [_today(person) for person in customers if person.person_id in known])
    derived = {
        "payments": paid,
        "rates": by_day,
        "ledger": booked,
        "marketing": events,
        "contact_centre": talks,
    }
    return {
        **{name: len(rows) for name, rows in made.items()},
        **{name: len(rows) for name, rows in derived.items()},
        "products": shop.write_products(out),
    }


def _today(person: Person) -> Row:
    """Return the true values of a person on the last day."""
    home = at(person.homes, LAST_DAY)
    return {
        "person": person.person_id,
        "given_name": person.given,
        "middle_name": person.middle,
        "family_name": at(person.families, LAST_DAY),
        "gender": person.sex,
        "birth_date": person.birth.isoformat(),
        "email": at(person.emails, LAST_DAY) if person.emails else "",
        "phone": at(person.mobiles, LAST_DAY),
        "street": home.street,
        "city": home.city,
        "region": home.region,
        "postcode": home.postcode,
        "country": home.country,
        "national_id": person.national_id,
    }
