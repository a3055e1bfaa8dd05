"""Postal addresses: street lines, house numbers and postcodes."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.text import clean_text, look_up, once, title_case, unless_empty

_STREET_WORDS = {
    "apt": "apartment", "av": "avenue", "avda": "avenida", "ave": "avenue", "bd": "boulevard", "bldg":
    "building", "blvd": "boulevard", "boul": "boulevard", "br": "bridge", "cct": "circuit", "center":
    "centre", "cir": "circle", "cl": "close", "cres": "crescent", "crt": "court", "cswy": "causeway", "ct":
    "court", "ctr": "centre", "dr": "drive", "e": "east", "est": "estate", "expy": "expressway", "flr":
    "floor", "ft": "fort", "fwy": "freeway", "gdn": "garden", "gdns": "gardens", "gr": "grove", "grn":
    "green", "grv": "grove", "gt": "great", "hse": "house", "hts": "heights", "hwy": "highway", "jct":
    "junction", "ln": "lane", "mt": "mount", "n": "north", "ne": "northeast", "nw": "northwest",
    "pde": "parade", "pk": "park", "pkwy": "parkway", "pl": "place", "plz": "plaza", "rd": "road", "rte":
    "route", "s": "south", "se": "southeast", "sq": "square", "st": "street", "ste": "suite", "str":
    "strasse", "sw": "southwest", "ter": "terrace", "terr": "terrace", "tpke": "turnpike", "trl": "trail",
    "vw": "view", "w": "west", "wy": "way",
}  # fmt: skip

_UNIT = (
    r"(?<![\p{L}\p{N}])(?:p\.? ?o\.? ?box|flat|apartment|apt|unit|suite|ste|room|floor|level|stock)\.?"
    r" ?#?[a-z]?\d*[a-z]?(?![\p{L}\p{N}])|# ?\w+"
)
# 12, 221b, 12-14, 5/7; "5 a" at the end of a line; not the 5 of 5th.
_HOUSE_NUMBER = r"(?<![\p{L}\p{N}])\d+[a-z]?(?: ?[\-\u2013/] ?\d+[a-z]?)?(?![\p{L}\p{N}])(?: [a-z](?=$|,))?"

# Codes with letters, and where their blank goes. The forms exclude one another, so they also tell
# the country when it is not given.
_BRITISH = r"^(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$"
_LETTERED_FORMS = {
    _BRITISH: ("GB", "GG", "JE", "IM"),
    r"^([A-Z][0-9][A-Z])([0-9][A-Z][0-9])$": ("CA",),
    r"^([A-Z][0-9][0-9W])([A-Z0-9]{4})$": ("IE",),
    r"^([1-9][0-9]{3})([A-Z]{2})$": ("NL",),
}
# Letters are part of the code here; elsewhere they only name the country (D-10115, LV-1010).
_OTHER_LETTERED = ("AR", "BM", "BN", "KY", "LC", "MT", "SO", "SZ", "VC", "VG")
# ZZ99 stands for "no fixed abode" and "not known" in the British health service.
_PLACEHOLDER = r"^(?:0+|9+|1{5,}|123456?|ZZ99 ?[0-9][A-Z]{2}|A{1,2}1 1AA)$"


def street(line: Column) -> Column:
    """Tidy a street line: clean text, in Title Case unless it came in mixed case."""
    return title_case(clean_text(F.btrim(line, F.lit(" ,;"))))


def street_key(line: Column) -> Column:
    """Spell out the abbreviations of a folded street line: 12 high st is 12 high street.

    St in front of a name is saint (st johns road).
    """
    saints = F.regexp_replace(line, r"^((?:\d+\p{L}? )?)st (?=\p{L}{2})", "$1saint ")
    compounds = F.regexp_replace(saints, r"(?<=\p{L}{3})str(?![\p{L}\p{N}])", "strasse")
    words = F.transform(F.split(compounds, " "), lambda word: F.coalesce(look_up(word, _STREET_WORDS), word))
    return F.array_join(words, " ")


def house_number(line: Column) -> Column:
    """Take the house number out of a street line, before or after the street: 12, 221b, 12-14.

    Null when there is none. Numbers of flats, units, floors and post boxes are not house numbers.
    """
    outside = F.regexp_replace(F.lower(clean_text(line)), _UNIT, " ")
    number = F.regexp_replace(F.regexp_extract(outside, _HOUSE_NUMBER, 0), " ", "")
    return unless_empty(F.replace(number, F.lit("\u2013"), F.lit("-")))


def postcode(code: Column, country: Column) -> Column:
    """Standardise a postal code: upper case, with its country's blank (OX7 3DE, K1A 0B6, 1012 AB, D02 X285).

    Elsewhere the digits only, of a US ZIP+4 the first five. A British, Canadian, Irish or Dutch code of
    another form is kept without blanks. Null without a digit or for a placeholder (00000, 12345, ZZ99 3WZ).

    Args:
        code: as written.
        country: ISO 3166 alpha-2, or null: then the code's form tells.
    Source:
        Universal Postal Union addressing formats; NHS Data Dictionary for ZZ99.
    """
    bare = F.regexp_replace(F.upper(clean_text(code)), r"[^\p{L}\p{N}]", "")
    both = F.struct(bare.alias("code"), country.alias("country"))
    spaced = once(both, lambda b: _spaced(b["code"], b["country"]))
    return once(spaced, lambda c: F.when(c.rlike("[0-9]") & ~c.rlike(_PLACEHOLDER), c))


def postcode_outward(code: Column) -> Column:
    """The area of a standard postcode: the outward part of a British one (OX7), else three characters."""
    return once(
        code, lambda c: F.when(_is_british(c), F.substring_index(c, " ", 1)).otherwise(F.left(c, F.lit(3)))
    )


def _spaced(code: Column, country: Column) -> Column:
    digits = F.regexp_replace(code, "[^0-9]", "")
    result = (
        F.when(country.isNull() | country.isin(*_OTHER_LETTERED, *sum(_LETTERED_FORMS.values(), ())), code)
        .when((country == "US") & (F.length(digits) == 9), F.left(digits, F.lit(5)))
        .otherwise(digits)
    )
    for form, countries in _LETTERED_FORMS.items():
        here = country.isNull() | country.isin(*countries)
        result = F.when(here & code.rlike(form), F.regexp_replace(code, form, "$1 $2")).otherwise(result)
    return result


def _is_british(code: Column) -> Column:
    return F.replace(code, F.lit(" "), F.lit("")).rlike(_BRITISH) & code.contains(" ")
