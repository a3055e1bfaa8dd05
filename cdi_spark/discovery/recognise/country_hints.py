"""The countries that single values speak for, with a weight each."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import cache

import phonenumbers

from cdi_spark.discovery.lexicon import patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set

_LISTS = load_lists("countries")
TRIED: list[str] = _LISTS["tried"].split()
_POSTCODES: dict[str, list[str]] = {form: codes.split() for form, codes in _LISTS["postcodes"].items()}
_DOMAINS: dict[str, str] = _LISTS["domains"]
_DOMAINS_OF_ALL = word_set(_LISTS["domains_of_all"])
# Values of a column that are tried with every numbering plan.
_TRIED_VALUES = 40
# The least share of valid numbers in the best country, and how much less its rivals may have.
_LEAST_VALID, _NEAR_BEST = 0.6, 0.1


def count_countries(values: Mapping[str, int], country: Callable[[str], str | None]) -> Counter[str]:
    """The countries of the values that have one, with the frequency of these values."""
    found: Counter[str] = Counter()
    for value, times in values.items():
        if code := country(value):
            found[code] += times
    return found


def find_phone_country(value: str) -> str | None:
    """The country of a number with a country code."""
    if not value.strip().startswith(("+", "00")):
        return None
    try:
        number = phonenumbers.parse("+" + value.strip().lstrip("+0"), None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_number(number)


def find_numbering_plans(values: Counter[str]) -> dict[str, float]:
    """The countries in whose numbering plans most numbers without a country code are valid, together 1 at most.

    Numbers that are written as the country writes them count more.
    """
    american = share_of(
        values, lambda x: bool(re.fullmatch(r"(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[ .-]\d{4}.*", x))
    )
    if american >= 0.4:
        return {"US": 1.0}
    local = [x for x in values if not x.strip().startswith(("+", "00"))][:_TRIED_VALUES]
    if len(local) < 5:
        return {}
    fits = {code: _rate_plan(local, code) for code in TRIED}
    best = max(valid for valid, _ in fits.values())
    if best < _LEAST_VALID:
        return {}
    rivals = {code: 0.1 + written for code, (valid, written) in fits.items() if valid > best - _NEAR_BEST}
    total = max(1.0, sum(rivals.values()))
    return {code: weight / total for code, weight in rivals.items()}


def find_postcode_countries(values: Counter[str]) -> set[str]:
    """The countries that write postcodes as most of the values are written; empty where none is known."""
    forms: Counter[str] = Counter()
    for value, times in values.items():
        forms[re.sub(r"\d", "#", value.strip().removesuffix(".0"))] += times
    total = sum(forms.values())
    known = {form: n for form, n in forms.items() if form in _POSTCODES}
    if not known or sum(known.values()) < 0.8 * total:
        return set()
    counts: Counter[str] = Counter()
    for form, times in known.items():
        counts.update(dict.fromkeys(_POSTCODES[form], times))
    return {code for code, times in counts.items() if times >= 0.8 * total}


def find_postcode_country(value: str) -> str | None:
    """The country of a postcode whose form no other country has."""
    several = len(_POSTCODES.get(re.sub(r"\d", "#", value), ())) > 1
    return None if several else patterns.lettered_postcode_country(value)


def find_domain_country(value: str) -> str | None:
    """The country of an e-mail address by its ending."""
    end = value.strip(" ;,>").rpartition(".")[2].lower()
    if len(end) != 2 or end in _DOMAINS_OF_ALL:
        return None
    return _DOMAINS.get(end, end.upper())


def count_letters(values: Counter[str]) -> Counter[str]:
    """The countries of values with a letter or a script that mostly one country uses."""
    found: Counter[str] = Counter()
    for value, times in values.items():
        for code in {_letters()[c] for c in value.lower() if c in _letters()}:
            found[code] += times
    return found


def find_region_country(values: Counter[str]) -> Counter[str]:
    """The country that has most of the regions; empty where two are close."""
    known: Counter[str] = Counter()
    for value, times in values.items():
        for code in patterns.find_region_countries(value):
            known[code] += times
    total = sum(values.values())
    ranked = known.most_common(2)
    if not ranked or ranked[0][1] < 0.6 * total or (len(ranked) > 1 and ranked[1][1] > 0.8 * ranked[0][1]):
        return Counter()
    return Counter({ranked[0][0]: 1})


@cache
def _letters() -> dict[str, str]:
    """The country of each letter; letters of several languages vote for none."""
    by_letter: defaultdict[str, list[str]] = defaultdict(list)
    for group in ("letters", "scripts"):
        for code, letters in _LISTS[group].items():
            for letter in letters:
                by_letter[letter].append(code)
    return {letter: codes[0] for letter, codes in by_letter.items() if len(codes) == 1}


def _rate_plan(numbers: list[str], code: str) -> tuple[float, float]:
    """The shares of the numbers that are valid in a country, and that are written as it writes them.

    Both are 0 where too few are valid for the country to be a rival of any other.
    """
    valid = written = 0
    for tried, text in enumerate(numbers, 1):
        if not patterns.is_valid_phone(text, code):
            if tried - valid > (1 - _LEAST_VALID + _NEAR_BEST) * len(numbers):
                return 0.0, 0.0
            continue
        valid += 1
        number = phonenumbers.parse(text, code)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        written += re.sub(r"\d", "#", national) == re.sub(r"\d", "#", text)
    return valid / len(numbers), written / len(numbers)
