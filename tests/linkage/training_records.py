"""Records for training without Spark: frequencies, block keys and what they cost."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from cdi_spark.linkage.model.person_model import BlockingRule, PersonModel
from cdi_spark.linkage.training.sampling import BlockingCosts


def with_frequencies(records: pa.Table, model: PersonModel) -> pa.Table:
    """The records with tf_<column> for the columns that weigh rare values more."""
    for column in model.term_frequency_columns():
        values = records.column(column).to_pylist()
        share = [None if value is None else values.count(value) / len(values) for value in values]
        records = records.append_column(f"tf_{column}", pa.array(share, pa.float64()))
    return records


def with_block_keys(records: pa.Table, model: PersonModel) -> tuple[pa.Table, BlockingCosts]:
    """The records with `keys`, those of more than the model's largest_block left out, and what the rules cost."""
    with duckdb.connect() as connection:
        connection.register("records", records)
        nothing = "SELECT 0 AS rule, 0::BIGINT AS key, NULL::VARCHAR AS record_id WHERE false"
        keys = " UNION ".join(
            [nothing, *(_keys_sql(position, rule) for position, rule in enumerate(model.blocking))]
        )
        connection.execute(
            f"CREATE TABLE blocks AS SELECT *, count(*) OVER (PARTITION BY key) AS n FROM ({keys}) "
            f"QUALIFY n <= {model.largest_block}"
        )
        keyed = connection.sql(
            "SELECT records.*, coalesce(of.keys, []) AS keys FROM records "
            "LEFT JOIN (SELECT record_id, list(key) AS keys FROM blocks GROUP BY 1) of USING (record_id)"
        ).to_arrow_table()
        counted = connection.sql("SELECT rule, count(*), sum(n - 1) // 2 FROM blocks GROUP BY 1").fetchall()
    costs = {rule: (int(entries), int(pairs)) for rule, entries, pairs in counted}
    entries, pairs = ([costs.get(n, (0, 0))[at] for n in range(len(model.blocking))] for at in (0, 1))
    return keyed, BlockingCosts(entries, pairs, [])


def _keys_sql(position: int, rule: BlockingRule) -> str:
    parts: Sequence[str] = [f"({sql})" for sql in rule.equal]
    source = "records"
    if rule.shares:
        source = f'(SELECT *, unnest("{rule.shares}") AS element FROM records)'
        parts = [*parts, "element"]
    known = " AND ".join(
        [f"{part} IS NOT NULL AND {part} <> ''" for part in parts]
        + [f'"{column}" IS NOT NULL' for column in sorted(rule.columns())]
    )
    key = f"({position}::BIGINT << 52) | (hash({', '.join(parts)}) >> 12)::BIGINT"
    return f"SELECT {position} AS rule, {key} AS key, record_id FROM {source} WHERE {known}"
