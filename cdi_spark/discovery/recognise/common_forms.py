"""One form for the ids of each key and of all columns that refer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.read.forms import Form
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.id_matches import keeps_apart, needed_steps
from cdi_spark.discovery.recognise.references import NearMiss, Reference


def set_common_forms(
    references: Mapping[str, Reference], samples: Samples
) -> tuple[dict[str, Reference], dict[str, NearMiss]]:
    """Set the form of every key and of every column that refers to it, so that both give the same text.

    Several files may write one key in several ways, so the form has the steps of all of them.

    Returns:
        The references that hold, and those that would make different keys equal, by name of their sheet.
    """
    kept, missed = dict(references), {}
    for group in _group_by_column(list(references.items())):
        form = Form(frozenset(step for _, reference in group for step in reference.form.steps))
        if not form.steps:
            continue
        if not all(keeps_apart(form, ref.target, ref.key, samples) for _, ref in group):
            for name, reference in group:
                if reference.form.steps:
                    kept.pop(name)
                    text = f"its values are keys of {reference.target.name} only {reference.form.describe()}"
                    missed[name] = NearMiss(reference.guess, f"{reference.guess.column.name}: {text}")
            continue
        for _, ref in group:
            own = Form(form.steps, ref.form.pattern)
            ref.guess.column.form = needed_steps(own, ref.sheet, ref.guess, samples)
            ref.key.column.form = needed_steps(form, ref.target, ref.key, samples)
    return kept, missed


def _group_by_column(references: Sequence[tuple[str, Reference]]) -> list[list[tuple[str, Reference]]]:
    """The references in groups; two that share a column are in one group."""
    groups: list[tuple[set[Column], list[tuple[str, Reference]]]] = []
    for name, reference in references:
        columns, members = {reference.guess.column, reference.key.column}, [(name, reference)]
        for group in [g for g in groups if g[0] & columns]:
            groups.remove(group)
            columns |= group[0]
            members = [*group[1], *members]
        groups.append((columns, members))
    return [members for _, members in groups]
