"""What a Spark task runs to score pairs: whole blocks from Arrow into DuckDB, scored pairs out.

Needs duckdb and pyarrow only, so that it can be shipped to any executor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

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
        import tempfile

        import duckdb

        with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
            connection.execute(
                f"SET threads = 1; SET memory_limit = '{memory_limit}'; SET temp_directory = '{spill}'"
            )
            for left, right in _work(batches, pair_budget):
                connection.register("cdi_left", left)
                connection.register("cdi_right", right)
                yield from connection.sql(sql).to_arrow_table().to_batches()

    return score


def _work(batches: Iterable[pa.RecordBatch], budget: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Cut the stream into pieces of whole blocks within the budget; a block over it into slices."""
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


def _pieces(table: pa.Table, ends: list[int], budget: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    start, first, pairs = 0, 0, 0
    for end in ends:
        size = end - start
        cost = size * (size - 1) // 2
        if cost > budget:
            if start > first:
                yield _alone(table.slice(first, start - first))
            yield from _slices(table.slice(start, size), budget)
            first, pairs = end, 0
        elif pairs + cost > budget:
            yield _alone(table.slice(first, start - first))
            first, pairs = start, cost
        else:
            pairs += cost
        start = end
    if start > first:
        yield _alone(table.slice(first, start - first))


def _slices(block: pa.Table, budget: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """A block too large for one query: each slice against itself and against every later one."""
    size = max(1, int(budget**0.5))
    slices = [block.slice(at, size) for at in range(0, block.num_rows, size)]
    for i, left in enumerate(slices):
        for right in slices[i:]:
            yield left, right


def _alone(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    return table, table
