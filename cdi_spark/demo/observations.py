"""What a source learns about a person on one day: mostly current, sometimes out of date, not yet misspelt."""

from dataclasses import dataclass
from datetime import date
from random import Random

from cdi_spark.demo.people import LAST_DAY, Person, at, day_between


@dataclass(slots=True)
class Observation:
    """The values of one person on one day. Empty text and None mean no value; phones are E.164, country is ISO2."""

    person: Person
    day: date
    given: str
    middle: str
    family: str
    birth: date | None
    emails: list[str]
    mobile: str
    landline: str
    street: str
    city: str
    region: str
    postcode: str
    country: str
    job: str
    company: str

    @property
    def phones(self) -> list[str]:
        return [phone for phone in (self.mobile, self.landline) if phone]


def observation_days(person: Person, count: int, rng: Random) -> list[date]:
    """Draw the days on which a source observes the person, oldest first."""
    return sorted(day_between(person.joined, LAST_DAY, rng) for _ in range(count))


def observe(person: Person, day: date, rng: Random, *, nickname_share: float = 0.08) -> Observation:
    """Draw the values that the person gives on a day."""
    remembered = day if rng.random() > 0.05 else day_between(day.replace(month=1, day=1), day, rng)
    home = at(person.homes, remembered)
    works = person.company if person.company and rng.random() < 0.6 else None
    landline = works.switchboard if works and rng.random() < 0.06 else home.landline
    nicknamed = person.nickname and rng.random() < nickname_share
    return Observation(
        person=person,
        day=day,
        given=person.nickname if nicknamed else person.given,
        middle=person.middle,
        family=at(person.families, remembered),
        birth=person.birth,
        emails=_emails(person, day, rng),
        mobile=_mobile(person, day, rng),
        landline=landline,
        street=home.street,
        city=home.city if rng.random() > 0.1 else home.other_city or home.city,
        region=home.region,
        postcode=home.postcode,
        country=home.country,
        job=person.job if works else "",
        company=works.name if works else "",
    )


def own_email(person: Person, day: date, rng: Random) -> str:
    """Return the e-mail address in use, sometimes an older or newer one; empty if the person has none."""
    if not person.emails:
        return ""
    return rng.choice(person.emails)[1] if rng.random() < 0.12 else at(person.emails, day)


def _emails(person: Person, day: date, rng: Random) -> list[str]:
    """Draw one e-mail address, sometimes two, sometimes the household's."""
    own = own_email(person, day, rng)
    shares = bool(person.family_email) and not person.has_namesake and (not own or rng.random() < 0.28)
    if not shares:
        return [own] if own else []
    return [person.family_email, own] if own and rng.random() < 0.25 else [person.family_email]


def _mobile(person: Person, day: date, rng: Random) -> str:
    if person.partner_mobile and rng.random() < 0.08:
        return person.partner_mobile
    return rng.choice(person.mobiles)[1] if rng.random() < 0.08 else at(person.mobiles, day)
