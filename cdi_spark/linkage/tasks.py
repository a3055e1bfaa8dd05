"""What a Spark task runs: whole blocks from Arrow into DuckDB, scored pairs out; components in, entities out.

Needs duckdb, numpy and pyarrow only, so that it can be shipped to any executor.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdi_spark.linkage.clustering import resolve
from cdi_spark.linkage.links import links_of_pairs

# Pairs that one DuckDB query looks at: enough to keep it busy, few enough for a worker's memory.
PAIR_BUDGET = 1_000_000


def scorer(
    sql: str, *, pair_budget: int = PAIR_BUDGET, memory_limit: str = "1GB"
) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    """A function for mapInArrow over records that arrive block by block (sorted by key, then record_id).

    Args:
        sql: query over cdi_left and cdi_right (splink_sql.scoring_sql).
        pair_budget: most pairs in one query; a larger block is scored in slices, each against each.
        memory_limit: DuckDB's limit in the task, after which it spills to the task's temporary folder.
    """

    def score(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        with _database(memory_limit) as connection:
            for left, right in _work(batches, pair_budget):
                connection.register("cdi_left", left)
                connection.register("cdi_right", right)
                yield from connection.sql(sql).to_arrow_table().to_batches()

    return score


def resolver(
    sql: str,
    *,
    kinds: int,
    prior: float,
    least_weight: float,
    pair_budget: int = PAIR_BUDGET,
    memory_limit: str = "1GB",
) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    """A function for mapInArrow over records that arrive component by component (sorted by key, then record_id).

    Args:
        sql: query over cdi_left and cdi_right (splink_sql.evidence_sql).
        kinds: of evidence that the query tells.
        prior: log2 odds of a match of two random records.
        least_weight: bits of the entity score from which two clusters are one entity.
        pair_budget: most pairs in one query, but for a component that alone has more.
    Returns:
        Batches of record_id, first_record: the first record_id of the record's entity.
    """

    def resolve_components(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        with _database(memory_limit) as connection:
            for piece in _whole_blocks(batches, pair_budget):
                placed = piece.append_column("place", pa.array(np.arange(piece.num_rows)))
                connection.register("cdi_left", placed)
                connection.register("cdi_right", placed)
                found = connection.sql(sql).fetchnumpy()
                bits = np.stack([np.asarray(found[f"bits_{n}"], float) for n in range(kinds)], axis=1)
                known = np.stack([np.asarray(found[f"known_{n}"], bool) for n in range(kinds)], axis=1)
                left, right = (np.asarray(found[side], np.int64) for side in ("place_l", "place_r"))
                decided = np.asarray(found["decided"], np.int64)
                links = links_of_pairs(left, right, bits, known, prior, decided)
                entity = resolve(piece.num_rows, links, prior=prior, least_weight=least_weight).entity
                ids = piece.column("record_id").combine_chunks()
                yield from pa.table(
                    {"record_id": ids, "first_record": ids.take(pa.array(entity))}
                ).to_batches()

    return resolve_components


@contextmanager
def _database(memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB within a task's bounds: one thread, and a folder of its own to spill to."""
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
        connection.execute(
            f"SET threads = 1; SET memory_limit = '{memory_limit}'; SET temp_directory = '{spill}'"
        )
        yield connection


def _work(batches: Iterable[pa.RecordBatch], budget: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Pieces of whole blocks within the budget, each against itself; a block over it in slices."""
    for piece in _whole_blocks(batches, budget):
        if _pairs(piece.num_rows) > budget and len(_block_ends(piece)) == 1:
            yield from _slices(piece, budget)
        else:
            yield piece, piece


def _whole_blocks(batches: Iterable[pa.RecordBatch], budget: int) -> Iterator[pa.Table]:
    """Cut the stream into pieces of whole blocks within the budget; a block over it comes alone."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.num_rows for b in held) < _rows_worth_a_look(budget):
            continue
        table = pa.Table.from_batches(held)
        ends = _block_ends(table)
        # The last block may go on in the next batch.
        complete = ends[-2] if len(ends) > 1 else 0
        yield from _pieces(table, [end for end in ends if end <= complete], budget)
        held = table.slice(complete).to_batches()
    if held:
        table = pa.Table.from_batches(held)
        yield from _pieces(table, _block_ends(table), budget)


def _rows_worth_a_look(budget: int) -> int:
    return min(100_000, budget)


def _block_ends(table: pa.Table) -> list[int]:
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


def _slices(block: pa.Table, budget: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """A block too large for one query: each slice against itself and against every later one."""
    size = max(1, int(budget**0.5))
    slices = [block.slice(at, size) for at in range(0, block.num_rows, size)]
    for i, left in enumerate(slices):
        for right in slices[i:]:
            yield left, right


def _pairs(records: int) -> int:
    return records * (records - 1) // 2
