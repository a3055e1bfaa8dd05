"""Postal addresses: street lines and postcodes."""

from __future__ import annotations

import re
from unicodedata import normalize

from cdi_spark.standardise.values.names import name_part
from cdi_spark.standardise.values.text import clean_text, is_unknown, known_text, title_case
from cdi_spark.standardise.values.word_lists import word_list

_LISTS = word_list("addresses")
_STREET_WORDS: dict[str, str] = _LISTS["streets"]
_OTHER_LETTERED = frozenset(_LISTS["lettered_postcodes"])
_LETTER = r"[^\W\d_]"
# St in front of a name is saint (st johns road).
_SAINT = re.compile(rf"^((?:\d+{_LETTER}? )?)st (?={_LETTER}{{2}})")
_STRASSE = re.compile(rf"(?<={_LETTER}{{3}})str(?!\w)")

# Codes with letters, and the place of their blank. The forms exclude one another, so a form identifies the country
# when it is not given.
_BRITISH = re.compile("(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_LETTERED_FORMS = (
    (_BRITISH, frozenset(("GB", "GG", "JE", "IM"))),
    (re.compile("([A-Z][0-9][A-Z])([0-9][A-Z][0-9])"), frozenset(("CA",))),
    (re.compile("([A-Z][0-9][0-9W])([A-Z0-9]{4})"), frozenset(("IE",))),
    (re.compile("([1-9][0-9]{3})([A-Z]{2})"), frozenset(("NL",))),
)
_LETTERED = _OTHER_LETTERED.union(*(countries for _, countries in _LETTERED_FORMS))
# ZZ99 stands for "no fixed abode" and "not known" in the British health service.
_PLACEHOLDER = re.compile("0+|9+|1{5,}|123456?|ZZ99 ?[0-9][A-Z]{2}|A{1,2}1 ?1AA")
_NOT_DIGITS = re.compile("[^0-9]")

_REGION_CODE = re.compile(
    rf"{_LETTER}{{2}}-\w{{1,3}}|(?:{_LETTER}{{1,3}}|\d{{1,2}}{_LETTER})(?: \d{{1,5}})?|\d{{1,5}} {_LETTER}{{1,3}}"
)
_DOTTED_REGION = re.compile(rf"(?:{_LETTER}\.){{2,4}}")
_TWO_LETTERS = re.compile("[A-Za-z]{2}")
# French and Japanese codes; not all zeros or nines.
_NUMBERED_REGION = re.compile(r"(?!0+$|9+$)[0-9]{1,3}")
_NO_VOWEL = re.compile(r"\b[B-DF-HJ-NP-TV-XZ][b-df-hj-np-tv-xz]+\b")
_SHORT_REGIONS = frozenset(_LISTS["short_regions"])
_ABBREVIATED = frozenset(_LISTS["abbreviated"])


def street(line: str) -> str | None:
    """A street line as clean text, in Title Case unless it came in mixed case; None for a placeholder value.

    >>> street("12  HIGH STREET,")
    '12 High Street'
    >>> street("Rue de la Paix")
    'Rue de la Paix'
    >>> street("n/a") is None
    True
    """
    cleaned = known_text((known_text(line) or "").strip(" ,;"))
    return None if cleaned is None else title_case(cleaned)


def street_key(line: str) -> str:
    """A folded street line with its abbreviations spelled out.

    >>> street_key("12 n high st")
    '12 north high street'
    >>> street_key("12 st johns rd")
    '12 saint johns road'
    >>> street_key("konigstr 7")
    'konigstrasse 7'
    """
    saints = _SAINT.sub(r"\1saint ", line)
    words = _STRASSE.sub("strasse", saints).split(" ")
    return " ".join([_STREET_WORDS.get(word, word) for word in words])


def region(name: str) -> str | None:
    """A state, county or region: a code in upper case (NSW, US-CA, 2A), another name in Title Case as name_part() does.

    A code is one to three letters or digits, alone or with figures beside it, a code of ISO 3166-2, or a word without
    a vowel. Names of three letters are known.

    >>> region("NSW"), region("nsw 2000"), region("us-ca")
    ('NSW', 'NSW 2000', 'US-CA')
    >>> region("NEW SOUTH WALES"), region("GOA"), region("SYDNEY NSW")
    ('New South Wales', 'Goa', 'Sydney NSW')
    >>> region("unbekannt") is None
    True

    Source: ISO 3166-2.
    """
    bare = (clean_text(name) or "").strip(" ,;")
    is_dotted = _DOTTED_REGION.fullmatch(bare)
    # NA is Naples and N.D. North Dakota, in other fields they say that nothing is known.
    if is_unknown(bare) and not is_dotted and not _TWO_LETTERS.fullmatch(bare):
        return None
    if _NUMBERED_REGION.fullmatch(bare):
        return bare
    code = bare.rstrip(".")
    if _REGION_CODE.fullmatch(code) and code.lower() not in _SHORT_REGIONS and _is_one_case(code):
        return code.upper()
    if is_dotted:
        return bare.upper()
    titled = name_part(bare)
    if titled is None or bare != bare.upper():
        return titled
    return _NO_VOWEL.sub(lambda word: word[0] if word[0] in _ABBREVIATED else word[0].upper(), titled)


def _is_one_case(code: str) -> bool:
    """Whether a code is in one case, or so short (Ca) that it can be nothing else."""
    return code in (code.upper(), code.lower()) or len(code) == 2


def postcode(code: str, country: str | None) -> str | None:
    """A postal code in upper case, with its country's blank (OX7 3DE, K1A 0B6, 1012 AB, D02 X285).

    Elsewhere the digits only, of a US ZIP+4 the first five. A British, Canadian, Irish or Dutch code of another form is
    kept without blanks. None without a digit or for a placeholder (00000, 12345, ZZ99 3WZ).

    Args:
        code: as written.
        country: ISO 3166 alpha-2; where it is None, the form of the code decides.

    >>> postcode("ox73de", "GB"), postcode("1012ab", None)
    ('OX7 3DE', '1012 AB')
    >>> postcode("D-10115", "DE"), postcode("10001-1234", "US")
    ('10115', '10001')
    >>> postcode("00000", "US") is None
    True

    Source: Universal Postal Union addressing formats; NHS Data Dictionary for ZZ99.
    """
    standard = _spaced(_bare(code), country)
    return standard if _has_digit(standard) and not _PLACEHOLDER.fullmatch(standard) else None


def is_placeholder_postcode(code: str) -> bool:
    """Whether a postal code is a placeholder value.

    >>> is_placeholder_postcode("ZZ99 3WZ"), is_placeholder_postcode("00000"), is_placeholder_postcode("10115")
    (True, True, False)
    """
    return _PLACEHOLDER.fullmatch(_bare(code)) is not None


def postcode_area(postcode: str) -> str:
    """The area of a standard postcode: the outward part of a British one, else three characters.

    >>> postcode_area("OX7 3DE"), postcode_area("10115"), postcode_area("K1A 0B6")
    ('OX7', '101', 'K1A')
    """
    outward, blank, _ = postcode.partition(" ")
    return outward if blank and _BRITISH.fullmatch(postcode.replace(" ", "")) else postcode[:3]


def _bare(code: str) -> str:
    cleaned = clean_text(code) or ""
    if not cleaned.isascii():
        # Digits of other scripts, and full-width digits.
        plain = normalize("NFKC", cleaned)
        cleaned = "".join(str(int(char)) if char.isdecimal() else char for char in plain)
    # A spreadsheet's number: 10115.0.
    whole = cleaned.removesuffix(".0")
    return "".join(char for char in whole.upper() if char.isalnum())


def _spaced(code: str, country: str | None) -> str:
    for form, countries in _LETTERED_FORMS:
        if (country is None or country in countries) and (parts := form.fullmatch(code)):
            return f"{parts[1]} {parts[2]}"
    if country is None or country in _LETTERED:
        return code
    digits = _NOT_DIGITS.sub("", code)
    return digits[:5] if country == "US" and len(digits) == 9 else digits


def _has_digit(code: str) -> bool:
    return any("0" <= char <= "9" for char in code)
