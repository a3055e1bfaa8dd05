"""Addresses and phone numbers of six countries, cities with their own postcodes and dialling codes."""

from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from cdi_spark.demo.names import unaccented


class City(NamedTuple):
    """`postcode` and `landline` are patterns: # is a digit, ~ a digit from 2 to 8, @ a postcode letter."""

    country: str
    name: str
    other_name: str
    region: str
    postcode: str
    landline: str


@dataclass(frozen=True, slots=True)
class Home:
    """The address of a household, with its landline."""

    street: str
    city: str
    other_city: str
    region: str
    postcode: str
    country: str
    landline: str


# country|city|name in another language|region|postcode|landline after the country code
_CITIES: Final = """
GB|London||Greater London|SE1# #@@|207#######
GB|London||Greater London|N1# #@@|208#######
GB|London||Greater London|E1# #@@|203#######
GB|Birmingham||West Midlands|B1# #@@|1217######
GB|Manchester||Greater Manchester|M2# #@@|1614######
GB|Leeds||West Yorkshire|LS1# #@@|1132######
GB|Liverpool||Merseyside|L1# #@@|1512######
GB|Sheffield||South Yorkshire|S1# #@@|1142######
GB|Bristol||Avon|BS# #@@|1179######
GB|Newcastle upon Tyne|Newcastle|Tyne and Wear|NE# #@@|1912######
GB|Nottingham||Nottinghamshire|NG# #@@|1159######
GB|Leicester||Leicestershire|LE# #@@|1162######
GB|Edinburgh||Midlothian|EH1# #@@|1315######
GB|Glasgow||Lanarkshire|G1# #@@|1413######
GB|Cardiff|Caerdydd|South Glamorgan|CF1# #@@|2920######
GB|Swansea|Abertawe|West Glamorgan|SA# #@@|1792######
GB|Belfast||County Antrim|BT# #@@|2890######
GB|York||North Yorkshire|YO1# #@@|1904######
GB|Norwich||Norfolk|NR# #@@|1603######
GB|Exeter||Devon|EX# #@@|1392######
GB|Cambridge||Cambridgeshire|CB# #@@|1223######
GB|Oxford||Oxfordshire|OX# #@@|1865######
DE|Berlin||Berlin|10###|303#######
DE|Hamburg||Hamburg|22###|404#######
DE|München|Munich|Bayern|80###|892#######
DE|Köln|Cologne|Nordrhein-Westfalen|50###|2213######
DE|Frankfurt am Main|Frankfurt|Hessen|60###|696#######
DE|Nürnberg|Nuremberg|Bayern|90###|9112######
FR|Paris||Île-de-France|750##|142######
FR|Lyon|Lyons|Auvergne-Rhône-Alpes|690##|478######
FR|Marseille|Marseilles|Provence-Alpes-Côte d'Azur|130##|491######
FR|Toulouse||Occitanie|310##|561######
FR|Nîmes||Occitanie|300##|466######
US|New York|NYC|NY|100##|212~~~####
US|Chicago||IL|606##|312~~~####
US|Houston||TX|770##|713~~~####
US|Seattle||WA|981##|206~~~####
US|Boston||MA|021##|617~~~####
US|Denver||CO|802##|303~~~####
ES|Madrid||Madrid|280##|914######
ES|Barcelona||Cataluña|080##|934######
ES|Sevilla|Seville|Andalucía|410##|954######
ES|Málaga||Andalucía|290##|952######
IT|Roma|Rome|Lazio|001##|066#######
IT|Milano|Milan|Lombardia|201##|024#######
IT|Napoli|Naples|Campania|801##|081~######
IT|Torino|Turin|Piemonte|101##|011~######
"""
CITIES: Final = [City(*line.split("|")) for line in _CITIES.split("\n") if line]
COUNTRY_SHARE: Final = {"GB": 0.76, "DE": 0.07, "FR": 0.05, "US": 0.05, "ES": 0.04, "IT": 0.03}
DIALLING: Final = {"GB": "44", "DE": "49", "FR": "33", "US": "1", "ES": "34", "IT": "39"}
_MOBILE: Final = {
    "GB": ["7400######", "7710######", "7725######", "7803######", "7890######", "7912######", "7533######"],
    "DE": ["151########", "160#######", "171#######", "175#######"],
    "FR": ["61#######", "66#######", "68#######", "76#######"],
    "US": ["646~~~####", "773~~~####", "832~~~####", "425~~~####", "857~~~####", "720~~~####"],
    "ES": ["60#######", "62#######", "65#######", "69#######"],
    "IT": ["328#######", "333#######", "347#######", "349#######", "392#######"],
}
_STREETS: Final = {
    "GB": (
        "High Street", "Station Road", "Church Lane", "Victoria Road", "Park Avenue", "Mill Lane",
        "Green Lane", "Manor Close", "Queens Road", "Kings Avenue", "School Lane", "The Crescent",
        "Albert Street", "Grange Drive", "Chapel Street", "Springfield Road", "Windsor Drive",
        "St Johns Road", "West Street", "North Road", "Oak Tree Close", "Meadow Way", "Highfield Terrace",
        "Cromwell Road",
    ),
    "US": (
        "Maple Street", "Oak Avenue", "Washington Street", "Lincoln Boulevard", "Cedar Lane",
        "Sunset Drive", "Lake Road", "Elm Street", "Park Avenue", "Hill Road", "River Drive",
        "Jefferson Street",
    ),
    "DE": (
        "Hauptstraße", "Bahnhofstraße", "Gartenstraße", "Schulstraße", "Goethestraße", "Lindenweg",
        "Kirchplatz", "Schillerstraße", "Bergstraße", "Mozartstraße",
    ),
    "FR": (
        "rue de la République", "rue Victor Hugo", "avenue Jean Jaurès", "rue des Écoles",
        "place de l'Église", "boulevard Voltaire", "rue du Moulin", "avenue de la Gare",
    ),
    "ES": (
        "Calle Mayor", "Calle de Alcalá", "Avenida de la Constitución", "Calle Real", "Plaza de España",
        "Calle San José", "Avenida de Andalucía",
    ),
    "IT": (
        "Via Roma", "Via Garibaldi", "Via Giuseppe Mazzini", "Corso Italia", "Via Dante",
        "Piazza San Marco", "Viale Europa",
    ),
}  # fmt: skip
_POSTCODE_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"


class Places:
    """Draws homes and numbers; a number has one holder, a postcode has many neighbours."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()
        self._streets: dict[City, list[tuple[str, str]]] = {}
        self._by_country = {c: [city for city in CITIES if city.country == c] for c in COUNTRY_SHARE}

    def country(self) -> str:
        return self._rng.choices(list(COUNTRY_SHARE), weights=list(COUNTRY_SHARE.values()))[0]

    def home(self, country: str, *, has_landline: bool) -> Home:
        rng = self._rng
        city = rng.choice(self._by_country[country])
        street, postcode = self._street(city)
        landline = self._number(country, [city.landline]) if has_landline else ""
        numbered = _with_number(country, street, rng)
        return Home(numbered, city.name, city.other_name, city.region, postcode, country, landline)

    def mobile(self, country: str) -> str:
        """Draw a new mobile number in E.164."""
        return self._number(country, _MOBILE[country])

    def switchboard(self, country: str) -> str:
        """Draw a new office number in E.164."""
        return self._number(country, [self._rng.choice(self._by_country[country]).landline])

    def _street(self, city: City) -> tuple[str, str]:
        known = self._streets.setdefault(city, [])
        if known and self._rng.random() < 0.6:
            return self._rng.choice(known)
        street = self._rng.choice(_STREETS[city.country])
        known.append((street, _filled(city.postcode, self._rng)))
        return known[-1]

    def _number(self, country: str, patterns: list[str]) -> str:
        while True:
            number = f"+{DIALLING[country]}{_filled(self._rng.choice(patterns), self._rng)}"
            # In the US, 555 is reserved for fiction.
            if number not in self._taken and (country != "US" or number[5:8] != "555"):
                self._taken.add(number)
                return number


def _with_number(country: str, street: str, rng: Random) -> str:
    number = str(rng.randint(1, 140))
    if country in ("DE", "ES", "IT"):
        return f"{street} {number}"
    flat = f"Flat {rng.randint(1, 24)}, " if country == "GB" and rng.random() < 0.15 else ""
    return f"{flat}{number} {street}"


def _filled(pattern: str, rng: Random) -> str:
    draw = {"#": "0123456789", "~": "2345678", "@": _POSTCODE_LETTERS}
    return "".join(rng.choice(draw[char]) if char in draw else char for char in pattern)


class Mailboxes:
    """Draws e-mail addresses, each for one holder."""

    PROVIDERS: Final = {
        "GB": "gmail.com hotmail.co.uk yahoo.co.uk outlook.com btinternet.com icloud.com sky.com",
        "US": "gmail.com yahoo.com outlook.com aol.com icloud.com",
        "DE": "gmx.de web.de gmail.com t-online.de",
        "FR": "orange.fr gmail.com free.fr laposte.net",
        "ES": "gmail.com hotmail.es yahoo.es telefonica.net",
        "IT": "libero.it gmail.com virgilio.it alice.it",
    }
    STYLES: Final = (
        "{g}.{f}",
        "{g}{f}",
        "{i}{f}",
        "{g}_{f}",
        "{f}.{g}",
        "{g}.{f}{y}",
        "{i}.{f}{y}",
        "{g}{y}",
    )

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def own(self, given: str, family: str, birth_year: int, country: str) -> str:
        style = self._rng.choice(self.STYLES)
        local = style.format(
            g=_letters(given), f=_letters(family), i=_letters(given)[0], y=f"{birth_year % 100:02}"
        )
        return self._new(local, country)

    def family(self, family: str, country: str) -> str:
        """Return the one address of a household."""
        return self._new(
            self._rng.choice(["the.{}", "{}family", "{}.home"]).format(_letters(family)), country
        )

    def _new(self, local: str, country: str) -> str:
        domain = self._rng.choice(self.PROVIDERS[country].split())
        address = f"{local}@{domain}"
        while address in self._taken:
            address = f"{local}{self._rng.randint(2, 9999)}@{domain}"
        self._taken.add(address)
        return address


def _letters(name: str) -> str:
    return "".join(c for c in unaccented(name).lower() if c.isascii() and c.isalpha()) or "x"
