"""Names of six countries, common names with realistic frequency, and nicknames."""

import unicodedata
from itertools import accumulate
from random import Random
from typing import Final

from faker import Faker

LOCALES: Final = {"GB": "en_GB", "US": "en_US", "DE": "de_DE", "FR": "fr_FR", "ES": "es_ES", "IT": "it_IT"}

# Common names, most common first. Faker draws all names with the same frequency, except English surnames; then two
# people with one name would be so rare that a name alone would nearly prove a match.
COMMON_FAMILY: Final = {
    "GB": "Smith Jones Williams Taylor Brown Davies Evans Wilson Patel Khan",
    "US": "Smith Johnson Williams Brown Jones Garcia Miller Davis",
    "DE": "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Köhler",
    "FR": "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Lefèvre François",
    "ES": "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Núñez",
    "IT": "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Conti D'Angelo",
}
COMMON_GIVEN: Final = {
    (
        "GB",
        "male",
    ): "James John David Robert Michael William Thomas Daniel Andrew Christopher Matthew Mohammed",
    (
        "GB",
        "female",
    ): "Margaret Susan Sarah Elizabeth Emma Jennifer Catherine Victoria Rebecca Patricia Olivia",
    ("US", "male"): "James Robert John Michael William David Richard Joseph Thomas Christopher",
    ("US", "female"): "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Katherine",
    ("DE", "male"): "Thomas Michael Andreas Stefan Johannes Alexander Maximilian Jürgen Jörg Matthias",
    ("DE", "female"): "Ursula Sabine Katharina Susanne Petra Elisabeth Julia Brigitte Käthe Christina",
    ("FR", "male"): "Jean Pierre Michel Philippe Nicolas François Frédéric Sébastien Jérôme Théo",
    ("FR", "female"): "Marie Nathalie Isabelle Catherine Stéphanie Hélène Céline Élodie Camille Chloé",
    ("ES", "male"): "Antonio José Manuel Francisco David Javier Daniel Jesús Rafael Ángel",
    ("ES", "female"): "María Carmen Ana Isabel Dolores Cristina Laura Pilar Concepción Lucía",
    ("IT", "male"): "Giuseppe Giovanni Antonio Mario Luigi Francesco Alessandro Marco Niccolò Salvatore",
    ("IT", "female"): "Maria Anna Giuseppina Francesca Elena Giulia Alessandra Chiara Lucia Elisabetta",
}
NICKNAMES: Final = {
    "Alexander": "Alex Sandy", "Alexandra": "Alex Sandra", "Alessandra": "Sandra",
    "Alessandro": "Sandro Ale", "Andrew": "Andy Drew", "Anthony": "Tony", "Antonio": "Toni",
    "Barbara": "Barb", "Benjamin": "Ben", "Brigitte": "Gitte", "Catherine": "Kate Cathy",
    "Charles": "Charlie Chuck", "Charlotte": "Lottie", "Christina": "Tina", "Christopher": "Chris",
    "Concepción": "Concha", "Cristina": "Cris", "Daniel": "Dan Danny", "David": "Dave", "Deborah": "Debbie",
    "Dolores": "Lola", "Donald": "Don", "Dorothy": "Dot", "Edward": "Ted Eddie", "Elisabeth": "Lisa Sissi",
    "Elisabetta": "Betta", "Elizabeth": "Liz Beth Betty", "Francesca": "Franca",
    "Francesco": "Franco Ciccio", "Francisco": "Paco", "Frederick": "Fred", "Frédéric": "Fred",
    "Geoffrey": "Geoff", "Giovanni": "Gianni", "Giuseppe": "Beppe Peppe", "Giuseppina": "Pina",
    "Gregory": "Greg", "Isabel": "Isa", "Jacqueline": "Jackie", "James": "Jim Jamie",
    "Jennifer": "Jen Jenny", "Jessica": "Jess", "Jesús": "Chus", "Johannes": "Hannes Hans",
    "John": "Jack Johnny", "Jonathan": "Jon", "Joseph": "Joe", "José": "Pepe", "Joshua": "Josh",
    "Jürgen": "Jogi", "Katharina": "Kathi Katja", "Katherine": "Kate Kathy", "Kenneth": "Ken",
    "Lawrence": "Larry", "Luigi": "Gigi", "Manuel": "Manolo", "Margaret": "Maggie Peggy", "Matthew": "Matt",
    "Matthias": "Matze", "Maximilian": "Max", "Michael": "Mike Mick", "Mohammed": "Mo", "Nathalie": "Nat",
    "Nicholas": "Nick", "Nicolas": "Nico", "Pamela": "Pam", "Patricia": "Pat Trish", "Patrick": "Paddy",
    "Peter": "Pete", "Philip": "Phil", "Philippe": "Phil", "Rafael": "Rafa", "Raymond": "Ray",
    "Rebecca": "Becky", "Richard": "Rick Dick", "Robert": "Bob Rob Bobby", "Ronald": "Ron",
    "Salvatore": "Totò", "Samantha": "Sam", "Samuel": "Sam", "Sebastian": "Basti", "Sébastien": "Seb",
    "Stefan": "Steff", "Stephen": "Steve", "Steven": "Steve", "Stéphanie": "Steph", "Susan": "Sue",
    "Susanne": "Susi", "Thomas": "Tom Tommy", "Timothy": "Tim", "Ursula": "Uschi Ulla",
    "Victoria": "Vicky Tori", "William": "Bill Will Billy", "Zachary": "Zach",
}  # fmt: skip

_MIDDLE_SHARE: Final = {"GB": 0.5, "US": 0.6, "DE": 0.2, "FR": 0.3, "ES": 0.0, "IT": 0.0}


class Names:
    """Draws names by country; one instance per run, seeded by the run's random stream."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._fakers = {country: Faker(locale) for country, locale in LOCALES.items()}
        for faker in self._fakers.values():
            faker.seed_instance(rng.getrandbits(32))

    def family(self, country: str) -> str:
        """Draw a surname; in Spain mostly two."""
        name = self._family(country)
        return f"{name} {self._family(country)}" if country == "ES" and self._rng.random() < 0.6 else name

    def _family(self, country: str) -> str:
        if self._rng.random() < (0.1 if country in ("GB", "US") else 0.4):
            return self._common(COMMON_FAMILY[country])
        return str(self._fakers[country].last_name())

    def given(self, country: str, sex: str) -> str:
        if self._rng.random() < 0.4:
            return self._common(COMMON_GIVEN[country, sex])
        faker = self._fakers[country]
        return str(faker.first_name_male() if sex == "male" else faker.first_name_female())

    def middle(self, country: str, sex: str) -> str:
        return self.given(country, sex) if self._rng.random() < _MIDDLE_SHARE[country] else ""

    def nickname(self, given: str) -> str:
        """Draw a nickname, or none."""
        return self._rng.choice(NICKNAMES[given].split()) if given in NICKNAMES else ""

    def _common(self, listed: str) -> str:
        names = listed.split()
        falling = list(accumulate(1 / (rank + 2) for rank in range(len(names))))
        return self._rng.choices(names, cum_weights=falling)[0]


def unaccented(text: str) -> str:
    """Return plain Latin letters, as an old system stores them: Müller → Muller, Niccolò → Niccolo."""
    split = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in split if not unicodedata.combining(letter))
