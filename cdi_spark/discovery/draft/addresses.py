"""Chooses one of a row's addresses, and maps its parts."""

from __future__ import annotations

import re
from collections import defaultdict

from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line, list_doubts, state_facts
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.vocabulary import group_by_word, load_lists
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet

PARTS = ("street", "house_number", "unit", "city", "region", "postcode", "postcode_city", "country")
_WEIGHT = {"street": 2.0, "postcode": 2.0, "city": 1.5, "postcode_city": 2.5, "region": 0.5, "country": 0.3}
# Which of several addresses a header is about: home, billing, …
_KINDS = group_by_word(load_lists("addresses")["kinds"])
_NUMBER_FIRST = frozenset(
    ("GB", "US", "CA", "AU", "NZ", "IE", "FR", "LU", "ZA", "IN", "SG", "MY", "KE", "NG", "PH")
)
# Postcodes at the end of an address in one line, by country; Spark SQL patterns without backslashes.
_IN_LINE = {
    "GB": "[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}", "CA": "[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]",
    "NL": "[1-9][0-9]{3} ?[A-Z]{2}", "PL": "[0-9]{2}-[0-9]{3}", "PT": "[0-9]{4}-[0-9]{3}",
    "US": "[0-9]{5}(?:-[0-9]{4})?",
}  # fmt: skip
_FIVE = frozenset(
    ("DE", "FR", "ES", "IT", "FI", "SE", "CZ", "SK", "GR", "TR", "MX", "US", "HR", "EE", "LT", "UA", "MY")
)


def draft_address(sheet: Sheet, *, country: str) -> list[ConfLine]:
    """The lines for street, city, region, postcode and country of the row's best address."""
    chosen = _choose_address(sheet)
    if not chosen:
        return []
    lines: list[ConfLine] = []
    street, number = chosen.get("street"), chosen.get("house_number")
    whole = street and "postcode" not in chosen and "postcode_city" not in chosen
    if street and whole and (in_one := _split_one_line(street, country, has_city="city" in chosen)):
        lines += in_one
    elif street:
        lines.append(_draft_street(street, number, country))
    if both := chosen.get("postcode_city"):
        lines += _split_postcode_and_city(both)
    if city := chosen.get("city"):
        lines.append(draft_line("city", city))
    if region := chosen.get("region"):
        lines.append(draft_line("region", region))
    if postcode := chosen.get("postcode"):
        lines.append(_draft_postcode(postcode, country))
    if land := chosen.get("country"):
        lines.append(draft_line("country", land))
    return lines


def _choose_address(sheet: Sheet) -> dict[str, Guess]:
    groups: defaultdict[str, dict[str, Guess]] = defaultdict(dict)
    for meaning in PARTS:
        for guess in sheet.of(meaning):
            groups[_find_kind(guess.column)].setdefault(meaning, guess)
    if not groups:
        return {}

    def worth(group: str) -> tuple[float, bool]:
        parts = groups[group]
        return round(sum(_WEIGHT.get(m, 0.0) * g.column.fill for m, g in parts.items()), 1), group in (
            "",
            "home",
        )

    best = max(groups, key=lambda group: (worth(group), -list(groups).index(group)))
    chosen = groups[best]
    for group, parts in groups.items():
        # An address takes parts from others only if it shares none with them, or if their header names no address.
        if not group or not parts.keys() & chosen.keys():
            chosen = parts | chosen
    return chosen


def _find_kind(column: Column) -> str:
    tokens = [token for part in column.path for token in headers.tokens_of(part)]
    return next((_KINDS[token] for token in tokens if token in _KINDS), "")


def _draft_street(street: Guess, number: Guess | None, country: str) -> ConfLine:
    digits = share_of(street.column.values, lambda x: bool(re.search(r"\d", x)))
    if number is None or digits > 0.5:
        return draft_line("street", street)
    pair = [number, street] if country in _NUMBER_FIRST else [street, number]
    sql = f"concat_ws(' ', {', '.join(g.column.text for g in pair)})"
    return ConfLine("street", sql, state_facts(pair), list_doubts(street), pair)


def _draft_postcode(guess: Guess, country: str) -> ConfLine:
    line = draft_line("postcode", guess)
    lengths = {n: share_of(guess.column.values, lambda x, n=n: x.isdigit() and len(x) == n) for n in (4, 5)}  # type: ignore[misc]
    cut = share_of(
        guess.column.values, lambda x: x.removesuffix(".0").isdigit() and len(x.removesuffix(".0")) == 4
    )
    is_number = guess.column.kind != "text" or guess.column.is_fractional
    if country in _FIVE and 0 < cut < 0.5 and (is_number or lengths[5] > 0.4):
        line.sql = f"lpad({line.sql}, 5, '0')"
        line.confirm.append(f"{percent(cut)} have four digits; a leading 0 is added")
    return line


def _split_postcode_and_city(guess: Guess) -> list[ConfLine]:
    sql, facts = guess.column.text, f"{percent(guess.column.fill)} filled; postcode and city in one column"
    leads = share_of(
        guess.column.values, lambda x: bool(re.match(r"(?:[A-Z]{1,2}-)?\d{4,5}\b|\d{2}-\d{3}\b", x))
    )
    if leads >= 0.5:
        code = f"regexp_extract({sql}, '^([A-Z-]*[0-9-]+)', 1)"
        city = f"regexp_replace({sql}, '^[A-Z-]*[0-9-]+ *', '')"
        return [ConfLine("city", city, facts, [], [guess]), ConfLine("postcode", code, facts, [], [guess])]
    code = f"regexp_extract({sql}, '([0-9]{{4,5}}(-[0-9]{{4}})?) *$', 1)"
    lines = [
        ConfLine(
            "city",
            f"trim(split_part({sql}, ',', 1))",
            facts,
            ["the city is the text before the comma"],
            [guess],
        ),
        ConfLine("postcode", code, facts, [], [guess]),
    ]
    if share_of(guess.column.values, lambda x: bool(re.search(r", *[A-Za-z]{2} +\d{5}", x))) >= 0.5:
        lines.insert(
            1,
            ConfLine(
                "region", f"regexp_extract({sql}, ', *([A-Za-z][A-Za-z]) +[0-9]', 1)", facts, [], [guess]
            ),
        )
    return lines


def _split_one_line(street: Guess, country: str, *, has_city: bool) -> list[ConfLine] | None:
    """The lines for an address in one line (12 High Street, Leeds, LS1 4AB); null where it is none."""
    form = _IN_LINE.get(country, "[0-9]{4,5}")
    values = street.column.values
    coded = share_of(values, lambda x: bool(re.search(rf"[ ,]{form}(?:[ ,]|$)", x)) and "," in x)
    if coded < 0.5:
        return None
    sql = street.column.text
    facts = f"{percent(street.column.fill)} filled; {percent(coded)} are one line with a postcode"
    # The last match, because a house number may look like a postcode.
    lines = [
        ConfLine(
            "street",
            f"trim(split_part({sql}, ',', 1))",
            facts,
            ["the address is one line; the street is the text before the first comma"],
            [street],
        ),
        ConfLine(
            "postcode",
            f"nullif(regexp_extract({sql}, '^.*[ ,]({form})([ ,]|$)', 1), '')",
            facts,
            [],
            [street],
        ),
    ]
    after = share_of(values, lambda x: bool(re.search(rf"[ ,]{form} [^\d,]{{2,}}", x)))
    if not has_city and after >= 0.5:
        city = f"nullif(trim(regexp_extract({sql}, '^.*[ ,]{form} ([^0-9,]+)', 1)), '')"
        lines.insert(1, ConfLine("city", city, facts, ["the city is the text after the postcode"], [street]))
    elif not has_city:
        lines.insert(
            1,
            ConfLine(
                "city",
                f"nullif(trim(split_part({sql}, ',', 2)), '')",
                facts,
                ["the city is the text between the first two commas"],
                [street],
            ),
        )
    return lines
