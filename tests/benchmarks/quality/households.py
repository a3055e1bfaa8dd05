"""People under one roof: what they share is no sign that they are one."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.benchmarks.quality.corruption import ORDINARY, Record, corrupt
from tests.benchmarks.quality.family import Family, family, only
from tests.benchmarks.quality.people import Person, Population, ranked

_COLUMNS = (
    "given_name", "middle_name", "family_name", "birth_date", "gender", "street", "postcode", "city", "emails",
    "phones",
)  # fmt: skip
_JOINT = (
    "Mr & Mrs {his} {family}", "Mr and Mrs {family}", "{his} & {her} {family}", "{her} and {his} {family}",
    "Mr {h} & Mrs {w} {family}", "Mr & Mrs {h} {family}", "The {family} Family",
)  # fmt: skip


def households(seed: int) -> Family:
    """Singles, couples, parents with children, twins, and father and son of one name.

    Two households in five share a mailbox, half a landline; one couple in eight has a record in both names, which is
    nobody's in particular; one son in fifty or so has his father's name. These shares are assumed. One birth in eighty
    is of twins (Monden, Pison & Smits 2021, doi:10.1093/humrep/deab029).
    """
    rng = Random(f"households{seed}")
    population = Population("GB", rng)

    def rows() -> Iterator[tuple[str, str | None, Record]]:
        for _ in range(1000):
            members = household(population)
            shared_mail = members[0].email if len(members) > 1 and rng.random() < 0.4 else ""
            shared_phone = members[0].landline if rng.random() < 0.5 else ""
            for person in members:
                for _ in range(rng.choices((0, 1, 2, 3), (15, 45, 28, 12))[0]):
                    record = person.record()
                    if shared_mail and rng.random() < 0.7:
                        record["emails"] = [shared_mail]
                    if shared_phone and rng.random() < 0.6:
                        record["phones"] = [shared_phone]
                    if rng.random() < 0.35:
                        record["birth_date"] = None
                    corrupt(record, rng, errors=ORDINARY, counts=(55, 35, 10))
                    yield rng.choice(("crm", "shop", "post")), person.id, only(record, "full_name", *_COLUMNS)
            if len(members) > 1 and rng.random() < 1 / 8:
                yield "post", None, joint(members, shared_mail, shared_phone, rng)

    return family("households", rows(), rng, country="GB")


def household(population: Population) -> list[Person]:
    """The members, parents first."""
    rng = population.rng
    first = population.person(born=population.born(youngest=30))
    if rng.random() < 0.3:
        return [first]
    year = first.born.year
    other = "male" if first.sex == "female" else "female"
    partner = population.person(
        sex=other, home=first.home, landline=first.landline,
        family=first.family if rng.random() < 0.75 else ranked(population.names.family, rng),
        born=first.born.replace(year=min(2005, year + rng.randrange(-6, 7)), day=min(28, first.born.day)),
    )  # fmt: skip
    members = [first, partner]
    for _ in range(rng.choices((0, 1, 2, 3), (35, 25, 28, 12))[0]):
        members.append(_child(population, first, partner))
        if rng.random() < 1 / 80:
            members.append(_child(population, first, partner, born=members[-1].born))
    return members


def _child(population: Population, first: Person, partner: Person, **known: object) -> Person:
    rng = population.rng
    father = first if first.sex == "male" else partner
    known = {"home": first.home, "landline": first.landline, "family": father.family} | known
    if "born" not in known:
        born = population.born().replace(
            year=first.born.year + rng.randrange(20, 38), day=rng.randrange(1, 29)
        )
        known["born"] = born
    if rng.random() < 1 / 25:
        known |= {"given": father.given, "sex": "male"}
    return population.person(**known)


def joint(members: list[Person], mail: str, phone: str, rng: Random) -> Record:
    """One record in the name of both partners."""
    his, her = sorted(members[:2], key=lambda person: person.sex == "female")
    names = {"his": his.given, "her": her.given, "h": his.given[0], "w": her.given[0], "family": his.family}
    record = only(his.record(), *_COLUMNS) | dict.fromkeys(
        ("given_name", "middle_name", "family_name", "birth_date", "gender")
    )
    return {
        "full_name": rng.choice(_JOINT).format(**names), **record,
        "emails": [mail] if mail else None, "phones": [phone] if phone else None,
    }  # fmt: skip
