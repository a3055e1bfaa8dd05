"""The references between all sheets, and the account numbers that they make identifiers of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.common_forms import set_common_forms
from cdi_spark.discovery.recognise.composite_ids import add_composite_ids, drop_composite_ids
from cdi_spark.discovery.recognise.keys import find_person_ids, is_code
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.references import (
    NearMiss,
    Reference,
    find_handles,
    find_reference,
    find_reference_in_text,
)
from cdi_spark.discovery.recognise.sheets import STRONG, Sheet

# The least share of a reference's values that must be keys of the other source.
_BELIEVED = 0.9


@dataclass(frozen=True)
class References:
    """The reference of each sheet and its near misses, by its name; and the sheets that others reach people through."""

    by_sheet: Mapping[str, Reference]
    missed: Mapping[str, Sequence[NearMiss]] = field(default_factory=dict)
    bridges: frozenset[str] = frozenset()

    @property
    def keys(self) -> list[Guess]:
        """The columns that other sheets refer to."""
        return [reference.key for reference in self.by_sheet.values()]


def find_references(sheets: Sequence[Sheet], people: Sequence[Sheet], samples: Samples) -> References:
    """Find what every sheet refers to: people, or a sheet that refers to people itself.

    Args:
        people: the sheets whose rows are people.
    """
    found: dict[str, Reference] = {}
    missed: dict[str, list[NearMiss]] = {}
    add_composite_ids(sheets, people, samples)
    handles = [(sheet, guess) for sheet in people for guess in find_handles(sheet)]
    for sheet in sheets:
        reference, missed[sheet.name] = find_reference(sheet, handles, samples)
        if reference := reference or find_reference_in_text(sheet, handles, samples):
            found[sheet.name] = reference
    bridges: set[str] = set()
    waiting = [sheet for sheet in sheets if sheet.name not in found and sheet not in people]
    reached = [sheet for sheet in sheets if sheet.name in found and sheet not in people]
    while waiting and reached:
        handles = [(sheet, guess) for sheet in reached for guess in _find_own_ids(sheet, found[sheet.name])]
        reached = []
        for sheet in list(waiting):
            reference, _ = find_reference(sheet, handles, samples, least_kinship=2)
            if reference:
                found[sheet.name], missed[sheet.name] = reference, []
                bridges.add(reference.target.name)
                reached.append(sheet)
                waiting.remove(sheet)
    used = [guess for reference in found.values() for guess in (reference.guess, reference.key)]
    for sheet in sheets:
        drop_composite_ids(sheet, used)
    kept, lost = set_common_forms(found, samples)
    for name, miss in lost.items():
        missed[name].append(miss)
    return References(kept, missed, frozenset(bridges & {ref.target.name for ref in kept.values()}))


def find_shared_ids(plans: Mapping[str, SourcePlan], references: References) -> list[Guess]:
    """Columns of two files that hold the same ids, where one is not simply a reference to the key of the other."""
    shared: list[Guess] = []
    for name, reference in references.by_sheet.items():
        target = reference.target.name
        if name in plans and target in plans and not points_to_key(plans, plans[name], reference):
            shared += [reference.guess, reference.key]
        if name in references.bridges:
            shared += [reference.guess, reference.key]
    return shared


def points_to_key(plans: Mapping[str, SourcePlan], plan: SourcePlan, reference: Reference) -> bool:
    """Whether events refer to persons of the other source by its key, and nothing else says whose they are."""
    target = plans[reference.target.name]
    return (
        plan.kind is not None
        and target.kind is None
        and (target.key.columns == (reference.key.column,) or target.key.sql == reference.key.column.text)
        and reference.found >= _BELIEVED
        and (reference.fill >= 0.95 or not _describes_people(plan.sheet, reference))
    )


def _describes_people(sheet: Sheet, reference: Reference) -> bool:
    """Whether rows without a reference may be people that other columns describe: guests, or texts without a number."""
    return bool(reference.form.pattern) or sheet.has(
        *STRONG, "given_name", "family_name", "full_name", "street"
    )


def find_account_ids(plan: SourcePlan, shared: Sequence[Guess], *, with_key: bool) -> list[Guess]:
    """Columns of account numbers of the row's person, for account_ids."""
    # A number that is unique together with that of a shop is none of a person alone.
    parts = [part for guess in plan.sheet.guesses for part in guess.column.parts]
    ids = [guess for guess in plan.sheet.guesses if guess in shared]
    for guess in find_person_ids(plan.sheet):
        is_key = plan.key.columns == (guess.column,)
        if (
            guess not in ids
            and guess.column not in parts
            and not headers.names_another_person(guess.column.path[-1])
            and (with_key or not is_key)
            and (with_key or guess.column.distinct > 0.9 * guess.column.filled)
        ):
            ids.append(guess)
    return ids


def _find_own_ids(sheet: Sheet, reference: Reference) -> list[Guess]:
    """Columns of ids of what the rows are: contract_no in contracts.csv."""
    return [
        guess
        for guess in sheet.guesses
        if guess is not reference.guess
        and guess.subject is not None
        and not headers.names_another_person(guess.column.path[-1])
        and guess.column.fill >= 0.98
        and guess.column.distinct >= 0.98 * guess.column.filled
        and not guess.column.is_list
        and is_code(guess)
    ]
