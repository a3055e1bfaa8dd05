"""Chooses one of a row's addresses, and maps its parts."""

from __future__ import annotations

import re
from collections import defaultdict

from cdi_spark.discovery.draft.conf_lines import ConfLine, list_doubts, state_shares
from cdi_spark.discovery.draft.gaps import FULL, draft_filled, write_value
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.vocabulary import group_by_word, load_lists
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet

PARTS = ("street", "house_number", "unit", "city", "region", "postcode", "postcode_city", "country")
Address = dict[str, list[Guess]]
_MAIN_PARTS = frozenset(("street", "city", "postcode", "postcode_city"))
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
    """The lines for street, city, region, postcode and country of the row's best address.

    Rows without that address get the second best, whole: parts of two addresses are never mixed.
    """
    chosen, second = _choose_addresses(sheet)
    lines = _draft_parts(chosen, country)
    absent = [found[0] for part, found in chosen.items() if part in _MAIN_PARTS]
    if not second or not absent or max(g.column.fill for g in absent) >= FULL:
        return lines
    has_none = " and ".join(f"{write_value(g)} is null" for g in absent)
    others = {line.target: line for line in _draft_parts(second, country)}
    for line in lines:
        if other := others.get(line.target):
            line.sql = f"case when {has_none} then {other.sql} else {line.sql} end"
            line.used = [*line.used, *other.used]
            line.shares = state_shares(line.used)
            names = ", ".join(dict.fromkeys(g.column.path[-1] for g in other.used))
            line.notes.append(f"{names} where the other address is empty")
            line.notes += [note for note in other.notes if note not in line.notes]
    return lines


def _draft_parts(chosen: Address, country: str) -> list[ConfLine]:
    lines: list[ConfLine] = []
    street = chosen.get("street", [])
    whole = street and "postcode" not in chosen and "postcode_city" not in chosen
    if street and whole and (in_one := _split_one_line(street[0], country, has_city="city" in chosen)):
        lines += in_one
    elif street:
        lines.append(_draft_street(street, chosen.get("house_number", []), country))
    if both := chosen.get("postcode_city"):
        lines += _split_postcode_and_city(both[0])
    for part in ("city", "region", "postcode", "country"):
        if found := chosen.get(part):
            lines.append(_draft_postcode(found, country) if part == "postcode" else draft_filled(part, found))
    return lines


def _choose_addresses(sheet: Sheet) -> tuple[Address, Address]:
    """The columns of the best address, and of the second best of the same parts; empty where there is none."""
    found = {meaning: sheet.of(meaning) for meaning in PARTS}
    numbered = _are_numbered(found)
    groups: defaultdict[str, Address] = defaultdict(dict)
    for meaning, guesses in found.items():
        for guess in guesses:
            groups[_find_kind(guess.column, numbered)].setdefault(meaning, []).append(guess)
    if not groups:
        return {}, {}
    for parts in groups.values():
        if numbered and "street" not in parts and "unit" in parts:
            # `street 2` beside `city 2` is a street, not a second line.
            parts["street"] = parts.pop("unit")

    def worth(group: str) -> tuple[float, bool]:
        parts = groups[group]
        filled = sum(_WEIGHT.get(m, 0.0) * found[0].column.fill for m, found in parts.items())
        return round(filled, 1), group in ("", "home")

    places = list(groups)
    ranked = sorted(places, key=lambda group: (worth(group), -places.index(group)), reverse=True)
    best = ranked[0]
    chosen = groups[best]
    for group in places:
        # A part whose header names no address belongs to every one; one of another address never does.
        if group != best and "" in (group, best) and (not group or not groups[group].keys() & chosen.keys()):
            chosen = groups[group] | chosen
    rivals = [
        g for g in ranked[1:] if g != "previous" and groups[g].keys() >= groups[best].keys() & _MAIN_PARTS
    ]
    return chosen, groups[rivals[0]] if rivals else {}


def _are_numbered(found: Address) -> bool:
    """Whether numbers in headers mean whole addresses: city1 and city2, not address1 and address2."""
    for meaning in ("city", "postcode", "postcode_city"):
        numbers = {_find_number(guess.column) for guess in found[meaning]} - {""}
        if len(numbers) > 1:
            return True
    return False


def _find_number(column: Column) -> str:
    return next((t for part in column.path for t in headers.tokens_of(part) if t.isdigit()), "")


def _find_kind(column: Column, numbered: bool) -> str:
    tokens = [token for part in (*column.above, *column.path) for token in headers.tokens_of(part)]
    kind = next((_KINDS[token] for token in tokens if token in _KINDS), "")
    return kind + _find_number(column) if numbered else kind


def _draft_street(streets: list[Guess], numbers: list[Guess], country: str) -> ConfLine:
    street = streets[0]
    digits = share_of(street.column.values, lambda x: bool(re.search(r"\d", x)))
    if not numbers or digits > 0.5:
        return draft_filled("street", streets)
    pair = [numbers[0], street] if country in _NUMBER_FIRST else [street, numbers[0]]
    sql = f"concat_ws(' ', {', '.join(g.column.text for g in pair)})"
    return ConfLine("street", sql, state_shares(pair), list_doubts(street), pair)


def _draft_postcode(found: list[Guess], country: str) -> ConfLine:
    line, guess = draft_filled("postcode", found), found[0]
    lengths = {n: share_of(guess.column.values, lambda x, n=n: x.isdigit() and len(x) == n) for n in (4, 5)}  # type: ignore[misc]
    cut = share_of(
        guess.column.values, lambda x: x.removesuffix(".0").isdigit() and len(x.removesuffix(".0")) == 4
    )
    is_number = guess.column.kind != "text" or guess.column.is_fractional
    if country in _FIVE and 0 < cut < 0.5 and (is_number or lengths[5] > 0.4):
        line.sql = f"lpad({line.sql}, 5, '0')"
        line.confirm.append(f"{percent(cut)} have four digits; a leading 0 is added")
    return line


def _draft_part(target: str, guess: Guess, sql: str, note: str, *confirm: str) -> ConfLine:
    """The line of a part of a column."""
    shares = f"{percent(guess.column.fill)} filled"
    return ConfLine(target, sql, shares, list(confirm), [guess], [note])


def _split_postcode_and_city(guess: Guess) -> list[ConfLine]:
    sql = guess.column.text

    def draft(target: str, part: str, *confirm: str) -> ConfLine:
        return _draft_part(target, guess, part, "postcode and city in one column", *confirm)

    leads = share_of(
        guess.column.values, lambda x: bool(re.match(r"(?:[A-Z]{1,2}-)?\d{4,5}\b|\d{2}-\d{3}\b", x))
    )
    if leads >= 0.5:
        code = f"regexp_extract({sql}, '^([A-Z-]*[0-9-]+)', 1)"
        city = f"regexp_replace({sql}, '^[A-Z-]*[0-9-]+ *', '')"
        return [draft("city", city), draft("postcode", code)]
    code = f"regexp_extract({sql}, '([0-9]{{4,5}}(-[0-9]{{4}})?) *$', 1)"
    lines = [
        draft("city", f"trim(split_part({sql}, ',', 1))", "the city is the text before the comma"),
        draft("postcode", code),
    ]
    if share_of(guess.column.values, lambda x: bool(re.search(r", *[A-Za-z]{2} +\d{5}", x))) >= 0.5:
        lines.insert(1, draft("region", f"regexp_extract({sql}, ', *([A-Za-z][A-Za-z]) +[0-9]', 1)"))
    return lines


def _split_one_line(street: Guess, country: str, *, has_city: bool) -> list[ConfLine] | None:
    """The lines for an address in one line (12 High Street, Leeds, LS1 4AB); null where it is none."""
    form = _IN_LINE.get(country, "[0-9]{4,5}")
    values = street.column.values
    coded = share_of(values, lambda x: bool(re.search(rf"[ ,]{form}(?:[ ,]|$)", x)) and "," in x)
    if coded < 0.5:
        return None
    sql = street.column.text

    def draft(target: str, part: str, *confirm: str) -> ConfLine:
        return _draft_part(target, street, part, f"{percent(coded)} are one line with a postcode", *confirm)

    # The last match, because a house number may look like a postcode.
    lines = [
        draft(
            "street",
            f"trim(split_part({sql}, ',', 1))",
            "the address is one line; the street is the text before the first comma",
        ),
        draft("postcode", f"nullif(regexp_extract({sql}, '^.*[ ,]({form})([ ,]|$)', 1), '')"),
    ]
    after = share_of(values, lambda x: bool(re.search(rf"[ ,]{form} [^\d,]{{2,}}", x)))
    if not has_city and after >= 0.5:
        city = f"nullif(trim(regexp_extract({sql}, '^.*[ ,]{form} ([^0-9,]+)', 1)), '')"
        lines.insert(1, draft("city", city, "the city is the text after the postcode"))
    elif not has_city:
        city = f"nullif(trim(split_part({sql}, ',', 2)), '')"
        lines.insert(1, draft("city", city, "the city is the text between the first two commas"))
    return lines
