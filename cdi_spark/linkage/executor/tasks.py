"""Functions that Spark tasks run: one scores the pairs of records, two resolve components into entities.

Needs duckdb, numpy and pyarrow only, so that it can be shipped to any executor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.linkage.clustering.agglomerative import resolve
from cdi_spark.linkage.clustering.clusters import EntityLimits
from cdi_spark.linkage.clustering.constrained_spanning_tree import resolve_by_spanning_tree
from cdi_spark.linkage.clustering.links import links_of_pairs
from cdi_spark.private_database import open_database

# Pairs of one DuckDB query: enough to keep it busy, few enough for the memory of a worker.
PAIR_BUDGET = 1_000_000
_ROWS_OUT = 100_000
_PLACES = ("place_l", "place_r")

Task = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]
LimitsOf = Callable[[list[str]], EntityLimits]


def scorer(entries: str, sql: str, *, memory_limit: str = "1GB") -> Task:
    """Return a function for mapInArrow over distinct records; it returns their scored pairs.

    Args:
        entries: query over the table records for the table entries (splink_sql.entries_sql).
        sql: query over both tables (splink_sql.scoring_sql).
        memory_limit: of DuckDB in the task; beyond it DuckDB spills to a temporary folder.
    """

    def score(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        arriving = iter(batches)
        first = next(arriving, None)
        if first is None:
            return
        with _database(memory_limit) as connection:
            stream = pa.RecordBatchReader.from_batches(first.schema, chain([first], arriving))
            connection.register("arrived", stream)
            connection.execute("CREATE TABLE records AS FROM arrived")
            connection.execute(f"CREATE TABLE entries AS {entries}")
            yield from connection.sql(sql).to_arrow_reader(_ROWS_OUT)

    return score


def resolver(
    sql: str,
    *,
    kinds: int,
    prior: float,
    least_weight: float,
    limits: LimitsOf,
    pair_budget: int = PAIR_BUDGET,
    memory_limit: str = "1GB",
) -> Task:
    """Return a function for mapInArrow that resolves components, sorted by key and then record_id, by agglomeration.

    Args:
        sql: query over cdi_left and cdi_right (splink_sql.evidence_sql).
        kinds: how many kinds of evidence the query returns.
        prior: log2 odds of a match of two random records.
        least_weight: bits of the entity score from which two clusters are one entity.
        limits: returns how many records entities of these record_ids may have.
        pair_budget: most pairs of one query, except for a component that alone has more.
    Returns:
        Batches of record_id, first_record: the first record_id of the record's entity.
    """

    def resolve_components(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        for connection, piece in _placed(batches, pair_budget, memory_limit):
            found = connection.sql(sql).fetchnumpy()
            bits, known = evidence_of(found, kinds)
            left, right = (np.asarray(found[side], np.int64) for side in _PLACES)
            decided = np.asarray(found["decided"], np.int64)
            strong = np.asarray(found["strong"], bool)
            links = links_of_pairs(left, right, bits, known, prior, decided, strong)
            ids = piece.column("record_id").combine_chunks()
            entity = resolve(
                piece.num_rows,
                links,
                prior=prior,
                least_weight=least_weight,
                limits=limits(ids.to_pylist()),
            ).entity
            yield from _first_records(ids, entity)

    return resolve_components


def content_weigher(sql: str, *, kinds: int, memory_limit: str = "1GB") -> Task:
    """Return a function for mapInArrow that compares the two contents of each record, sorted by key.

    Args:
        sql: query over cdi_left and cdi_right (splink_sql.evidence_sql).
        kinds: how many kinds of evidence the query returns.
    Returns:
        Batches of record_id, bits: the log2 Bayes factor of each kind.
    """

    def weigh(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        for connection, piece in _placed(batches, PAIR_BUDGET, memory_limit):
            found = connection.sql(sql).fetchnumpy()
            bits, _ = evidence_of(found, kinds)
            ids = piece.column("record_id").combine_chunks()
            left, right = (ids.take(pa.array(np.asarray(found[side], np.int64))) for side in _PLACES)
            weighed = pa.table({"record_id": left, "bits": pa.array(list(bits), pa.list_(pa.float64()))})
            # Two records may have the same key, which is a hash.
            yield from weighed.filter(pc.equal(left, right)).to_batches()

    return weigh


def spanning_tree_resolver(cannot: str, *, limits: LimitsOf, memory_limit: str = "1GB") -> Task:
    """Return a function for mapInArrow that resolves components, sorted by key and then record_id, by spanning trees.

    A record has `links`, a list of other records of its component and bits, and judged_same.

    Args:
        cannot: query over cdi_left and cdi_right (splink_sql.cannot_sql).
        limits: returns how many records entities of these record_ids may have.
    Returns:
        As resolver().
    """

    def resolve_components(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        for connection, piece in _placed(batches, PAIR_BUDGET, memory_limit):
            apart = connection.sql(cannot).fetchnumpy()
            linked = connection.sql(_LINKS).fetchnumpy()
            ids = piece.column("record_id").combine_chunks()
            entity = resolve_by_spanning_tree(
                piece.column("judged_same").to_pylist(),
                (linked["place_l"], linked["place_r"], linked["weight"]),
                (apart["place_l"], apart["place_r"]),
                limits(ids.to_pylist()),
            )
            yield from _first_records(ids, entity)

    return resolve_components


_LINKS = """
select l.place as place_l, r.place as place_r, l.link.weight as weight
from (select key, place, unnest(links) as link from cdi_left) as l
join cdi_right as r on l.key = r.key and l.link.other = r.record_id
"""


def _first_records(ids: pa.Array, entity: Ints) -> list[pa.RecordBatch]:
    named = pa.table({"record_id": ids, "first_record": ids.take(pa.array(entity))})
    return list(named.to_batches())


def evidence_of(found: Mapping[str, Any], kinds: int) -> tuple[Floats, Bools]:
    """Return bits and known of splink_sql.evidence_sql(), pairs x kinds of evidence."""
    bits = np.stack([np.asarray(found[f"bits_{n}"], float) for n in range(kinds)], axis=1)
    known = np.stack([np.asarray(found[f"known_{n}"], bool) for n in range(kinds)], axis=1)
    return bits, known


def _database(memory_limit: str) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """Open DuckDB within the bounds of a task."""
    # Queries join in the order in which they are written, the pairs first, so that pairs stream past tables of
    # records. DuckDB's optimizer may join the records to all their keys first, which does not fit in memory.
    order = {"disabled_optimizers": "join_order,build_side_probe_side"}
    return open_database({"threads": "1", "memory_limit": memory_limit, **order})


def _placed(
    batches: Iterable[pa.RecordBatch], budget: int, memory_limit: str
) -> Iterator[tuple[duckdb.DuckDBPyConnection, pa.Table]]:
    """Yield pieces of whole components, each registered as cdi_left and cdi_right with `place`, the row's position."""
    with _database(memory_limit) as connection:
        for piece in _whole_components(batches, budget):
            placed = piece.append_column("place", pa.array(np.arange(piece.num_rows)))
            connection.register("cdi_left", placed)
            connection.register("cdi_right", placed)
            yield connection, piece


def _whole_components(batches: Iterable[pa.RecordBatch], budget: int) -> Iterator[pa.Table]:
    """Cut the stream into pieces of whole components within the budget; a component over it comes alone."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) < _rows_to_wait_for(budget):
            continue
        table = pa.Table.from_batches(waiting)
        ends = _component_ends(table)
        # The last component may continue in the next batch.
        complete = ends[-2] if len(ends) > 1 else 0
        yield from _pieces(table, [end for end in ends if end <= complete], budget)
        waiting = table.slice(complete).to_batches()
    if waiting:
        table = pa.Table.from_batches(waiting)
        yield from _pieces(table, _component_ends(table), budget)


def _rows_to_wait_for(budget: int) -> int:
    return min(100_000, budget)


def _component_ends(table: pa.Table) -> list[int]:
    encoded = pc.run_end_encode(table.column("key").combine_chunks(), run_end_type=pa.int64())
    ends: list[int] = encoded.run_ends.to_pylist()
    return ends


def _pieces(table: pa.Table, ends: list[int], budget: int) -> Iterator[pa.Table]:
    start, first, pairs = 0, 0, 0
    for end in ends:
        cost = _pairs(end - start)
        if start > first and pairs + cost > budget:
            yield table.slice(first, start - first)
            first, pairs = start, 0
        pairs += cost
        start = end
    if start > first:
        yield table.slice(first, start - first)


def _pairs(records: int) -> int:
    return records * (records - 1) // 2
