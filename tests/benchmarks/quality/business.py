"""Businesses among persons: accounts of companies, role mailboxes, switchboards, and people at work and at home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.benchmarks.quality.corruption import (
    ORDINARY,
    Error,
    Record,
    capitals,
    corrupt,
    missing,
    misspelt,
    short_street,
)
from tests.benchmarks.quality.family import Family, family, only
from tests.benchmarks.quality.letters import unaccented
from tests.benchmarks.quality.people import Home, Person, Population

_COLUMNS = (
    "full_name", "given_name", "family_name", "birth_date", "street", "postcode", "city", "emails", "phones", "company",
)  # fmt: skip
_ROLES = ("info", "sales", "accounts", "office", "orders", "hello", "admin", "invoices")
_ENDINGS = ("Ltd", "Limited", "PLC", "LLP", "& Sons", "Group", "")
_ERRORS: dict[Error, int] = {
    misspelt("company"): 10, missing("phones"): 8, missing("emails"): 8, misspelt("street"): 6, short_street: 8,
    capitals: 6, missing("street", "postcode", "city"): 4,
}  # fmt: skip


@dataclass
class Company:
    id: str
    name: str
    home: Home
    domain: str
    switchboard: str


def businesses(seed: int) -> Family:
    """Three records in five are of private people; the others of companies and of those who work there.

    A company is a customer of its own: its account has no person, or "Accounts Payable" in the field of the name.
    People at work have the switchboard and the company's address, some a role mailbox; half have a private record, too.
    """
    rng = Random(f"businesses{seed}")
    population = Population("GB", rng)

    def rows() -> Iterator[tuple[str, str | None, Record]]:
        for _ in range(1200):
            person = population.person()
            for _ in range(rng.choices((1, 2, 3), (50, 35, 15))[0]):
                yield rng.choice(("crm", "shop")), person.id, _private(person, rng)
        for n in range(180):
            company = _company(n, population)
            for _ in range(rng.choices((1, 2, 3), (50, 30, 20))[0]):
                yield rng.choice(("crm", "billing")), company.id, _account(company, rng)
            for _ in range(rng.choices((1, 2, 4, 8), (40, 30, 20, 10))[0]):
                person = population.person()
                for _ in range(rng.choices((1, 2, 3), (55, 30, 15))[0]):
                    yield rng.choice(("crm", "billing")), person.id, _at_work(person, company, rng)
                if rng.random() < 0.5:
                    yield "shop", person.id, _private(person, rng)

    return family("businesses", rows(), rng, country="GB")


def _company(number: int, population: Population) -> Company:
    base = str(population.fake.company()).replace(" Ltd", "").replace(" PLC", "").replace(" Inc", "")
    name = f"{base} {population.rng.choice(_ENDINGS)}".strip()
    domain = "".join(c for c in unaccented(base).lower() if c.isalpha()) + ".co.uk"
    return Company(f"c{number}", name, population.home(), domain, population.landline())


def _private(person: Person, rng: Random) -> Record:
    return only(corrupt(person.record(), rng, errors=ORDINARY, counts=(55, 35, 10)), *_COLUMNS)


def _account(company: Company, rng: Random) -> Record:
    """The company's own account; the name stands in the column of the company, of the whole name, or in both."""
    wording = company.name
    if rng.random() < 0.3:
        wording = (
            wording.replace("Limited", "Ltd") if "Limited" in wording else wording.replace("Ltd", "Limited")
        )
    record = _address(company) | {
        "emails": [f"{rng.choice(_ROLES)}@{company.domain}"], "phones": [company.switchboard], "company": wording,
    }  # fmt: skip
    place = rng.random()
    if place < 0.35:
        record["full_name"] = wording
    elif place < 0.55:
        record["full_name"] = rng.choice(("Accounts Payable", "Accounts Dept", "Reception", "Purchasing"))
    return only(corrupt(record, rng, errors=_ERRORS, counts=(55, 35, 10)), *_COLUMNS)


def _at_work(person: Person, company: Company, rng: Random) -> Record:
    own = f"{person.given[:1]}.{person.family}@{company.domain}".lower().replace(" ", "")
    mail = rng.choices((own, f"{rng.choice(_ROLES)}@{company.domain}", ""), (65, 20, 15))[0]
    phone = rng.choices((company.switchboard, person.mobile), (60, 40))[0]
    record = person.record() | _address(company) | {
        "birth_date": None, "emails": [mail] if mail else None, "phones": [phone], "company": company.name,
    }  # fmt: skip
    return only(corrupt(record, rng, errors=ORDINARY, counts=(60, 30, 10)), *_COLUMNS)


def _address(company: Company) -> Record:
    return {"street": company.home.street, "postcode": company.home.postcode, "city": company.home.city}
