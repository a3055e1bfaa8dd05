"""The country that the files come from, by which phones, postcodes and dates without a country are read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import phonenumbers

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.spelling import canon
from cdi_spark.discovery.lexicon.vocabulary import load_lists
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.standardise.values.countries import country as country_code
from cdi_spark.standardise.values.currencies import currency

Vote = Callable[[Counter[str], float, str], None]

_LISTS = load_lists("countries")
_TRIED: list[str] = _LISTS["tried"].split()
_HEADER_WORDS: dict[str, str] = _LISTS["header_words"]
_COUNTRIES_OF_CURRENCIES: dict[str, str] = _LISTS["countries_of_currencies"]


def infer_country(sheets: Sequence[Sheet]) -> tuple[str, str]:
    """The likeliest country (ISO 3166 alpha-2) and the evidence for it; GB without evidence."""
    votes: dict[str, float] = defaultdict(float)
    reasons: dict[str, list[str]] = {}

    def vote(found: Counter[str], weight: float, reason: str) -> None:
        total = sum(found.values())
        for code, times in found.items():
            votes[code] += weight * times / total
        if total and weight > 0.2:
            best, times = found.most_common(1)[0]
            reasons.setdefault(best, []).append(reason.replace("{share}", percent(times / total)))

    guesses = list(_iterate_guesses(sheets))
    _vote_each(guesses, vote)
    _vote_language(guesses, votes, reasons)
    if not votes:
        return "GB", "no evidence in the files"
    best = max(votes, key=lambda code: votes[code])
    evidence = list(dict.fromkeys(reasons.get(best, ["several weak hints"])))
    return best, f"guessed from {'; '.join(evidence[:3])}"


def _vote_each(guesses: list[Guess], vote: Vote) -> None:
    for guess in guesses:
        values, filled = guess.column.values, guess.column.fill
        if guess.meaning == "country":
            vote(
                _count_countries(values, country_code),
                10 * filled,
                f"{{share}} of the countries in {guess.column.name}",
            )
        elif guess.meaning == "phone":
            sample = Counter(dict(values.most_common(300)))
            coded = _count_countries(sample, _find_phone_country)
            share = sum(coded.values()) / max(1, sum(sample.values()))
            vote(coded, 4 * filled * share, f"{{share}} of the country codes in {guess.column.name}")
            local = share_of(sample, lambda x: not x.strip().startswith(("+", "00")))
            vote(
                _find_numbering_plans(sample),
                filled * local,
                f"the form of the numbers in {guess.column.name}",
            )
        elif guess.meaning == "postcode":
            share = share_of(values, patterns.is_lettered_postcode)
            vote(
                _count_countries(values, patterns.find_postcode_country),
                5 * filled * share,
                f"{{share}} of the lettered postcodes in {guess.column.name}",
            )
            if "zip" in guess.column.name.lower():
                vote(Counter({"US": 1}), 1.0, f"the header {guess.column.name}")
        elif guess.meaning == "region":
            vote(_find_region_country(values), 3 * filled, f"the regions in {guess.column.name}")
        elif guess.meaning == "currency":
            known = _count_countries(values, lambda x: _COUNTRIES_OF_CURRENCIES.get(currency(x) or ""))
            vote(known, 0.8 * filled, f"{{share}} of the currencies in {guess.column.name}")


def _vote_language(guesses: list[Guess], votes: dict[str, float], reasons: dict[str, list[str]]) -> None:
    split = [headers.tokens_of(guess.column.path[-1]) for guess in guesses]
    said = {token for tokens in split for token in (*tokens, "".join(tokens))}
    hits = {code: len(said & set(map(canon, spoken.split()))) for code, spoken in _HEADER_WORDS.items()}
    best, most = max(hits.items(), key=lambda item: item[1])
    if most >= 2 or (most and best in ("US", "GB", "AU")):
        weight = 2.0 if most >= 2 and best not in ("US", "GB", "AU") else 0.5
        votes[best] += weight
        reasons.setdefault(best, []).append("the language of the headers")


def _iterate_guesses(sheets: Iterable[Sheet]) -> Iterable[Guess]:
    for sheet in sheets:
        yield from sheet.guesses
        yield from _iterate_guesses(sheet.inner)


def _count_countries(values: Counter[str], country: Callable[[str], str | None]) -> Counter[str]:
    found: Counter[str] = Counter()
    for value, times in values.items():
        if code := country(value):
            found[code] += times
    return found


def _find_phone_country(value: str) -> str | None:
    if not value.strip().startswith(("+", "00")):
        return None
    try:
        number = phonenumbers.parse("+" + value.strip().lstrip("+0"), None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_number(number)


def _find_numbering_plans(values: Counter[str]) -> Counter[str]:
    """The countries (at most four) in whose numbering plans most numbers without a country code are valid."""
    american = share_of(
        values, lambda x: bool(re.fullmatch(r"(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[ .-]\d{4}.*", x))
    )
    if american >= 0.4:
        return Counter({"US": 1})
    local = Counter({x: n for x, n in list(values.items())[:60] if not x.strip().startswith(("+", "00"))})
    if sum(local.values()) < 5:
        return Counter()
    shares = {code: share_of(local, lambda x, code=code: patterns.is_valid_phone(x, code)) for code in _TRIED}  # type: ignore[misc]
    best = max(shares, key=lambda code: shares[code])
    rivals = [code for code in _TRIED if shares[code] > shares[best] - 0.1]
    return Counter(dict.fromkeys(rivals, 1)) if shares[best] >= 0.7 and len(rivals) <= 4 else Counter()


def _find_region_country(values: Counter[str]) -> Counter[str]:
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
