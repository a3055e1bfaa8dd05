"""Maps the columns of a sheet to silver's event tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cdi_spark.discovery.draft.amount_sql import amount_number, amount_text, currency_text, names_currency
from cdi_spark.discovery.draft.booked_amounts import draft_two_sides, set_sign
from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line, list_doubts
from cdi_spark.discovery.draft.date_sql import as_date, as_timestamp, find_order_doubts, find_zone_doubts
from cdi_spark.discovery.draft.event_kinds import draft_kind
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set
from cdi_spark.discovery.recognise.bookings import find_sign
from cdi_spark.discovery.recognise.consents import GRANTED_VALUES
from cdi_spark.discovery.recognise.infer_from_values import TIMED
from cdi_spark.discovery.recognise.keys import is_code
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.schema import BOOLEAN, DATE, DOUBLE, FOUND_BY, TABLES, TIMESTAMP
from cdi_spark.sql_text import literals
from cdi_spark.standardise.values.currencies import currency

_LISTS = load_lists("headers")
_TITLE_WORDS = word_set(_LISTS["title_words"])
_UNIT_PRICE_WORDS = word_set(_LISTS["unit_price_words"])
_TOTAL_WORDS = word_set(_LISTS["total_words"])
_PART_SUM_WORDS = word_set(_LISTS["part_sum_words"])
_GRANTED = [*load_lists("values")["affirmative"].split(), *sorted(GRANTED_VALUES)]
_CURRENCIES = {
    "GB": "GBP", "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "CH": "CHF", "LI": "CHF", "PL": "PLN", "CZ": "CZK",
    "SE": "SEK", "NO": "NOK", "DK": "DKK", "HU": "HUF", "RO": "RON", "JP": "JPY", "CN": "CNY", "IN": "INR",
    "BR": "BRL", "MX": "MXN", "ZA": "ZAR", "TR": "TRY", "UA": "UAH", "RU": "RUB", "KR": "KRW", "SG": "SGD", "HK": "HKD",
    "IL": "ILS", "AE": "AED", "SA": "SAR", "AR": "ARS", "CL": "CLP", "CO": "COP", "NG": "NGN", "KE": "KES",
}  # fmt: skip


def draft_event(sheet: Sheet, kind: str, *, country: str, outer: Sheet | None = None) -> list[ConfLine]:
    """The lines of an event table that the sheet can fill.

    Args:
        country: ISO 3166 alpha-2, for the currency where no column or sign names it.
        outer: the row around an array's element, which may hold the currency or the date.
    """
    table, filled_by = TABLES[f"silver.{kind}"], FOUND_BY[kind].columns
    types = {column.name: column.type for column in table.columns}
    times = [name for name in filled_by if types[name] in (DATE, TIMESTAMP)]
    lines: list[ConfLine] = []
    for target in times:
        meanings = filled_by[target].split()
        guess = _find_time(sheet, meanings) or (_find_time(outer, meanings) if outer else None)
        if guess:
            is_date = types[target] == DATE
            line = draft_line(target, guess, as_date(guess) if is_date else as_timestamp(guess))
            line.confirm += find_order_doubts(guess.reading)
            if not is_date:
                line.confirm += find_zone_doubts(guess)
            lines.append(line)
    for target in filled_by:
        if target in times:
            continue
        found = [g for meaning in filled_by[target].split() for g in sheet.of(meaning)]
        if target in ("plan", "product_name"):
            # The number of a contract is no plan, that of an article no name.
            found = [g for g in found if not _is_number_of_thing(g)]
        if target == "product_code" and not found:
            found = [g for g in sheet.of("product_name") if is_code(g)]
        if target == "status" and not found:
            found = _find_states(sheet)
        if target in ("product_name", "name") and not found:
            found = _find_titles(sheet)
        if found:
            lines.append(_draft_value(target, found[0], types[target]))
    if "kind" in types and kind != "interaction":
        lines += draft_kind(sheet, kind)
    if "unit_price" in types:
        lines += _draft_line_amounts(sheet)
    elif "amount" in types:
        lines += _draft_amount(sheet, kind)
    if "currency" in types:
        lines += _draft_currency(sheet, lines, country, outer)
    return lines


def _is_number_of_thing(guess: Guess) -> bool:
    return is_code(guess) and (guess.subject is not None or guess.meaning == "product_name")


def _find_states(sheet: Sheet) -> list[Guess]:
    """Columns called state, estado, … that are no regions, because nothing else is an address."""
    if sheet.has("street", "city", "postcode"):
        return []
    return [g for g in sheet.of("region") if g.header_score and g.column.distinct <= 12]


def _draft_value(target: str, guess: Guess, kind: str) -> ConfLine:
    """The line of a column that is neither a time nor money."""
    column = guess.column
    if kind == DOUBLE:
        return draft_line(target, guess, f"try_cast({column.sql} as double)")
    if kind == BOOLEAN and column.kind != "boolean":
        line = draft_line(target, guess, f"lower({column.text}) in {literals(_GRANTED)}")
        line.confirm.append("do all other values mean no?")
        return line
    return draft_line(target, guess, column.sql)


def _find_time(sheet: Sheet, meanings: Sequence[str]) -> Guess | None:
    found = [
        guess
        for meaning in meanings
        for guess in sheet.of(meaning)
        if guess.reading.forms or guess.column.kind in TIMED
    ]
    return next((guess for guess in found if guess.header_score), found[0] if found else None)


def _find_titles(sheet: Sheet) -> list[Guess]:
    """Columns called title, name, description, … that have no other meaning."""
    found = [g for g in sheet.guesses if not g.meaning and g.column.path[-1].lower() in _TITLE_WORDS]
    for guess in found:
        guess.fit = 1.0
    return found


def _draft_line_amounts(sheet: Sheet) -> list[ConfLine]:
    lines: list[ConfLine] = []
    quantity = next(iter(sheet.of("quantity")), None)
    prices, totals = sheet.of("unit_price"), sheet.of("amount")
    if not prices and totals and _UNIT_PRICE_WORDS & set(headers.tokens_of(totals[0].column.path[-1])):
        prices, totals = totals[:1], totals[1:]
    if quantity:
        column = quantity.column
        whole = f"substring_index({column.sql}, '.', 1)" if column.kind == "text" else column.sql
        lines.append(draft_line("quantity", quantity, f"try_cast({whole} as int)"))
    if prices:
        lines.append(draft_line("unit_price", prices[0], amount_text(prices[0])))
    if totals:
        lines.append(draft_line("amount", totals[0], amount_text(totals[0])))
    elif prices and quantity:
        product = f"try_cast(try_multiply({lines[0].sql}, {amount_number(prices[0])}) as decimal(18,3))"
        lines.append(
            ConfLine("amount", product, used=[quantity, prices[0]], notes=["quantity times unit price"])
        )
    return lines


def _draft_amount(sheet: Sheet, kind: str) -> list[ConfLine]:
    if sheet.has("debit") and sheet.has("credit"):
        sides = [sheet.of(meaning)[0] for meaning in ("debit", "credit")]
        # One side may be empty in the sample, so both are read as the values of both are written.
        values = sides[0].column.values + sides[1].column.values
        read = [replace(guess, column=replace(guess.column, values=values)) for guess in sides]
        numbers = [amount_number(guess) for guess in read]
        return [draft_two_sides(kind, (sides[0], numbers[0]), (sides[1], numbers[1]))]
    found = sheet.of("amount", "unit_price")
    if not found:
        return []
    best = min(found, key=lambda g: (_rank_amount(g), -round(g.header_score, 1), -g.column.fill))
    sign = find_sign(sheet.guesses)
    line = draft_line("amount", best, amount_number(best) if sign else amount_text(best))
    others = [g.column.name for g in found if g is not best]
    if others:
        line.confirm.append(f"other candidates: {', '.join(others)}")
    if sign:
        set_sign(line, best, sign, kind)
    return [line]


def _rank_amount(guess: Guess) -> int:
    """The rank of an amount column: totals first; net amounts, subtotals and unit prices last."""
    tokens = set(headers.tokens_of(guess.column.path[-1]))
    if tokens & _TOTAL_WORDS:
        return 0
    if tokens & _PART_SUM_WORDS:
        return 2
    return 1


def _draft_currency(sheet: Sheet, lines: list[ConfLine], country: str, outer: Sheet | None) -> list[ConfLine]:
    found = sheet.of("currency") or (outer.of("currency") if outer else [])
    if found:
        return [draft_line("currency", found[0])]
    amounts = [line for line in lines if line.target in ("amount", "unit_price")]
    if not amounts:
        return []
    guess = amounts[0].used[-1]
    signed = share_of(guess.column.values, names_currency)
    if signed >= 0.5:
        sql = currency_text(guess)
        return [
            ConfLine(
                "currency",
                sql,
                confirm=list_doubts(guess),
                used=[guess],
                notes=[f"{percent(signed)} of the amounts have a currency sign or code"],
            )
        ]
    for token in headers.tokens_of(guess.column.path[-1]) + [c for c in guess.column.path[-1] if c in "€£$¥"]:
        code = currency(token)
        if code and (len(token) == 3 or not token.isalnum()):
            return [
                ConfLine("currency", f"'{code}'", notes=[f"from the name of column {guess.column.path[-1]}"])
            ]
    code = _CURRENCIES.get(country, "EUR")
    return [
        ConfLine(
            "currency",
            f"'{code}'",
            "",
            [f"no column and no currency sign shows the currency; this is that of {country}"],
        )
    ]
