"""Whether the ids of one column are keys of another, as they are or rewritten."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.read.forms import AS_WRITTEN, STEPS, Form
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet

_FULL = Form(frozenset(STEPS))
# A match that is as good as this needs no rewriting.
_ENOUGH = 0.99
# How many more of the values must be found for a step of rewriting to be worth it.
_GAIN = 0.01
# The fewest digits of a number that is looked for in free text; shorter ones are there by chance.
_DIGITS_IN_TEXT = 5


@dataclass(frozen=True)
class IdMatch:
    """The share of a column's values that are keys of another, and the form in which they are.

    `lost` is the form in which more of them would be keys, but different keys would be equal; empty for none.
    """

    found: float
    form: Form = AS_WRITTEN
    lost: Form = AS_WRITTEN
    would_be: float = 0.0

    def describe_miss(self, name: str, target: str) -> str:
        """What was found, for the user; without values."""
        share = "none" if not self.found else f"only {percent(self.found)}"
        text = f"{name}: {share} of its values are keys of {target}"
        if self.lost.steps:
            better = "all are" if self.would_be == 1 else f"{percent(self.would_be)} are"
            text += f"; {self.lost.describe()} {better}, but different keys of {target} would be equal"
        return text


def match_ids(guess: Guess, target: Sheet, key: Guess, samples: Samples) -> IdMatch:
    """Compare a column's values (a sample of them) with the keys of another sheet."""
    column = guess.column
    values = {value.removesuffix(".0") if column.is_fractional else value for value in column.values}
    raw = _measure_found(values, AS_WRITTEN, target, key, samples)
    if raw >= _ENOUGH or not _are_alike(values, key.column.values):
        return IdMatch(raw)
    full = _measure_found(values, _FULL, target, key, samples)
    if full < raw + _GAIN:
        return IdMatch(raw)
    form = _FULL
    for step in ("prefix", "blanks and dashes", "upper and lower case", ".0", "leading zeros"):
        less = Form(form.steps - {step})
        if _measure_found(values, less, target, key, samples) >= full - _GAIN:
            form = less
    if not keeps_apart(form, target, key, samples):
        return IdMatch(raw, lost=form, would_be=full)
    return IdMatch(full, form)


def find_in_text(guess: Guess, target: Sheet, key: Guess, samples: Samples) -> IdMatch | None:
    """The keys of another sheet that a column's texts name, where most texts name one; null where they do not."""
    pattern = _write_pattern(key.column.values)
    if not pattern:
        return None
    form = Form(_FULL.steps, pattern)
    said: Counter[str] = Counter()
    for text, times in guess.column.values.items():
        if number := form.apply(text):
            said[number] += times
    texts = sum(guess.column.values.values())
    if not said or said.total() < 0.5 * texts or not keeps_apart(_FULL, target, key, samples):
        return None
    found = _measure_found(said, _FULL, target, key, samples)
    return IdMatch(found, form) if found >= 0.9 else None


def keeps_apart(form: Form, sheet: Sheet, key: Guess, samples: Samples) -> bool:
    """Whether different keys are still different in a form, over all rows."""
    return not samples.count(
        sheet.delivery,
        key.column,
        lambda value: f"count(distinct {value}) - count(distinct {form.write(value, 'duckdb')})",
    )


def needed_steps(form: Form, sheet: Sheet, guess: Guess, samples: Samples) -> Form:
    """The form without the steps that change no value of a column, over all rows."""
    needed = form
    for step in STEPS:
        less = Form(needed.steps - {step}, form.pattern)
        written = [one.write("value", "duckdb") for one in (less, form)]
        if step in needed.steps and not samples.count(
            sheet.delivery,
            guess.column,
            lambda _, w=written: f"count(*) filter (where {w[0]} <> {w[1]})",  # type: ignore[misc]
        ):
            needed = less
    return needed


def prefixes_of(values: Iterable[str]) -> frozenset[str]:
    """The letters in front of the digits of ids, in capitals."""
    found = (re.match(r"[\W_]*([^\W\d_]+)[\W_]*\d", value) for value in values)
    return frozenset(one[1].upper() for one in found if one)


def apply_to_all(form: Form, values: Counter[str]) -> Counter[str]:
    """The values in a form."""
    written: Counter[str] = Counter()
    for value, times in values.items():
        if one := form.apply(value):
            written[one] += times
    return written


def _measure_found(values: Collection[str], form: Form, target: Sheet, key: Guess, samples: Samples) -> float:
    """The share of the distinct values that are keys, both in a form."""
    written = {form.apply(value) for value in values} - {""}
    if not written:
        return 0.0
    return samples.count_found(target.delivery, key.column, Form(form.steps), written) / len(written)


def _are_alike(values: Collection[str], keys: Collection[str]) -> bool:
    """Whether values could be keys, once both are rewritten: as long as some, and of digits only where these are."""
    mine, theirs = ([_shape(_FULL.apply(value)) for value in several] for several in (values, keys))
    shapes = set(theirs)
    return sum(shape in shapes for shape in mine) >= 0.3 * max(1, len(mine))


def _shape(value: str) -> tuple[int, bool]:
    return len(value), value.isdigit()


def _write_pattern(keys: Collection[str]) -> str:
    """A pattern for the keys in text: digits of their lengths, with zeros or letters in front; empty for other keys."""
    written = [_FULL.apply(key) for key in keys]
    lengths = [len(key) for key in written if key.isdigit() and len(key) >= _DIGITS_IN_TEXT]
    if not keys or len(lengths) < 0.95 * len(keys):
        return ""
    return f"(?:^|[^0-9])0*([1-9][0-9]{{{min(lengths) - 1},{max(lengths) - 1}}})(?:[^0-9]|$)"
