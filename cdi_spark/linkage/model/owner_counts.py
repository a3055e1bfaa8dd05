"""Counts the people of each mailbox, phone, device and account in Arrow batches. A worker needs pyarrow only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from cdi_spark.linkage.model.owners import MOST_PEOPLE, count_people


def count_names(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Replace the last column, lists of names (given, middle, family), by `people`, how many people they are."""
    for batch in batches:
        *kept, names = batch.columns
        # A list's values may be part of a longer buffer: flatten() and not values.
        parts = zip(*(part.to_pylist() for part in names.flatten().flatten()), strict=True)
        people = [
            count_people(islice(parts, length), at_most=MOST_PEOPLE)
            for length in pc.list_value_length(names).to_pylist()
        ]
        fields = [*list(batch.schema)[:-1], pa.field("people", pa.int64())]
        yield pa.record_batch([*kept, pa.array(people, pa.int64())], schema=pa.schema(fields))
