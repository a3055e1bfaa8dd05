"""Whether files of one form are deliveries of one list, or lists of their own whose keys mean other people."""

from __future__ import annotations

from collections.abc import Sequence

from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.read.deliveries import Delivery, list_single, split_delivery
from cdi_spark.discovery.read.file_names import name_list
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.keys import find_key
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet, find_event_kind, recognise_sheet

# Files that are compared; more say nothing new.
_COMPARED = 12
# Between the two shares it is not sure whether the rows of a key mean the same thing.
_SAME, _OTHER = 0.6, 0.3
_TELLING = ("family_name", "full_name", "birth_date", "email", "national_id", "phone", "given_name", "street")
_CHANGING = ("updated_at", "created_at", "status", "active", "deleted", "label")


def split_lists(delivery: Delivery, samples: Samples, conventions: Conventions) -> list[Delivery]:
    """The delivery, or one delivery per file where the rows of equal keys say that its files are other lists."""
    if len(delivery.files) == 1:
        return [delivery]
    files = _choose(list_single(delivery))
    sheet = recognise_sheet(
        files[0], samples.read_table(files[0]), name_list(delivery.files), conventions=conventions
    )
    key = find_key(sheet, samples, kind=find_event_kind(sheet))
    compared = _list_compared(sheet, [g for g in sheet.guesses if g.column in key.columns])
    if not key.columns or sheet.explode or not compared:
        return [delivery]
    found = [samples.measure_repeated(files, key.columns, guess.column) for guess in compared]
    keys = max(n for n, _ in found)
    if not keys:
        return [delivery]
    best = sorted((share for _, share in found), reverse=True)[:2]
    agreed = sum(best) / len(best)
    if agreed >= _SAME:
        return [delivery]
    several = f"{keys:,} keys are in several of {len(delivery.files)} files like it"
    said = f"{several}, and in {percent(agreed)} their rows agree"
    if agreed < _OTHER:
        return split_delivery(delivery, f"{said}: each file is taken for a list of its own")
    doubt = (
        f"{said}: it is not sure whether the files are deliveries of one list, so each is a source of its own"
    )
    return split_delivery(delivery, doubt)


def _choose(files: list[Delivery]) -> list[Delivery]:
    """At most a dozen files, spread over all; the largest first, whose columns are recognised best."""
    chosen = files[:: max(1, len(files) // _COMPARED)][:_COMPARED]
    return sorted(chosen, key=lambda one: -one.files[0].stat().st_size)


def _list_compared(sheet: Sheet, key: Sequence[Guess]) -> list[Guess]:
    """The columns that tell one row from another: those of people, else any whose values are many."""
    usable = [
        g
        for g in sheet.guesses
        if g not in key and g.meaning not in _CHANGING and not g.column.is_list and g.column.fill >= 0.3
    ]
    telling = [g for g in usable if g.meaning in _TELLING]
    return telling or [g for g in usable if g.column.distinct >= 0.2 * g.column.filled]
