"""How European countries write names: what a person is called, how one record writes it, and a whole name in one field.

After what the countries' forms ask for and what their offices say: W3C's "Personal names around the world"
(https://www.w3.org/International/questions/qa-personal-names) lists the cases.
"""

from __future__ import annotations

from random import Random
from typing import Final

from tests.benchmarks.quality.corruption import Record
from tests.benchmarks.quality.letters import unaccented
from tests.benchmarks.quality.people import Person, Population, ranked

_NL: Final = (
    "van",
    "de",
    "van der",
    "van den",
    "van de",
    "den",
    "ter",
    "ten",
    "te",
    "in 't",
    "van 't",
    "op den",
)
_PLAIN_DE: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
_PET_PL: Final = {
    "Katarzyna": "Kasia", "Małgorzata": "Gosia", "Anna": "Ania", "Agnieszka": "Aga", "Joanna": "Asia",
    "Tomasz": "Tomek", "Krzysztof": "Krzysiek", "Stanisław": "Staszek", "Aleksandra": "Ola", "Jakub": "Kuba",
    "Magdalena": "Magda", "Barbara": "Basia", "Andrzej": "Jędrek", "Piotr": "Piotrek", "Paweł": "Pawełek",
    "Zofia": "Zosia",
}  # fmt: skip
_TR_ENDS: Final = (
    "oğlu",
    "türk",
    "kan",
    "taş",
    "maz",
    "soy",
    "demir",
    "gül",
    "er",
    "ay",
    "can",
    "doğan",
    "bay",
    "sel",
)
_TR_STARTS: Final = (
    "Öz", "Ak", "Kara", "Er", "Yıl", "Gün", "Kılıç", "Çelik", "Yalçın", "Şen", "Koç", "Bal", "Tan", "Güneş", "İnce",
    "Uzun", "Sarı", "Altın", "Boz", "Çam", "Dağ", "Ekin", "Gök", "Işık", "Kaya", "Metin", "Okan", "Polat", "Ser", "Tok",
)  # fmt: skip


def person(country: str, population: Population) -> Person:
    """A person named as the country names its people."""
    rng = population.rng
    made = population.person()
    family = made.family
    match country:
        case "DE":
            made.given = _joined(made.given, made.middle, rng, share=0.06)
            if rng.random() < 0.03:
                made.family = f"{rng.choice(('von', 'von der', 'zu', 'vom'))} {family}"
            elif made.sex == "female" and rng.random() < 0.08:
                made.more["maiden"], made.family = family, f"{family}-{ranked(population.names.family, rng)}"
            made.more["title"] = rng.choices(("", "Dr.", "Prof. Dr.", "Dipl.-Ing."), (90, 7, 1, 2))[0]
        case "FR":
            made.given = _joined(made.given, made.middle, rng, share=0.12)
            made.family = (
                f"{rng.choice(('de', 'du', 'de la', 'Le'))} {family}" if rng.random() < 0.06 else family
            )
            if made.sex == "female" and rng.random() < 0.3:
                made.more["maiden"], made.family = family, ranked(population.names.family, rng)
        case "ES":
            if rng.random() < 0.15:
                second = (
                    "María" if made.sex == "male" else rng.choice(("del Carmen", "José", "de los Ángeles"))
                )
                made.given = f"{'José' if made.sex == 'male' else 'María'} {second}"
            made.middle = ""
            link = rng.choices((" ", " y ", " de la ", " de "), (92, 2, 3, 3))[0]
            made.more["first_family"], made.more["second_family"] = (
                family,
                ranked(population.names.family, rng),
            )
            made.family = f"{family}{link}{made.more['second_family']}"
        case "NL":
            made.more["particle"] = rng.choice(_NL) if rng.random() < 0.3 and " " not in family else ""
            made.family = f"{made.more['particle']} {family}".strip()
            if made.sex == "female" and rng.random() < 0.25:
                made.more["maiden"], made.family = (
                    made.family,
                    f"{ranked(population.names.family, rng)}-{made.family}",
                )
        case "PL":
            made.family = _of_woman(family) if made.sex == "female" else family
            if made.sex == "female" and rng.random() < 0.08:
                made.more["maiden"] = made.family
                made.family = f"{made.family}-{_of_woman(ranked(population.names.family, rng))}"
        case "TR":
            made.family = rng.choice(_TR_STARTS) + rng.choice(_TR_ENDS) if rng.random() < 0.7 else family
            if made.sex == "female" and rng.random() < 0.12:
                made.more["maiden"], made.family = (
                    made.family,
                    f"{made.family} {ranked(population.names.family, rng)}",
                )
    return made


def written(country: str, person: Person, rng: Random) -> Record:
    """The columns of names, as one of the country's clerks or forms writes them; mostly as they are."""
    given, middle, family = person.given, person.middle, person.family
    if (maiden := person.more.get("maiden")) and rng.random() < 0.2:
        family = maiden
    roll = rng.random()
    match country:
        case "DE" if roll < 0.2:
            given, family = given.translate(_PLAIN_DE), family.translate(_PLAIN_DE)
        case "DE" if roll < 0.3:
            given = f"{person.more['title']} {given}".strip()
        case "DE" if roll < 0.36:
            given = given.replace("-", "" if roll < 0.33 else " ")
        case "FR" if roll < 0.45:
            family = unaccented(family).upper()
        case "FR" if roll < 0.55:
            given = given.replace("-", " ")
        case "ES" if roll < 0.25:
            family = person.more["first_family"]
        case "ES" if roll < 0.35:
            given = given.replace("María", rng.choice(("Mª", "M.", "Maria"))).replace("José", "Jose")
        case "ES" if roll < 0.45:
            family = family.replace(" ", "-", 1) if roll < 0.4 else family
            given = given.split(" ")[0]
        case "NL" if roll < 0.3:
            given, middle = ".".join(n[0] for n in (given, middle) if n) + ".", ""
        case "NL" if roll < 0.42 and person.more["particle"]:
            family = f"{family.removeprefix(person.more['particle']).strip()}, {person.more['particle']}"
        case "NL" if roll < 0.5 and person.more["particle"]:
            middle, family = person.more["particle"], family.removeprefix(person.more["particle"]).strip()
        case "PL" if roll < 0.3:
            given, family = unaccented(given), unaccented(family)
        case "PL" if roll < 0.4:
            given = _PET_PL.get(given, given)
        case "TR" if roll < 0.35:
            given, family = unaccented(given), unaccented(family)
        case "TR" if roll < 0.5:
            family = family.replace("i", "İ").replace("ı", "I").upper()
        case "TR" if roll < 0.6 and middle:
            given, middle = f"{given} {middle}", ""
    return {"given_name": given, "middle_name": middle or None, "family_name": family}


def whole(country: str, names: Record, rng: Random) -> str:
    """One field for the whole name, in an order that the country's lists use."""
    given, family = names.get("given_name") or "", names.get("family_name") or ""
    middle = names.get("middle_name") or ""
    forward = " ".join(part for part in (given, middle, family) if part)
    order = rng.random()
    if country == "DE" and order < 0.35:
        return f"{family}, {given}"
    if country == "FR" and order < 0.6:
        return f"{family.upper()} {given}"
    if country == "ES" and order < 0.5:
        return f"{family}, {given}"
    if country == "NL" and order < 0.4:
        return f"{family}, {given}"
    if country == "PL" and order < 0.5:
        return f"{family} {given}"
    if country == "TR" and order < 0.3:
        return f"{given} {family.replace('i', 'İ').upper()}"
    return forward


def _joined(given: str, middle: str, rng: Random, *, share: float) -> str:
    return f"{given}-{middle}" if middle and "-" not in given + middle and rng.random() < share else given


def _of_woman(family: str) -> str:
    """Kowalski's wife is Kowalska."""
    for his, her in (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka"), ("zki", "zka")):
        if family.endswith(his):
            return family.removesuffix(his) + her
    return family
