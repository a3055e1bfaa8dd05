"""Families of records that stress one thing each: a generator by name, deterministic by its seed.

Rates of errors are those of corruption.py. What changes in a person's life between two records is assumed: another home
(one in eight; about one American in nine moved within a year in the 2010s, Census Bureau, Current Population Survey),
another phone or mailbox (one in ten each), another surname (one woman in twenty-five).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Final

from faker import Faker

from tests.benchmarks.quality import asia, countries
from tests.benchmarks.quality.business import businesses
from tests.benchmarks.quality.corruption import (
    ORDINARY,
    Error,
    Record,
    corrupt,
    exchanged,
    initial,
    missing,
    misspelt,
    moved_into,
)
from tests.benchmarks.quality.family import Family, family, only, spread
from tests.benchmarks.quality.households import households
from tests.benchmarks.quality.people import Person, Population, ranked

_PERSONS: Final = 2600
_COUNTS: Final = (45, 35, 14, 6)
# Most records have no error, many have one, few have several.
_FEW: Final = (50, 35, 11, 4)
_ADDRESS: Final = ("street", "postcode", "city")
_NAMES: Final = ("given_name", "middle_name", "family_name")
_ALL_COLUMNS: Final = (*_NAMES, "birth_date", "gender", *_ADDRESS, "emails", "phones")


def changed(record: Record, person: Person, population: Population) -> Record:
    """What may have changed in a person's life before this record was written."""
    rng = population.rng
    if rng.random() < 1 / 8:
        home = population.home()
        record |= {"street": home.street, "postcode": home.postcode, "city": home.city}
    if rng.random() < 1 / 10:
        record["phones"] = [population.mobile()]
    if rng.random() < 1 / 10:
        record["emails"] = [mail] if (mail := population.email(person)) else None
    if person.sex == "female" and rng.random() < 1 / 25:
        record["family_name"] = ranked(population.names.family, rng)
    return record


def columns_only(
    seed: int, *, name: str, country: str, columns: Sequence[str], persons: int = _PERSONS,
    counts: Sequence[int] = _COUNTS, sources: Sequence[str] = ("crm", "shop", "club"),
) -> Family:  # fmt: skip
    """Ordinary records that have these columns and no other."""
    rng = Random(f"{name}{seed}")
    population = Population(country, rng)
    everybody = [population.person() for _ in range(persons)]

    def rows() -> Iterator[tuple[str, str, Record]]:
        for person, source in spread(everybody, rng, sources=sources, counts=counts):
            record = changed(person.record(), person, population)
            yield source, person.id, only(corrupt(record, rng, errors=ORDINARY, counts=_FEW), *columns)

    return family(name, rows(), rng, country=country)


def ids_only(seed: int) -> Family:
    """Customer numbers, loyalty cards and national ids; one record in six has a name, too.

    A shop knows the customer number, a club the number and its own card, a bank the number or the national id. One id
    in fifty is mistyped; one customer number in two hundred is used by a partner, too.
    """
    rng = Random(f"ids{seed}")
    population = Population("GB", rng)
    everybody = [population.person() for _ in range(_PERSONS)]
    for one, other in zip(everybody[::200], everybody[1::200], strict=False):
        other.account = one.account

    def rows() -> Iterator[tuple[str, str, Record]]:
        for person, source in spread(
            everybody, rng, sources=("shop", "club", "bank"), counts=(30, 35, 25, 10)
        ):
            known = only(person.record(), "given_name", "family_name") if rng.random() < 1 / 6 else {}
            ids = {
                "shop": [person.account],
                "club": [person.account, person.loyalty],
                "bank": [person.account],
            }[source]
            record: Record = {
                "given_name": None,
                "family_name": None,
                "national_id": None,
                **known,
                "account_ids": ids,
            }
            if source == "bank":
                record["national_id"] = person.national_id
                record["account_ids"] = ids if rng.random() < 0.7 else None
            elif source == "club" and rng.random() < 0.25:
                record["account_ids"] = [person.loyalty]
            if rng.random() < 1 / 50:
                misspelt("account_ids")(record, rng)
            yield source, person.id, record

    return family("ids_only", rows(), rng, country="GB")


def five_lists(seed: int) -> Family:
    """Five lists of equal form, one record of a person in each at most; three in five persons are in several."""
    rng = Random(f"lists{seed}")
    population = Population("US", rng)
    lists = [f"list{n}" for n in range(1, 6)]

    def rows() -> Iterator[tuple[str, str, Record]]:
        for person in (population.person() for _ in range(2400)):
            for source in rng.sample(lists, rng.choices(range(1, 6), (40, 25, 18, 10, 7))[0]):
                record = corrupt(
                    changed(person.record(), person, population), rng, errors=ORDINARY, counts=_FEW
                )
                yield source, person.id, only(record, *_NAMES, "city", "postcode")

    return family("five_lists", rows(), rng, country="US")


def heavy_corruption(seed: int) -> Family:
    """Two to six errors in most records: typed, heard, scanned, left out, exchanged, shortened, in the wrong column.

    Paper has no e-mail addresses, the shop no telephone numbers.
    """
    rng = Random(f"heavy{seed}")
    population = Population("GB", rng)
    heavy: dict[Error, int] = {
        **ORDINARY, exchanged("given_name", "family_name"): 8, exchanged("street", "city"): 3,
        moved_into("postcode", "city"): 5, moved_into("family_name", "given_name"): 5, missing("given_name"): 4,
        missing("family_name"): 3, misspelt("family_name"): 15, misspelt("given_name"): 15, misspelt("birth_date"): 10,
        initial: 8,
    }  # fmt: skip

    def rows() -> Iterator[tuple[str, str, Record]]:
        everybody = [population.person() for _ in range(_PERSONS)]
        for person, source in spread(everybody, rng, sources=("crm", "shop", "paper"), counts=_COUNTS):
            record = changed(person.record(), person, population)
            record |= {"paper": {"emails": None}, "shop": {"phones": None}}.get(source, {})
            corrupt(record, rng, errors=heavy, counts=(5, 10, 20, 20, 20, 15, 10))
            yield source, person.id, only(record, *_ALL_COLUMNS)

    return family("heavy_corruption", rows(), rng, country="GB")


def one_country(seed: int, *, country: str) -> Family:
    """A customer register, an order system with the whole name in one field, and an old system, all of one country.

    About half of the records have a telephone number, as many an e-mail address; the old system has neither.
    """
    rng = Random(f"{country}{seed}")
    population = Population(country, rng)
    hindi = Faker("hi_IN")
    hindi.seed_instance(seed)

    def drawn() -> Person:
        if country == "JP":
            return asia.japanese(population)
        return asia.indian(population, hindi) if country == "IN" else countries.person(country, population)

    def written(person: Person) -> Record:
        if country == "JP":
            return asia.written_japanese(person, rng)
        return (
            asia.written_indian(person, rng) if country == "IN" else countries.written(country, person, rng)
        )

    def rows() -> Iterator[tuple[str, str, Record]]:
        whole = asia.whole_name if country in ("JP", "IN") else countries.whole
        everybody = [drawn() for _ in range(_PERSONS)]
        for person, source in spread(everybody, rng, sources=("register", "orders", "old"), counts=_COUNTS):
            record = person.record() | written(person)
            if rng.random() < 1 / 8:
                home = drawn().home
                record |= {"street": home.street, "postcode": home.postcode, "city": home.city}
            if rng.random() < 1 / 8:
                record["phones"] = [population.landline()]
            record |= {c: None for c in ("emails", "phones") if source == "old" or rng.random() < 0.5}
            record = corrupt(record, rng, errors=ORDINARY, counts=(60, 30, 10))
            columns: tuple[str, ...] = _ALL_COLUMNS
            if source == "orders":
                record["full_name"] = whole(country, record, rng)
                columns = ("full_name", *_ADDRESS, "emails", "phones")
            yield source, person.id, only(record, *columns)

    return family(country, rows(), rng, country=country)


# By name the generator of the family of a seed.
FAMILIES: Final[dict[str, Callable[[int], Family]]] = {
    **{
        name: partial(columns_only, name=name, country=country, columns=columns)
        for name, country, columns in (
            ("names_city", "US", (*_NAMES, "city")),
            ("names_birth", "DE", (*_NAMES, "birth_date")),
            ("names_address_sex", "US", ("given_name", "family_name", "gender", *_ADDRESS)),
            ("no_names", "GB", ("birth_date", *_ADDRESS, "emails", "phones")),
        )
    },
    "ids_only": ids_only,
    "five_lists": five_lists,
    "heavy_corruption": heavy_corruption,
    "duplicates_1": partial(
        columns_only, name="duplicates_1", country="GB", columns=_ALL_COLUMNS, persons=4950, counts=(99, 1)
    ),
    "duplicates_60": partial(
        columns_only, name="duplicates_60", country="GB", columns=_ALL_COLUMNS, persons=1700,
        counts=(15, 30, 30, 15, 10),
    ),
    **{country: partial(one_country, country=country) for country in ("DE", "FR", "ES", "NL", "PL", "TR", "JP", "IN")},
    "households": households,
    "businesses": businesses,
}  # fmt: skip
