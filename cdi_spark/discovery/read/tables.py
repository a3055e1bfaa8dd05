"""A sampled table, and checks for what Spark cannot read."""

from __future__ import annotations

from collections import Counter
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


def refuse_twins(names: list[str], delivery: Delivery) -> None:
    if len({name.lower() for name in names}) < len(names):
        raise SourceError(
            f"{delivery.where}: two of its fields differ only in upper and lower case, which Spark reads as one field. "
            "Rename one of them."
        )


def refuse_records_by_id(objects: list[Any], delivery: Delivery) -> None:
    """Raise where ids are names of fields: every id would become a column."""
    for one in objects[:1] if len(objects) <= len(delivery.files) else []:
        shapes = Counter(tuple(sorted(value)) for value in one.values() if isinstance(value, dict))
        if shapes and shapes.most_common(1)[0][1] >= max(20, 0.6 * len(one)):
            raise SourceError(
                f"{delivery.where}: its records are fields that are named by their ids. Write one object per line, "
                "with the id in a field of its own."
            )
