"""Columns and files of consents: in which direction they are, for which channel and purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.vocabulary import fold, group_by_word, load_lists, word_set
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet

_LISTS = load_lists("consents")
_REFUSED, _GRANTED, _LETTERS = (word_set(_LISTS[name]) for name in ("refused", "granted", "letter_headers"))
CHANNELS = group_by_word(_LISTS["channels"])
_PURPOSES = group_by_word(_LISTS["purposes"])
GRANTED_VALUES = frozenset(_LISTS["granted_values"])
REFUSED_VALUES = frozenset(_LISTS["refused_values"])
YES_VALUES = word_set(load_lists("values")["affirmative"]) | frozenset(_LISTS["yes_values"]) | GRANTED_VALUES
NO_VALUES = frozenset(_LISTS["no_values"]) | REFUSED_VALUES
_SPOKEN, _ANSWERS = GRANTED_VALUES | REFUSED_VALUES, YES_VALUES | NO_VALUES
# Meanings of the time of a consent in a file of consents.
DATES = ("given_at", "date", "occurred_at", "created_at", "updated_at")


@dataclass(frozen=True)
class ConsentName:
    """What the name of a column or a file says of a consent; `channel` is empty for all."""

    granted: bool
    channel: str
    purpose: str


@dataclass(frozen=True)
class ConsentColumn:
    """A column of consents: of answers, of dates since when they hold, or (with `lists`) of lists of channels."""

    guess: Guess
    name: ConsentName
    dated: bool = False
    lists: bool = False
    # Whether the values say the direction themselves: subscribed, unsubscribed.
    spoken: bool = False


def read_consent_name(name: str) -> ConsentName | None:
    """What a name says of a consent; null where it names none."""
    words = headers.split_words(name)
    phrases = {
        "".join(words[start : start + length])
        for length in range(1, 5)
        for start in range(len(words) - length + 1)
    }
    phrases |= {phrase.rstrip("s") for phrase in phrases}
    if not phrases & (_REFUSED | _GRANTED):
        return None
    channels = [CHANNELS[word] for word in words if word in CHANNELS]
    channel = "post" if phrases & _LETTERS else next(iter(channels), "")
    purpose = next((_PURPOSES[word] for word in [*words, *sorted(phrases)] if word in _PURPOSES), "marketing")
    return ConsentName(not phrases & _REFUSED, channel, purpose)


def find_consent_columns(sheet: Sheet) -> list[ConsentColumn]:
    """The columns of a sheet that hold consents; in a file of consents, the one column of answers may have any name."""
    found = [one for guess in sheet.guesses if guess.column.filled and (one := _read_column(guess))]
    if not found and (name := read_consent_name(sheet.name)):
        answers = [guess for guess in sheet.guesses if _is_answers(guess)]
        return [ConsentColumn(answers[0], name)] if len(answers) == 1 else []
    dated = {(one.name.channel, one.name.granted) for one in found if not one.dated}
    # A date beside an answer is when that was given.
    return [one for one in found if not one.dated or (one.name.channel, one.name.granted) not in dated]


def find_consent_date(sheet: Sheet, consent: ConsentColumn) -> Guess | None:
    """The column with the time of a consent: of the same channel and direction."""
    for guess in sheet.guesses:
        if guess is not consent.guess and guess.is_timed:
            name = read_consent_name(guess.column.path[-1])
            if name and (name.channel, name.granted) == (consent.name.channel, consent.name.granted):
                return guess
    if consent.dated:
        return consent.guess
    is_of_file = read_consent_name(sheet.name) and not read_consent_name(consent.guess.column.path[-1])
    return next(iter(sheet.of(*DATES)), None) if is_of_file else None


def _read_column(guess: Guess) -> ConsentColumn | None:
    column, name = guess.column, read_consent_name(guess.column.path[-1])
    spoken = share_of(column.values, lambda x: x.lower() in _SPOKEN) >= 0.95
    if spoken and column.distinct > 1 and not column.is_list:
        named = name or ConsentName(True, "", "marketing")
        return ConsentColumn(guess, named, spoken=True)
    if name is None:
        return None
    lists_channels = share_of(column.values, _names_channels) >= 0.9
    if column.is_list or lists_channels:
        return ConsentColumn(guess, name, lists=True) if lists_channels else None
    if guess.is_timed:
        return ConsentColumn(guess, name, dated=True)
    if column.kind == "boolean" or share_of(column.values, _is_answer) >= 0.9:
        return ConsentColumn(guess, name)
    return None


def _is_answers(guess: Guess) -> bool:
    """Whether a column without meaning holds yes and no."""
    column = guess.column
    if (
        guess.meaning not in ("", "active")
        or guess.subject is not None
        or column.is_list
        or column.distinct < 2
    ):
        return False
    return column.kind == "boolean" or share_of(column.values, _is_answer) >= 0.9


def _is_answer(value: str) -> bool:
    return value.lower() in _ANSWERS


def _names_channels(value: str) -> bool:
    return all(fold(part) in CHANNELS for part in re.split(r"[;,|/ ]+", value) if part)
