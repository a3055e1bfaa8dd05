"""Countries as ISO 3166 alpha-2 codes."""

from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.text import fold, fold_word, look_up

# Names in daily use that ISO 3166 does not list: short forms, former names, names in the country's own
# languages, nations of the United Kingdom. Folded.
_DAILY_NAMES = {
    "AE": "uae|emirates", "AR": "republica argentina", "AT": "osterreich|oesterreich",
    "BA": "bosnia|bosna i hercegovina", "BE": "belgie|belgique|belgien", "BG": "balgariya|българия",
    "BN": "brunei", "BO": "bolivia", "BR": "brasil", "BY": "белару|беларусь",
    "CD": "dr congo|drc|congo kinshasa|zaire", "CG": "congo brazzaville|republic of congo",
    "CH": "schweiz|suisse|svizzera|svizra", "CI": "ivory coast", "CN": "prc|中国",
    "CV": "cape verde", "CZ": "czech republic|cesko|ceska republika",
    "DE": "deutschland|bundesrepublik deutschland|germania|allemagne", "DK": "danmark",
    "DZ": "algerie|الجزائر", "EE": "eesti", "EG": "misr|مصر", "ES": "espana|espanya|reino de espana",
    "FI": "suomi", "FK": "falkland islands|falklands", "FM": "micronesia", "FR": "francia|frankreich",
    "GB": "uk|great britain|britain|england|scotland|wales|cymru|northern ireland|gb eng|gb sct|"
    "gb wls|gb nir|united kingdom of great britain|royaume uni|vereinigtes konigreich|reino unido|"
    "regno unito|grossbritannien",
    "GR": "el|ellada|hellas|ελλαδα", "HK": "hong kong sar|香港", "HR": "hrvatska", "HU": "magyarorszag",
    "IE": "eire|republic of ireland|irish republic", "IL": "ישראל", "IN": "bharat|भारत", "IR": "iran|ایران",
    "IT": "italia|italie|italien", "JP": "nippon|nihon|日本", "KP": "north korea|dprk",
    "KR": "south korea|korea|republic of korea|한국|대한민국", "LA": "laos", "LT": "lietuva",
    "LU": "letzebuerg|luxemburg", "LV": "latvija", "MA": "maroc|المغرب", "MD": "moldova",
    "MK": "macedonia|fyrom", "MM": "burma", "MO": "macau", "MX": "mexico|estados unidos mexicanos",
    "NL": "holland|nederland|niederlande|pays bas", "NO": "norge|noreg", "NZ": "aotearoa",
    "PH": "pilipinas", "PL": "polska", "PS": "palestine", "PT": "republica portuguesa",
    "RO": "rumania|roumania", "RS": "srbija", "RU": "russia|rossiya|россия", "SA": "ksa|السعودية",
    "SE": "sverige", "SI": "slovenija", "SK": "slovensko|slovak republic", "SY": "syria", "SZ": "swaziland",
    "TL": "east timor", "TR": "turkey|turkiye", "TW": "taiwan|台湾|台灣", "TZ": "tanzania",
    "UA": "ukraina|украина|україна",
    "US": "usa|us|america|united states of america|estados unidos|etats unis|vereinigte staaten",
    "VA": "vatican|vatican city", "VE": "venezuela", "VG": "british virgin islands|bvi",
    "VI": "us virgin islands|usvi", "VN": "vietnam|viet nam", "ZA": "rsa|suid afrika",
}  # fmt: skip


def country(name: Column) -> Column:
    """Find a country's ISO 3166 alpha-2 code by code, English or local name; null when unknown.

    Source: ISO 3166-1, as in the pycountry package; `_DAILY_NAMES`.
    """
    key = F.regexp_replace(fold(F.replace(name, F.lit("."), F.lit(""))), "^the ", "")
    return look_up(key, country_words())


@cache
def country_words() -> dict[str, str]:
    """Every folded word for a country, with its code; codes win over names."""
    import pycountry

    words = {word: code for code, names in _DAILY_NAMES.items() for word in names.split("|")}
    for entry in pycountry.countries:
        names = {getattr(entry, field, None) for field in ("name", "official_name", "common_name")}
        words |= {
            fold_word(name.replace(".", "")).removeprefix("the "): entry.alpha_2 for name in names if name
        }
    for entry in pycountry.countries:
        words |= {entry.alpha_2.lower(): entry.alpha_2, entry.alpha_3.lower(): entry.alpha_2}
    return words
