"""Errors that clerks, customers, scanners and migrations make, one value or one record at a time.

The kinds of errors and their shares follow the generators of the field, not this engine:

- FEBRL's dsgen (Christen & Pudjijono 2009, doi:10.1007/978-3-642-01307-2_47): an error of a given name is a known
  misspelling (30 %), a substitution (35 %), a deletion (15 %), an insertion or a transposition (5 % each), a lost or
  new value, swapped words (2 % each) or a wrong space (1 % each). A surname is chosen for an error 15 times in a
  hundred, a given name, a street, a suburb or a date of birth 10 times, a postcode, a phone number or an id 5 times;
  given name and surname are exchanged 5 times.
- GeCo (Tran, Vatsalan & Christen 2013, doi:10.1145/2505515.2508207): keyboard neighbours of the same row and of the
  next one alike, OCR look-alikes, phonetic rules, missing values; the middle of a word is hit more than its ends.
- Damerau 1964, doi:10.1145/363958.363994: four in five misspelt words have one error.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from tests.benchmarks.quality.letters import unaccented

Record = dict[str, Any]
Error = Callable[[Record, Random], None]

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_OCR: Final = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("l", "1"), ("I", "l"), ("O", "0"), ("o", "c"), ("e", "c"),
    ("S", "5"), ("B", "8"), ("h", "b"), ("li", "h"), ("vv", "w"), ("u", "ii"), ("g", "q"), ("n", "u"), ("t", "f"),
    ("ü", "ii"), ("ß", "B"), ("ł", "l"), ("ö", "o"), ("é", "e"), ("ç", "c"),
)  # fmt: skip
_OCR_DIGITS: Final = (("0", "6"), ("1", "7"), ("5", "6"), ("8", "3"), ("6", "8"), ("3", "8"), ("9", "4"))
_SOUNDS: Final = (
    ("ph", "f"), ("f", "ph"), ("ck", "k"), ("k", "c"), ("c", "k"), ("th", "t"), ("y", "i"), ("i", "y"), ("ie", "y"),
    ("ai", "ei"), ("ei", "ie"), ("ey", "ay"), ("sch", "sh"), ("sz", "sh"), ("z", "s"), ("s", "z"), ("v", "w"),
    ("w", "v"), ("qu", "k"), ("x", "ks"), ("dt", "t"), ("ee", "ea"), ("ou", "oo"), ("oe", "o"), ("gh", ""),
    ("tt", "t"), ("ll", "l"), ("nn", "n"), ("ss", "s"), ("rr", "r"), ("mm", "m"), ("pp", "p"), ("t", "tt"), ("n", "nn"),
    ("l", "ll"), ("son", "sen"), ("h", ""), ("er", "or"),
)  # fmt: skip
_SHORT: Final = {
    "Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr", "straße": "str.", "Straße": "Str.",
    "rue ": "r. ", "avenue ": "av ", "boulevard ": "bd ", "chemin ": "ch ", "Calle ": "C/ ", "Avenida ": "Avda. ",
    "Plaza ": "Pza. ", "straat": "str", "laan": "ln", "ulica ": "ul. ", "aleja ": "al. ", "Mahallesi": "Mah.",
    "Caddesi": "Cad.", "Sokak": "Sk.", "Apartment": "Apt", "Suite": "Ste", "Flat ": "Fl ", "Square": "Sq",
}  # fmt: skip


def edit(word: str, rng: Random) -> str:
    """One error of a typist, a listener or a scanner in a word; single characters stay as they are."""
    if len(word) < 2:
        return word
    at = min(len(word) - 1, max(0, round(rng.gauss(len(word) / 2, len(word) / 4))))
    kinds = (neighbour, drop, double, transpose, sound, scan)
    return rng.choices(kinds, (35, 15, 5, 5, 30, 10))[0](word, at, rng)


def neighbour(word: str, at: int, rng: Random) -> str:
    """Another key of the keyboard beside the right one; a digit becomes the one beside it."""
    letter = word[at]
    if letter.isdigit():
        return word[:at] + str((int(letter) + rng.choice((1, 9))) % 10) + word[at + 1 :]
    if (
        unaccented(letter)[:1] > "\u02ff"
    ):  # no Latin letter: the next one of its script looks like it or sounds alike
        return word[:at] + chr(ord(letter) + rng.choice((-1, 1))) + word[at + 1 :]
    beside = _beside(unaccented(letter).lower()[:1])
    wrong = rng.choice(beside) if beside else rng.choice("aeiourtn")
    return word[:at] + (wrong.upper() if letter.isupper() else wrong) + word[at + 1 :]


def drop(word: str, at: int, rng: Random) -> str:
    return word[:at] + word[at + 1 :]


def double(word: str, at: int, rng: Random) -> str:
    return word[:at] + word[at] + word[at:]


def transpose(word: str, at: int, rng: Random) -> str:
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def sound(word: str, at: int, rng: Random) -> str:
    """The same sound in other letters, where the word has such; otherwise another key."""
    return _replaced(word, _SOUNDS, rng) or neighbour(word, at, rng)


def scan(word: str, at: int, rng: Random) -> str:
    """What a scanner takes the letters for, where the word has such; otherwise another key."""
    return _replaced(word, (*_OCR, *_OCR_DIGITS), rng) or neighbour(word, at, rng)


def wrong_date(iso: str, rng: Random) -> str:
    """A date with day and month exchanged, a digit wrong, a neighbouring day, or 1 January of its year."""
    born = date.fromisoformat(iso)
    match rng.choices(range(5), (25, 25, 20, 15, 15))[0]:
        case 0 if born.day <= 12 and born.day != born.month:
            return date(born.year, born.day, born.month).isoformat()
        case 1:
            return (born + timedelta(days=rng.choice((-1, 1)))).isoformat()
        case 2:
            return _valid(iso[:3] + str(rng.randrange(10)) + iso[4:], iso)
        case 3:
            return _valid(iso[:2] + iso[3] + iso[2] + iso[4:], iso)
        case _:
            return (
                _valid(iso[:8] + f"{rng.randrange(1, 29):02}", iso)
                if rng.random() < 0.7
                else iso[:4] + "-01-01"
            )


def misspelt(field: str) -> Error:
    """One error in one word of the value."""

    def error(record: Record, rng: Random) -> None:
        if value := record.get(field):
            if isinstance(value, list):
                record[field] = [edit(value[0], rng), *value[1:]]
            elif field == "birth_date":
                record[field] = wrong_date(value, rng)
            else:
                words = value.split(" ")
                longest = max(range(len(words)), key=lambda n: len(words[n]))
                hit = longest if rng.random() < 0.7 else rng.randrange(len(words))
                record[field] = " ".join(edit(w, rng) if n == hit else w for n, w in enumerate(words))

    return error


def missing(*fields: str) -> Error:
    def error(record: Record, rng: Random) -> None:
        for field in fields:
            record[field] = None

    return error


def exchanged(one: str, other: str) -> Error:
    """Both values in each other's columns."""

    def error(record: Record, rng: Random) -> None:
        record[one], record[other] = record.get(other), record.get(one)

    return error


def moved_into(one: str, other: str) -> Error:
    """A value typed behind the value of another column, its own column empty."""

    def error(record: Record, rng: Random) -> None:
        if record.get(one) and record.get(other):
            record[other], record[one] = f"{record[other]} {record[one]}", None

    return error


def initial(record: Record, rng: Random) -> None:
    if given := record.get("given_name"):
        record["given_name"] = given[0] + rng.choice(("", "."))


def plain_letters(record: Record, rng: Random) -> None:
    """An export through an old code page: no accents anywhere."""
    _each_text(record, unaccented)


def capitals(record: Record, rng: Random) -> None:
    _each_text(record, str.upper)


def short_street(record: Record, rng: Random) -> None:
    if street := record.get("street"):
        for long, short in _SHORT.items():
            street = street.replace(long, short)
        record["street"] = street


def words_swapped(field: str) -> Error:
    """Two words of the value in the other order."""

    def error(record: Record, rng: Random) -> None:
        if (value := record.get(field)) and " " in value:
            first, _, rest = value.partition(" ")
            record[field] = f"{rest} {first}"

    return error


def space_errors(record: Record, rng: Random) -> None:
    """A space too many, or one lost, in a name."""
    field = rng.choice(("given_name", "family_name"))
    if value := record.get(field):
        record[field] = value.replace(" ", "", 1) if " " in value else f" {value} "


# By kind of error its weight among the errors of an ordinary customer file.
ORDINARY: Final[dict[Error, int]] = {
    misspelt("given_name"): 10, misspelt("family_name"): 15, misspelt("street"): 15, misspelt("city"): 8,
    misspelt("postcode"): 5, misspelt("birth_date"): 8, misspelt("phones"): 4, misspelt("emails"): 5,
    missing("birth_date"): 5, missing("phones"): 6, missing("emails"): 6, missing("street"): 3, missing("postcode"): 3,
    missing("street", "postcode", "city"): 3, exchanged("given_name", "family_name"): 3, initial: 5,
    plain_letters: 6, capitals: 5, short_street: 8, space_errors: 2, missing("gender"): 4, missing("middle_name"): 6,
    moved_into("middle_name", "given_name"): 3, words_swapped("family_name"): 1,
}  # fmt: skip


def corrupt(record: Record, rng: Random, *, errors: dict[Error, int], counts: tuple[int, ...]) -> Record:
    """Make errors in a record in place, and return it.

    Args:
        counts: weights of making 0, 1, 2 … errors.
    """
    for error in rng.choices(
        list(errors), list(errors.values()), k=rng.choices(range(len(counts)), counts)[0]
    ):
        error(record, rng)
    return record


def _each_text(record: Record, change: Callable[[str], str]) -> None:
    for field in ("full_name", "given_name", "middle_name", "family_name", "street", "city", "company"):
        if value := record.get(field):
            record[field] = change(value)


def _replaced(word: str, pairs: tuple[tuple[str, str], ...], rng: Random) -> str | None:
    able = [(a, b) for a, b in pairs if a in word]
    if not able:
        return None
    wrong, right = rng.choice(able)
    return word.replace(wrong, right, 1)


def _beside(letter: str) -> list[str]:
    for n, row in enumerate(_ROWS):
        if letter and (at := row.find(letter)) >= 0:
            near = [row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]
            others = [_ROWS[m] for m in (n - 1, n + 1) if 0 <= m < len(_ROWS)]
            return near + [other[at] for other in others if at < len(other)]
    return []


def _valid(iso: str, otherwise: str) -> str:
    try:
        born = date.fromisoformat(iso)
    except ValueError:
        return otherwise
    return iso if born.year >= 1900 else otherwise
