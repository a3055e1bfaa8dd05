"""True people of one country, with their addresses and contacts; drawn from Faker's names, so that some are common.

Faker draws names from short lists evenly. A population has common and rare names: the share of a name falls with its
rank (Zipf), and one person in twelve has the names of another country.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final

from faker import Faker

from tests.benchmarks.quality.corruption import Record
from tests.benchmarks.quality.letters import unaccented

# By country its locale, locales of other origins, mobile and landline numbers, how a street is written.
COUNTRIES: Final[dict[str, tuple[str, tuple[str, ...], str, str, str]]] = {
    "GB": ("en_GB", ("en_IN", "pl_PL", "en_US"), "+4477########", "+44161#######", "{number} {street}"),
    "US": ("en_US", ("es_ES", "it_IT", "de_DE"), "+1212{}######", "+1773{}######", "{number} {street}"),
    "DE": ("de_DE", ("tr_TR", "pl_PL", "it_IT"), "+49151########", "+4930########", "{street} {number}"),
    "FR": ("fr_FR", ("pt_PT", "it_IT", "es_ES"), "+336########", "+331########", "{number} {street}"),
    "ES": ("es_ES", ("pt_PT", "en_GB", "it_IT"), "+346########", "+3491#######", "{street} {number}"),
    "NL": ("nl_NL", ("tr_TR", "de_DE", "pl_PL"), "+316########", "+3120#######", "{street} {number}"),
    "PL": (
        "pl_PL",
        ("de_DE", "en_GB", "it_IT"),
        "+48601######",
        "+4822#######",
        "ul. {street} {number}/{flat}",
    ),
    "TR": (
        "tr_TR",
        ("de_DE", "en_GB", "fr_FR"),
        "+90532#######",
        "+90212#######",
        "{street} Sokak No: {number} D: {flat}",
    ),
    "CO": (
        "es_CO",
        ("es_ES", "pt_BR", "it_IT"),
        "+57310#######",
        "+57601#######",
        "{street} # {number}-{flat}",
    ),
    "JP": ("ja_JP", ("en_US",), "+8190########", "+813########", "{street} {number}"),
    "IN": ("en_IN", ("en_GB",), "+9198########", "+9122########", "H.No. {number}, {street}"),
}
# Faker invents English ones.
_CITIES_TR: Final = (
    "İstanbul", "Ankara", "İzmir", "Bursa", "Antalya", "Konya", "Adana", "Şanlıurfa", "Gaziantep", "Kocaeli", "Mersin",
    "Diyarbakır", "Hatay", "Manisa", "Kayseri", "Samsun", "Balıkesir", "Kahramanmaraş", "Van", "Aydın", "Tekirdağ",
    "Sakarya", "Denizli", "Muğla", "Eskişehir", "Mardin", "Trabzon", "Malatya", "Ordu", "Erzurum", "Afyonkarahisar",
    "Sivas", "Adıyaman", "Batman", "Tokat", "Zonguldak", "Elazığ", "Kütahya", "Çanakkale", "Osmaniye", "Çorum", "Ağrı",
)  # fmt: skip
_MAIL: Final = (
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "yahoo.com",
    "outlook.com",
    "hotmail.com",
    "icloud.com",
)
_HANDLES: Final = (
    "sunny",
    "tiger",
    "blue",
    "rocker",
    "kitty",
    "ace",
    "star",
    "runner",
    "gamer",
    "dr",
    "real",
    "hello",
)


@dataclass(frozen=True)
class Home:
    street: str
    postcode: str
    city: str


@dataclass
class Person:
    id: str
    given: str
    middle: str
    family: str
    sex: str
    born: date
    home: Home
    mobile: str
    email: str
    landline: str
    national_id: str
    account: str
    loyalty: str
    country: str
    # What only some countries have: other scripts, a second family name, a maiden name.
    more: dict[str, str] = field(default_factory=dict)

    def record(self) -> Record:
        """Everything about the person, as columns of silver.person."""
        return {
            "given_name": self.given, "middle_name": self.middle or None, "family_name": self.family,
            "birth_date": self.born.isoformat(), "gender": self.sex, "street": self.home.street,
            "postcode": self.home.postcode, "city": self.home.city, "country": self.country,
            "emails": [self.email] if self.email else None, "phones": [self.mobile], "account_ids": [self.account],
            "national_id": self.national_id,
        }  # fmt: skip


@dataclass
class Names:
    """Names of one locale, common ones first."""

    female: list[str]
    male: list[str]
    family: list[str]

    @classmethod
    def of(cls, locale: str, rng: Random) -> Names:
        fake = Faker(locale)
        fake.seed_instance(rng.randrange(2**32))
        person: Any = next(p for p in fake.factories[0].providers if ".person" in type(p).__module__)
        female, male = _shuffled(person.first_names_female, rng), _shuffled(person.first_names_male, rng)
        if locale == "pl_PL":
            # The commonest names, most of which have a female form, are in a list of their own.
            families = [*person.male_last_names, *_shuffled(person.unisex_last_names, rng)[:2000]]
        else:
            families = _shuffled(person.last_names, rng)
        return cls(female, male, families)

    def given(self, sex: str, rng: Random) -> str:
        return ranked(self.female if sex == "female" else self.male, rng)


def ranked(pool: list[str], rng: Random) -> str:
    """One of the pool; the share falls with about the rank: u ** 2.2 puts a fifth of all draws on the first 3 %."""
    return pool[int(len(pool) * rng.random() ** 2.2)]


class Population:
    """Draws people and homes of one country."""

    def __init__(self, country: str, rng: Random) -> None:
        self.country, self.rng = country, rng
        locale, others, self._mobile, self._landline, self._street = COUNTRIES[country]
        self.names = Names.of(locale, rng)
        self.others = [Names.of(other, rng) for other in others]
        self.fake = Faker(locale)
        self.fake.seed_instance(rng.randrange(2**32))
        self._count = 0
        self._mailboxes: set[str] = set()

    @cached_property
    def areas(self) -> list[tuple[str, str, list[str]]]:
        """City, postcode and streets; large cities have many postcodes."""
        found = []
        for n in range(120):
            city = _CITIES_TR[n % len(_CITIES_TR)] if self.country == "TR" else self.fake.city()
            for _ in range(1 + 40 // (n + 1)):
                streets = [self._street_name() for _ in range(self.rng.randrange(6, 25))]
                found.append((city, self.fake.postcode(), streets))
        return found

    def _street_name(self) -> str:
        return str(self.fake.last_name() if self.country == "TR" else self.fake.street_name())

    def home(self) -> Home:
        city, postcode, streets = self.rng.choice(self.areas)
        number = int(1 + 150 * self.rng.random() ** 2)
        street = self._street.format(
            street=self.rng.choice(streets), number=number, flat=self.rng.randrange(1, 40)
        )
        return Home(street, postcode, city)

    def person(self, **known: Any) -> Person:
        """A new person; what is known (home, family, born …) is taken as it is."""
        self._count += 1
        rng = self.rng
        names = rng.choice(self.others) if rng.random() < 1 / 12 else self.names
        sex = known.get("sex") or rng.choice(("female", "male"))
        drawn: dict[str, Any] = {
            "id": f"p{self._count}", "sex": sex, "given": names.given(sex, rng),
            "middle": names.given(sex, rng) if rng.random() < 0.35 else "", "family": ranked(names.family, rng),
            "born": self.born(), "home": known.get("home") or self.home(), "mobile": self.number(self._mobile),
            "landline": self.number(self._landline), "national_id": f"{rng.randrange(10**9, 10**10)}",
            "account": f"K{rng.randrange(10**7):07}", "loyalty": f"6334{rng.randrange(10**9):09}",
            "country": self.country,
        }  # fmt: skip
        person = Person(email="", **(drawn | known))
        person.email = self.email(person)
        return person

    def born(self, *, youngest: int = 18, oldest: int = 95) -> date:
        """A day of birth; clerks write 1 January for one person in eighty, who knows only the year."""
        day = date(2025 - oldest, 1, 1) + timedelta(days=self.rng.randrange(365 * (oldest - youngest)))
        return day.replace(month=1, day=1) if self.rng.random() < 1 / 80 else day

    def number(self, pattern: str) -> str:
        number = pattern.format(self.rng.randrange(2, 10))
        return "".join(str(self.rng.randrange(10)) if c == "#" else c for c in number)

    def mobile(self) -> str:
        return self.number(self._mobile)

    def landline(self) -> str:
        return self.number(self._landline)

    def email(self, person: Person) -> str:
        """A mailbox of nobody else, of the name or of anything else; none for one person in eight."""
        rng = self.rng
        given, family = (
            _mailable(n) for n in (person.more.get("latin_given", person.given), _family(person))
        )
        year, digits = person.born.year, rng.randrange(1, 1000)
        if rng.random() < 1 / 8:
            return ""
        handle = f"{rng.choice(_HANDLES)}{rng.choice(_HANDLES)}{digits}"
        local = rng.choices(
            (f"{given}.{family}", f"{given[:1]}{family}{digits}", f"{given}{family}{year % 100:02}", handle,
             f"{family}.{given}{digits}", f"{given}{digits}"), (30, 15, 15, 20, 10, 10),
        )[0]  # fmt: skip
        mailbox = f"{local.strip('.')}@{rng.choice(_MAIL)}"
        while mailbox in self._mailboxes:
            mailbox = mailbox.replace("@", f"{rng.randrange(10)}@")
        self._mailboxes.add(mailbox)
        return mailbox


def _family(person: Person) -> str:
    return person.more.get("latin_family", person.family)


def _mailable(name: str) -> str:
    plain = "".join(c for c in unaccented(name).lower() if c.isascii() and c.isalpha())
    return plain or "user"


def _shuffled(pool: Iterable[str], rng: Random) -> list[str]:
    names = list(dict.fromkeys(pool))
    rng.shuffle(names)
    return names
