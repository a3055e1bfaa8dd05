"""Errors between a person and a database: at most three per record, so that a reader still recognises the person."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Final

from cdi_spark.demo.names import NICKNAMES, unaccented
from cdi_spark.demo.observations import Observation

PLACEHOLDER_EMAILS: Final = ("test@test.com", "noemail@example.com", "none@none.com", "N/A", "unknown")
# The last one is a valid number of Bedford, typed by people who do not have it.
PLACEHOLDER_PHONES: Final = ("000-0000", "0000000000", "N/A", "unknown", "01234567890")
PLACEHOLDER_BIRTH: Final = date(1900, 1, 1)

_ABBREVIATIONS: Final = {
    " Street": " St", " Road": " Rd", " Avenue": " Ave", " Lane": " Ln", " Close": " Cl", " Drive": " Dr",
    " Crescent": " Cres", " Terrace": " Terr", " Boulevard": " Blvd", "straße": "str.", "weg": "w.",
    "platz": "pl.", "rue ": "r. ", "avenue ": "av. ", "boulevard ": "bd ", "place ": "pl. ",
    "Calle ": "C/ ", "Avenida ": "Avda. ", "Plaza ": "Pza. ", "Via ": "V. ", "Corso ": "C.so ",
    "Piazza ": "P.za ", "Viale ": "V.le ",
}  # fmt: skip
_DOMAIN_TYPOS: Final = {
    "gmail.com": "gmial.com gmail.con gmai.com", "hotmail.co.uk": "hotmial.co.uk hotmail.com",
    "gmx.de": "gmx.ed", "yahoo.co.uk": "yaho.co.uk yahoo.com", "outlook.com": "outlok.com",
    "icloud.com": "iclod.com", "orange.fr": "orange.com", "libero.it": "libro.it", "web.de": "wed.de",
    "btinternet.com": "btinternet.co.uk",
}  # fmt: skip
_NEIGHBOURS: Final = dict(zip("abcdefghijklmnoprstuvwyz", "snxfrghjokjknmiotdyibezx", strict=True))


def add_errors(seen: Observation, rng: Random) -> Observation:
    """Add up to three errors to the observation in place, and return it."""
    count = rng.choices(range(4), weights=[40, 35, 18, 7])[0]
    for error in rng.choices(_ERRORS, cum_weights=_CUMULATED, k=count):
        error(seen, rng)
    return seen


def typo(word: str, rng: Random) -> str:
    """Swap two letters, or drop, double or replace one; short words stay unchanged."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    match rng.randrange(4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[:at] + word[at] + word[at:]
        case _:
            return word[:at] + _NEIGHBOURS.get(word[at], "e") + word[at + 1 :]


def _nickname(seen: Observation, rng: Random) -> None:
    seen.given = rng.choice(NICKNAMES[seen.given].split()) if seen.given in NICKNAMES else seen.given


def _given_typo(seen: Observation, rng: Random) -> None:
    seen.given = typo(seen.given, rng)


def _family_typo(seen: Observation, rng: Random) -> None:
    seen.family = typo(seen.family, rng)


def _initial(seen: Observation, rng: Random) -> None:
    # An initial alone, in a shared mailbox, would identify nobody.
    if not seen.person.family_email:
        seen.given = seen.given[:1] + rng.choice(["", "."])


def _swapped_names(seen: Observation, rng: Random) -> None:
    seen.given, seen.family = seen.family, seen.given


def _half_family(seen: Observation, rng: Random) -> None:
    """Drop one part of a double surname, or its hyphen."""
    if "-" in seen.family:
        seen.family = rng.choice([seen.family.split("-")[-1], seen.family.replace("-", " ")])
    elif seen.country == "ES":
        seen.family = seen.family.split(" ")[0]


def _no_accents(seen: Observation, rng: Random) -> None:
    seen.given, seen.middle, seen.family = map(unaccented, (seen.given, seen.middle, seen.family))
    seen.street, seen.city = unaccented(seen.street), unaccented(seen.city)


def _recase(seen: Observation, case: Callable[[str], str]) -> None:
    seen.given, seen.middle, seen.family = case(seen.given), case(seen.middle), case(seen.family)
    seen.street, seen.city = case(seen.street), case(seen.city)


def _capitals(seen: Observation, rng: Random) -> None:
    _recase(seen, str.upper)
    seen.emails = [email.upper() if rng.random() < 0.3 else email for email in seen.emails]


def _small_letters(seen: Observation, rng: Random) -> None:
    _recase(seen, str.lower)
    seen.postcode = seen.postcode.lower()


def _stray_spaces(seen: Observation, rng: Random) -> None:
    seen.given, seen.family = f"{seen.given} ", f" {seen.family}"
    seen.street, seen.city = seen.street.replace(" ", "  ", 1), f"{seen.city} "


def _day_and_month(seen: Observation, rng: Random) -> None:
    if seen.birth and seen.birth.day <= 12:
        seen.birth = date(seen.birth.year, seen.birth.day, seen.birth.month)


def _year_off(seen: Observation, rng: Random) -> None:
    if seen.birth and (seen.birth.month, seen.birth.day) != (2, 29):
        seen.birth = seen.birth.replace(year=seen.birth.year + rng.choice([-1, 1]))


def _no_birth(seen: Observation, rng: Random) -> None:
    seen.birth = None


def _birth_placeholder(seen: Observation, rng: Random) -> None:
    seen.birth = PLACEHOLDER_BIRTH


def _no_email(seen: Observation, rng: Random) -> None:
    seen.emails = []


def _email_typo(seen: Observation, rng: Random) -> None:
    if seen.emails and seen.emails[0] not in PLACEHOLDER_EMAILS:
        local, _, domain = seen.emails[0].partition("@")
        wrong = _DOMAIN_TYPOS.get(domain.lower())
        seen.emails[0] = f"{local}@{rng.choice(wrong.split())}" if wrong else f"{typo(local, rng)}@{domain}"


def _email_placeholder(seen: Observation, rng: Random) -> None:
    seen.emails = [rng.choice(PLACEHOLDER_EMAILS)]


def _no_mobile(seen: Observation, rng: Random) -> None:
    seen.mobile = ""


def _no_phone(seen: Observation, rng: Random) -> None:
    seen.mobile = seen.landline = ""


def _phone_typo(seen: Observation, rng: Random) -> None:
    if seen.mobile.startswith("+"):
        seen.mobile = seen.mobile[:-3] + f"{rng.randrange(1000):03}"


def _phone_placeholder(seen: Observation, rng: Random) -> None:
    seen.mobile = rng.choice(PLACEHOLDER_PHONES)


def _abbreviated(seen: Observation, rng: Random) -> None:
    for word, short in _ABBREVIATIONS.items():
        seen.street = seen.street.replace(word, short)


def _street_typo(seen: Observation, rng: Random) -> None:
    words = seen.street.split(" ")
    longest = max(range(len(words)), key=lambda i: len(words[i]))
    seen.street = " ".join(typo(w, rng) if i == longest else w for i, w in enumerate(words))


def _no_address(seen: Observation, rng: Random) -> None:
    seen.street = seen.city = seen.region = seen.postcode = ""


def _no_postcode(seen: Observation, rng: Random) -> None:
    seen.postcode = ""


def _squeezed_postcode(seen: Observation, rng: Random) -> None:
    seen.postcode = seen.postcode.replace(" ", "").lower()


_WEIGHTED: Final[dict[Callable[[Observation, Random], None], int]] = {
    _nickname: 10, _given_typo: 6, _family_typo: 7, _initial: 4, _swapped_names: 3, _half_family: 6,
    _no_accents: 12, _capitals: 8, _small_letters: 5, _stray_spaces: 6, _day_and_month: 5, _year_off: 3,
    _no_birth: 10, _birth_placeholder: 3, _no_email: 12, _email_typo: 6, _email_placeholder: 4,
    _no_mobile: 10, _no_phone: 8, _phone_typo: 3, _phone_placeholder: 4, _abbreviated: 16, _street_typo: 5,
    _no_address: 6, _no_postcode: 5, _squeezed_postcode: 8,
}  # fmt: skip
_ERRORS: Final = list(_WEIGHTED)
_CUMULATED: Final = [sum(list(_WEIGHTED.values())[: i + 1]) for i in range(len(_WEIGHTED))]
