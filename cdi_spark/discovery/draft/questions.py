"""Questions about the least sure guesses, and what the answers change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cdi_spark.discovery.draft.confidence import list_lines, rate_confidence
from cdi_spark.discovery.draft.masking import sample_shapes
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.vocabulary import word_set
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.dates import Reading
from cdi_spark.discovery.recognise.infer_from_values import TIMED, read_column_dates
from cdi_spark.discovery.recognise.meaning import DATE_MEANINGS, Guess

MOST_QUESTIONS = 5
_MOST_CHOICES = 7
# A guess of this confidence or more is not asked about.
_SURE = 0.9
# The least share of values that must fit a meaning for it to be a choice.
_FITS = 0.6
# Meanings that nearly any text fits; they are a choice only where the header or the guess names them.
_VAGUE = word_set(
    "unit name_particle birth_place region house_number quantity unit_price middle_name second_family_name"
)
_NAMES = ("given_name", "family_name", "full_name", "company", "city", "occupation")
_SHORT = ("birth_date", "date")


@dataclass(frozen=True)
class Question:
    """What a column means: its guess, which is the first choice, and others; "" leaves the column out."""

    source: str
    guess: Guess
    samples: list[str]
    choices: list[str]


Ask = Callable[[Question], str]


def find_questions(plans: Sequence[SourcePlan], conventions: Conventions) -> list[Question]:
    """Questions about the guesses that the plans use and that are least sure, at most five."""
    doubtful: dict[Guess, str] = {}
    for plan in plans:
        own = set(plan.sheet.guesses)
        for _, line in list_lines(plan):
            # The columns of arrays are mapped together with the array.
            doubtful |= {g: plan.name for g in line.used if g in own and g.meaning}
    unsure = sorted((g for g in doubtful if rate_confidence(g) < _SURE), key=rate_confidence)
    return [
        Question(doubtful[g], g, sample_shapes(g.column), _list_choices(g, conventions))
        for g in unsure[:MOST_QUESTIONS]
    ]


def ask_questions(plans: Sequence[SourcePlan], conventions: Conventions, *, ask: Ask) -> bool:
    """Ask about the least sure guesses and set what the answers say; returns whether a meaning changed.

    Args:
        ask: returns the meaning that the user chose, one of the question's choices.
    """
    changed = False
    for question in find_questions(plans, conventions):
        chosen = ask(question)
        changed |= chosen != question.guess.meaning
        set_meaning(question.guess, chosen, conventions)
    return changed


def set_meaning(guess: Guess, meaning: str, conventions: Conventions) -> None:
    """Set what the user says that a column means; "" leaves it out."""
    if meaning != guess.meaning and not meaning:
        # Nor is it an id that links records.
        guess.subject = None
    guess.meaning, guess.doubt = meaning, ""
    guess.header_score = 1.0 if meaning else 0.0
    guess.reading = (
        read_column_dates(guess.column, conventions, numbers=True) if meaning in DATE_MEANINGS else Reading()
    )
    guess.fit = _measure_fit(guess, meaning, conventions) if meaning else 0.0


def _list_choices(guess: Guess, conventions: Conventions) -> list[str]:
    named = headers.find_meanings(guess.column.path[-1])
    by_header = sorted(named, key=lambda meaning: -named[meaning])
    tested = [*patterns.TESTS.keys() - _VAGUE - set(_NAMES), *_SHORT]
    fitting = {m: _measure_fit(guess, m, conventions) for m in sorted(tested)}
    by_values = sorted((m for m in fitting if fitting[m] >= _FITS), key=lambda m: -fitting[m])
    texts = [m for m in _NAMES if _measure_fit(guess, m, conventions) >= _FITS]
    choices = [m for m in dict.fromkeys([*by_header, *by_values, *texts]) if m != guess.meaning]
    return [guess.meaning, *choices[: _MOST_CHOICES - 1], ""]


def _measure_fit(guess: Guess, meaning: str, conventions: Conventions) -> float:
    """The share of the column's values that fit a meaning."""
    if meaning in DATE_MEANINGS:
        is_timed = guess.column.kind in TIMED
        return 1.0 if is_timed else read_column_dates(guess.column, conventions, numbers=True).share
    return share_of(guess.column.values, patterns.TESTS.get(meaning, lambda _: True))
