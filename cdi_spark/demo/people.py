"""The demo company's true customers: households with histories, before any source records them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final, TypeVar

from cdi_spark.demo.names import Names
from cdi_spark.demo.places import Home, Mailboxes, Places

# The years in the sources. Fixed, so that the demo does not depend on the day it is made.
FIRST_DAY: Final = date(2019, 1, 1)
LAST_DAY: Final = date(2026, 6, 30)

T = TypeVar("T")
# Values with the day from which each is true, oldest first.
History = list[tuple[date, T]]

JOBS: Final = (
    "Accountant", "Nurse", "Teacher", "Software Engineer", "Electrician", "Sales Manager", "Solicitor",
    "Chef", "Office Manager", "Plumber", "Civil Engineer", "Pharmacist", "Retail Assistant",
    "Marketing Executive", "Driver", "Architect", "Project Manager", "Dentist", "Administrator",
    "Data Analyst", "Builder", "Consultant", "Care Worker", "Librarian", "Warehouse Operative",
    "HR Adviser",
)  # fmt: skip
_TRADES: Final = (
    "Consulting", "Engineering", "Logistics", "Foods", "Media", "Systems", "Building Supplies", "Care",
    "Energy", "Travel", "Textiles",
)  # fmt: skip
_EMPLOYEES: Final = 40
_LEGAL_FORM: Final = {"GB": "Ltd", "US": "Inc.", "DE": "GmbH", "FR": "SARL", "ES": "S.L.", "IT": "S.r.l."}


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    switchboard: str


@dataclass(slots=True)
class Person:
    """One customer. E-mail addresses and mobiles are the person's own; those of the household are separate."""

    person_id: str
    sex: str
    given: str
    middle: str
    nickname: str
    birth: date
    country: str
    families: History[str]
    homes: History[Home]
    joined: date
    family_email: str = ""
    partner_mobile: str = ""
    shared_device: str = ""
    # Parent and child with one name at one address: only own contacts and birth dates distinguish them.
    has_namesake: bool = False
    emails: History[str] = field(default_factory=list)
    mobiles: History[str] = field(default_factory=list)
    job: str = ""
    company: Company | None = None
    national_id: str = ""
    devices: list[str] = field(default_factory=list)

    @property
    def is_adult(self) -> bool:
        return self.birth.year <= LAST_DAY.year - 18


def at(history: Sequence[tuple[date, T]], day: date) -> T:
    """Return the value that was true on the day; before the first, the first."""
    return next((value for since, value in reversed(history) if since <= day), history[0][1])


def day_between(first: date, last: date, rng: Random) -> date:
    """Draw a day, both ends included; `first` if `last` is earlier."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def population(people: int, rng: Random) -> list[Person]:
    """Make exactly this many people, household by household."""
    town = _Town(rng)
    while len(town.people) < people:
        town.add_household()
    return town.people[:people]


class _Town:
    """All people so far, and the values that must be unique among them."""

    def __init__(self, rng: Random) -> None:
        self.people: list[Person] = []
        self._rng = rng
        self._names = Names(rng)
        self._places = Places(rng)
        self._mailboxes = Mailboxes(rng)
        self._companies: dict[str, list[Company]] = {}
        self._given_up_mobiles: dict[str, list[str]] = {}

    def add_household(self) -> None:
        rng = self._rng
        country = self._places.country()
        family = self._names.family(country)
        homes: History[Home] = [(FIRST_DAY, self._home(country))]
        for _ in range(rng.choices([0, 1, 2], weights=[66, 29, 5])[0]):
            homes.append((day_between(homes[-1][0], LAST_DAY, rng), self._home(country)))
        head = self._adult(country, rng.choice(["male", "female"]), family, homes, rng.randint(1938, 2002))
        members = [head]
        kind = rng.choices(["single", "couple", "family", "lone parent"], weights=[28, 27, 35, 10])[0]
        if kind in ("couple", "family"):
            members.append(self._partner(head))
        if kind in ("family", "lone parent") and head.birth.year <= 1987:
            members += self._children(head)
        self._share_mailbox(members)
        for number, member in enumerate(members, len(self.people) + 1):
            member.person_id = f"P{number:06}"
            self._equip(member)
        if len(members) > 1:
            self._pair_up(members[0], members[1])
        self.people += members

    def _home(self, country: str) -> Home:
        return self._places.home(country, has_landline=self._rng.random() < 0.6)

    def _adult(self, country: str, sex: str, family: str, homes: History[Home], year: int) -> Person:
        rng = self._rng
        given = self._names.given(country, sex)
        return Person(
            person_id="",
            sex=sex,
            given=given,
            middle=self._names.middle(country, sex),
            nickname=self._names.nickname(given),
            birth=date(year, 1, 1) + timedelta(days=rng.randint(0, 364)),
            country=country,
            families=[(FIRST_DAY, family)],
            homes=homes,
            joined=day_between(FIRST_DAY, LAST_DAY - timedelta(days=120), rng),
        )

    def _partner(self, head: Person) -> Person:
        """Make the partner; some take the name, or join both names, within the years of the sources."""
        rng = self._rng
        family = head.families[0][1]
        sex = head.sex if rng.random() < 0.04 else {"male": "female", "female": "male"}[head.sex]
        born = min(2003, head.birth.year + rng.randint(-6, 6))
        kind = rng.choices(["long married", "newly married", "own name"], weights=[50, 22, 28])[0]
        if head.country in ("ES", "IT"):
            kind = "own name"
        name = family if kind == "long married" else self._names.family(head.country)
        partner = self._adult(head.country, sex, name, head.homes, born)
        if kind == "newly married":
            joined = f"{name}-{family}" if rng.random() < 0.25 else family
            partner.families.append((day_between(FIRST_DAY, LAST_DAY, rng), joined))
        return partner

    def _children(self, head: Person) -> list[Person]:
        rng = self._rng
        family = head.families[0][1]
        children: list[Person] = []
        for _ in range(rng.choices([1, 2, 3], weights=[45, 42, 13])[0]):
            year = min(2012, head.birth.year + rng.randint(20, 38))
            child = self._adult(head.country, rng.choice(["male", "female"]), family, head.homes, year)
            while child.given in {head.given, *(c.given for c in children)}:
                child.given, child.nickname = self._names.given(head.country, child.sex), ""
            if child.sex == head.sex and not head.has_namesake and rng.random() < 0.1:
                child.given, child.nickname = head.given, ""
                child.has_namesake = head.has_namesake = True
            elif children and rng.random() < 0.12:
                child.birth = children[-1].birth
            if child.birth.year <= 2005 and rng.random() < 0.45:
                left = day_between(date(max(2019, child.birth.year + 19), 1, 1), LAST_DAY, rng)
                child.homes = [*(h for h in head.homes if h[0] < left), (left, self._home(head.country))]
            children.append(child)
        return children

    def _share_mailbox(self, members: list[Person]) -> None:
        if len(members) > 1 and self._rng.random() < 0.5:
            shared = self._mailboxes.family(members[0].families[-1][1], members[0].country)
            for member in members:
                member.family_email = shared

    def _pair_up(self, one: Person, other: Person) -> None:
        """Let some couples share a mobile or a tablet, except those who also share a name."""
        if one.has_namesake or other.has_namesake:
            return
        if self._rng.random() < 0.3:
            one.partner_mobile, other.partner_mobile = other.mobiles[-1][1], one.mobiles[-1][1]
        if self._rng.random() < 0.15:
            one.shared_device = other.shared_device = one.devices[0]

    def _equip(self, person: Person) -> None:
        rng = self._rng
        if person.has_namesake or not person.family_email or rng.random() < (0.9 if person.is_adult else 0.6):
            for since in self._changes([62, 30, 8]):
                used = person.nickname if person.nickname and rng.random() < 0.2 else person.given
                name = at(person.families, since)
                person.emails.append(
                    (since, self._mailboxes.own(used, name, person.birth.year, person.country))
                )
        for since in self._changes([68, 28, 4]):
            person.mobiles.append((since, self._mobile(person.country)))
        self._given_up_mobiles.setdefault(person.country, []).extend(n for _, n in person.mobiles[:-1])
        if person.is_adult and rng.random() < 0.45:
            person.job, person.company = rng.choice(JOBS), self._employer(person.country)
        person.national_id = _national_id(person, rng)
        person.devices = [
            f"{rng.getrandbits(48):012x}" for _ in range(rng.choices([1, 2, 3], weights=[50, 38, 12])[0])
        ]

    def _changes(self, weights: list[int]) -> list[date]:
        changes = self._rng.choices(range(len(weights)), weights=weights)[0]
        return [FIRST_DAY, *sorted(day_between(FIRST_DAY, LAST_DAY, self._rng) for _ in range(changes))]

    def _mobile(self, country: str) -> str:
        """Draw a new number, or sometimes one that a stranger gave up and the network sold again."""
        given_up = self._given_up_mobiles.get(country, [])
        if given_up and self._rng.random() < 0.015:
            return given_up.pop(0)
        return self._places.mobile(country)

    def _employer(self, country: str) -> Company:
        known = self._companies.setdefault(country, [])
        if not known or self._rng.random() < 1 / _EMPLOYEES:
            name = f"{self._names.family(country)} {self._rng.choice(_TRADES)} {_LEGAL_FORM[country]}"
            known.append(Company(name, self._places.switchboard(country)))
        return self._rng.choice(known)


def _national_id(person: Person, rng: Random) -> str:
    """Draw a national id in the form of the person's country; only Spain's check letter is computed."""
    digits = "".join(rng.choice("0123456789") for _ in range(15))
    match person.country:
        case "GB":
            return (
                f"{rng.choice('ABCEHJLMPRSTW')}{rng.choice('ABCEHJLMPRSTW')}{digits[:6]}{rng.choice('ABCD')}"
            )
        case "US":
            return f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"
        case "ES":
            return f"{digits[:8]}{'TRWAGMYFPDXBNJZSQVHLCKE'[int(digits[:8]) % 23]}"
        case "FR":
            sex = "1" if person.sex == "male" else "2"
            return f"{sex}{person.birth:%y%m}{digits[:8]}"
        case "DE":
            return f"{rng.randint(1, 9)}{digits[:10]}"
        case _:
            letters = _consonants(person.families[0][1]) + _consonants(person.given)
            return f"{letters}{person.birth:%y}A{digits[:2]}F{digits[2:5]}Z"


def _consonants(name: str) -> str:
    kept = [c for c in name.upper() if c in "BCDFGHJKLMNPQRSTVWXYZ"]
    return "".join(kept)[:3].ljust(3, "X")
