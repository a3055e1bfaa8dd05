"""The country that the files come from, by which phones, postcodes and dates without a country are read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.spelling import canon
from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists
from cdi_spark.discovery.recognise.country_hints import (
    TRIED,
    count_countries,
    count_letters,
    find_domain_country,
    find_numbering_plans,
    find_phone_country,
    find_postcode_countries,
    find_postcode_country,
    find_region_country,
)
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.standardise.values.countries import country as country_code
from cdi_spark.standardise.values.currencies import currency

_LISTS = load_lists("countries")
_HEADER_WORDS: dict[str, str] = _LISTS["header_words"]
_COUNTRIES_OF_CURRENCIES: dict[str, str] = _LISTS["countries_of_currencies"]
_NATIONAL_IDS: dict[str, str] = _LISTS["national_ids"]
_SPOKEN = ("full_name", "given_name", "family_name", "city", "street", "region", "birth_place")
# What is left of the votes for a country that does not write postcodes like those of the files.
_OTHER_POSTCODES = 0.2
# Votes for countries whose postcodes have the form, where nothing else speaks for one.
_BY_POSTCODES_ALONE = 0.25


class _Votes:
    """Votes for countries, and the evidence for each."""

    def __init__(self) -> None:
        self.weights: dict[str, float] = defaultdict(float)
        self._reasons: dict[str, list[str]] = {}

    def add(self, found: Mapping[str, float], weight: float, reason: str) -> None:
        """Share a weight between countries; {share} in the reason is the best one's."""
        total = sum(found.values())
        if not total or weight <= 0:
            return
        for code, times in found.items():
            self.weights[code] += weight * times / total
        best = max(found, key=lambda code: found[code])
        if weight > 0.2:
            said = reason.replace("{share}", percent(found[best] / total))
            self._reasons.setdefault(best, []).append(said)

    def name_best(self) -> tuple[str, str]:
        best = max(self.weights, key=lambda code: self.weights[code])
        evidence = list(dict.fromkeys(self._reasons.get(best, ["several weak hints"])))
        return best, f"guessed from {'; '.join(evidence[:3])}"


def infer_country(sheets: Sequence[Sheet]) -> tuple[str, str]:
    """The likeliest country (ISO 3166 alpha-2) and the evidence for it; GB without evidence."""
    guesses = list(_iterate_guesses(sheets))
    votes = _Votes()
    for guess in guesses:
        _vote_by_values(guess, votes)
    _vote_by_language(guesses, votes)
    _apply_postcodes(guesses, votes)
    return votes.name_best() if votes.weights else ("GB", "no evidence in the files")


def _vote_by_values(guess: Guess, votes: _Votes) -> None:
    values, filled, name = guess.column.values, guess.column.fill, guess.column.name
    if guess.meaning == "country":
        # Where most rows name no country, it is rather that of the others.
        weight = 10 * filled if filled >= 0.5 else 2 * filled
        votes.add(count_countries(values, country_code), weight, f"{{share}} of the countries in {name}")
    elif guess.meaning == "phone":
        _vote_by_phones(guess, votes)
    elif guess.meaning == "postcode":
        found = count_countries(values, find_postcode_country)
        lettered = found.total() / max(1, values.total())
        votes.add(found, 5 * filled * lettered, f"{{share}} of the lettered postcodes in {name}")
        if "zip" in name.lower():
            votes.add({"US": 1}, 1.0, f"the header {name}")
    elif guess.meaning == "region":
        votes.add(find_region_country(values), 3 * filled, f"the regions in {name}")
    elif guess.meaning == "currency":
        known = count_countries(values, lambda x: _COUNTRIES_OF_CURRENCIES.get(currency(x) or ""))
        votes.add(known, 0.8 * filled, f"{{share}} of the currencies in {name}")
    elif guess.meaning == "national_id":
        kind = headers.find_national_id_kind(guess.column.path[-1])
        issued = count_countries(values, lambda x: _NATIONAL_IDS.get(kind or patterns.national_id_kind(x)))
        votes.add(issued, 2 * filled * issued.total() / max(1, values.total()), f"the numbers in {name}")
    elif guess.meaning == "email":
        ended = count_countries(values, find_domain_country)
        share = ended.total() / max(1, values.total())
        votes.add(ended, 1.5 * filled * share, f"{{share}} of the domains of a country in {name}")
    elif guess.meaning in _SPOKEN:
        spoken = count_letters(values)
        share = min(1.0, 4 * spoken.total() / max(1, values.total()))
        votes.add(spoken, 1.5 * filled * share, f"the letters in {name}")


def _vote_by_phones(guess: Guess, votes: _Votes) -> None:
    filled, name = guess.column.fill, guess.column.name
    sample = Counter(dict(guess.column.values.most_common(300)))
    coded = count_countries(sample, find_phone_country)
    share = coded.total() / max(1, sample.total())
    votes.add(coded, 4 * filled * share, f"{{share}} of the country codes in {name}")
    plans = find_numbering_plans(sample)
    local = share_of(sample, lambda x: not x.strip().startswith(("+", "00")))
    votes.add(plans, 1.5 * filled * local * sum(plans.values()), f"the form of the numbers in {name}")


def _vote_by_language(guesses: list[Guess], votes: _Votes) -> None:
    split = [headers.tokens_of(guess.column.path[-1]) for guess in guesses]
    said = {token for tokens in split for token in (*tokens, "".join(tokens))}
    hits = {code: len(said & words) for code, words in _spoken_words().items()}
    # A word of two languages is one of the language with more words.
    most = max(hits.values())
    best = {code: 1.0 for code, times in hits.items() if times == most}
    if most >= 2 or (most and best.keys() <= {"US", "GB", "AU"}):
        weight = 2.0 if most >= 2 and not best.keys() & {"US", "GB", "AU"} else 0.5
        votes.add(best, weight, "the language of the headers")


def _spoken_words() -> dict[str, set[str]]:
    return {code: {canon(fold(word)) for word in words.split()} for code, words in _HEADER_WORDS.items()}


def _apply_postcodes(guesses: list[Guess], votes: _Votes) -> None:
    """Take votes from countries whose postcodes are written in another way."""
    for guess in guesses:
        if guess.meaning != "postcode" or guess.column.fill < 0.3:
            continue
        usual = find_postcode_countries(guess.column.values)
        if not usual:
            continue
        for code in votes.weights:
            if code not in usual:
                votes.weights[code] *= _OTHER_POSTCODES
        if not usual & votes.weights.keys():
            first = next((code for code in TRIED if code in usual), None)
            votes.add({first: 1.0} if first else {}, _BY_POSTCODES_ALONE, "the form of the postcodes")


def _iterate_guesses(sheets: Iterable[Sheet]) -> Iterable[Guess]:
    for sheet in sheets:
        yield from sheet.guesses
        yield from _iterate_guesses(sheet.inner)
