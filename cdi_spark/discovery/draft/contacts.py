"""E-mail addresses and phone numbers: one list of each, from all columns and arrays of a row."""

from __future__ import annotations

from collections import Counter

from cdi_spark.discovery.draft.conf_lines import ConfLine, list_doubts, state_shares
from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set
from cdi_spark.discovery.recognise.arrays import write_without_others
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet

_CALLING_CODE_WORDS = word_set(load_lists("headers")["calling_code_words"])


def draft_emails(sheet: Sheet) -> list[ConfLine]:
    """The line for emails, if a column has any."""
    return _gather_columns(sheet, "emails", "email")


def _gather_columns(sheet: Sheet, target: str, meaning: str) -> list[ConfLine]:
    """A line that gathers every column of a meaning, of the row and of arrays in it."""
    found = [g for g in sheet.of(meaning, "contact") if g.column.filled]
    found.sort(key=lambda g: (g.by_values, -g.column.fill))
    inner = {
        g: write_without_others(g, nested.guesses)
        for nested in sheet.inner
        for g in nested.guesses
        if g.meaning in (meaning, "contact") and _is_contact(nested)
    }
    if not found and not inner:
        return []
    # Silver finds several in one text, except where these are of both kinds.
    lists = [_write_list(g, meaning) for g in found if g.column.is_list or _holds_both(g)]
    lists += [_filter_contacts(place, g, meaning) for g, place in inner.items()]
    singles = [g.column.text for g in found if not g.column.is_list and not _holds_both(g)]
    if not lists:
        sql = f"array_compact(array({', '.join(singles)}))"
    else:
        parts = lists + ([f"array({', '.join(singles)})"] if singles else [])
        sql = parts[0] if len(parts) == 1 else f"flatten(array_compact(array({', '.join(parts)})))"
    used = [*found, *inner]
    doubts = [d if len(used) == 1 else f"{g.column.path[-1]}: {d}" for g in used for d in list_doubts(g)]
    return [ConfLine(target, sql, state_shares(used), doubts, used)]


def _write_list(guess: Guess, meaning: str) -> str:
    place = guess.column.sql if guess.column.is_list else f"split({guess.column.text}, ' *[;,|] *')"
    return _filter_contacts(place, guess, meaning)


def _filter_contacts(place: str, guess: Guess, meaning: str) -> str:
    """Spark SQL for the e-mail addresses, or for the phone numbers, of a list that mixes both."""
    if guess.meaning != "contact":
        return place
    return f"filter({place}, x -> x {'like' if meaning == 'email' else 'not like'} '%@%')"


def _holds_both(guess: Guess) -> bool:
    return guess.meaning == "contact" and (
        share_of(guess.column.values, lambda x: any(separator in x.strip(" ;,|") for separator in ";,|"))
        >= 0.01
    )


def _is_contact(sheet: Sheet) -> bool:
    """Whether an array holds contact data of the person, not events or other people."""
    return not any(headers.is_about_another(part) for part in sheet.name.split(".")) and not sheet.has(
        "amount"
    )


def draft_phones(sheet: Sheet, *, country: str) -> list[ConfLine]:
    """The line for phones, if a column has any; calling codes from a column of their own are put in front."""
    lines = _gather_columns(sheet, "phones", "phone")
    prefixes = sheet.of("phone_prefix")
    if not lines:
        return []
    line = lines[0]
    guesses = [g for g in line.used if g.meaning in ("phone", "contact")]
    is_single = len(guesses) == len(line.used) and not any(
        g.column.is_list or g.column.array or _holds_both(g) for g in guesses
    )
    if prefixes and is_single:
        prefix = prefixes[0].column
        of_country = _CALLING_CODE_WORDS & set(headers.tokens_of(prefix.path[-1]))
        plain = bool(of_country) and share_of(prefix.values, lambda x: x.isdigit()) > 0.9
        numbers = [guess.column.text for guess in guesses]
        joined = [
            f"concat('+', {prefix.text}, ' ', {number})"
            if plain
            # Null without a number.
            else f"concat(coalesce(concat({prefix.text}, ' '), ''), {number})"
            for number in numbers
        ]
        line.sql = f"array_compact(array({', '.join(joined)}))"
        line.used.append(prefixes[0])
    values: Counter[str] = sum((g.column.values for g in guesses), Counter())
    sample = Counter(dict(values.most_common(500)))
    valid = share_of(
        sample,
        lambda x: any(patterns.is_valid_phone(part, country) for part in x.replace("|", ";").split(";")),
    )
    line.notes.append(f"{percent(valid)} are valid phone numbers of {country} or have a country code")
    if valid < 0.5 and not prefixes:
        line.confirm.append(f"few are valid phone numbers of {country}; check default_country")
    return lines
