"""A sampled table, and checks for what Spark cannot read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdi_spark.discovery.read.columns import Array, Column
from cdi_spark.discovery.read.deliveries import Delivery
from cdi_spark.errors import SourceError


@dataclass(eq=False)
class Table:
    """The columns and arrays of a delivery's rows; `explode` is the array that holds the rows, if any."""

    columns: list[Column]
    arrays: list[Array]
    rows: int
    explode: str = ""
    # Names of the top-level columns in bronze, in order.
    landed: list[str] = field(default_factory=list)


def find_spellings(objects: Iterable[Any]) -> dict[str, list[str]]:
    """Every spelling of names that differ by capitals, the most frequent first, by the name in small letters."""
    times: Counter[str] = Counter()

    def count(value: Any) -> None:
        if isinstance(value, dict):
            times.update(value.keys())
            for inner in value.values():
                count(inner)
        elif isinstance(value, list):
            for inner in value:
                count(inner)

    count(list(objects))
    spelled: dict[str, list[str]] = {}
    for name, _ in times.most_common():
        spelled.setdefault(name.lower(), []).append(name)
    return {name: ways for name, ways in spelled.items() if len(ways) > 1}


def spell_alike(value: Any, spellings: Mapping[str, Sequence[str]]) -> Any:
    """The value with every field called by its most frequent spelling, as ingest lands it."""
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for name, inner in value.items():
            common = spellings.get(name.lower(), [name])[0]
            if found.get(common) is None:
                found[common] = spell_alike(inner, spellings)
        return found
    return [spell_alike(inner, spellings) for inner in value] if isinstance(value, list) else value


def refuse_records_by_id(objects: list[Any], delivery: Delivery) -> None:
    """Raise where ids are names of fields: every id would become a column."""
    for one in objects[:1] if len(objects) <= len(delivery.files) else []:
        shapes = Counter(tuple(sorted(value)) for value in one.values() if isinstance(value, dict))
        if shapes and shapes.most_common(1)[0][1] >= max(20, 0.6 * len(one)):
            raise SourceError(
                f"{delivery.where}: its records are fields that are named by their ids. Write one object per line, "
                "with the id in a field of its own."
            )
