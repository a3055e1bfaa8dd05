"""Countries as ISO 3166 alpha-2 codes."""

from __future__ import annotations

import pycountry

from cdi_spark.standardise.values.text import fold
from cdi_spark.standardise.values.word_lists import word_list


def _key(name: str) -> str:
    return (fold(name.replace(".", "")) or "").removeprefix("the ")


def _words() -> dict[str, str]:
    words = {word: code for code, names in word_list("countries")["names"].items() for word in names}
    for entry in pycountry.countries:
        names = {getattr(entry, field, None) for field in ("name", "official_name", "common_name")}
        words |= {_key(name): entry.alpha_2 for name in names if name}
    # Codes win over names.
    for entry in pycountry.countries:
        words |= {entry.alpha_2.lower(): entry.alpha_2, entry.alpha_3.lower(): entry.alpha_2}
    return words


# Every word for a country, folded, with its code.
COUNTRY_WORDS = _words()


def country(name: str) -> str | None:
    """The ISO 3166 alpha-2 code of a country given by code, English name or local name; None when unknown.

    >>> country("U.K."), country("Deutschland"), country("the Netherlands")
    ('GB', 'DE', 'NL')
    >>> country("usa")
    'US'
    >>> country("Atlantis") is None
    True

    Source: ISO 3166-1, as in the pycountry package; `words/countries.yml`.
    """
    return COUNTRY_WORDS.get(_key(name))
