"""The training records in DuckDB on the driver: their candidate pairs, levels, and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.linkage.model.blocking import rule_of
from cdi_spark.linkage.model.link_rules import NO_RULES, LinkRules
from cdi_spark.linkage.model.person_model import UNKNOWN, PersonModel
from cdi_spark.linkage.training.pairs import Pairs

_JUDGED = ("judged_same", "judged_apart")
_JUDGED_SAME = (
    "SELECT l.id AS i, r.id AS j, -1 AS question FROM records l "
    "JOIN records r ON l.judged_same = r.judged_same AND l.id < r.id"
)
# Two persons of a cannot-link share one element of judged_apart, and so do all their records.
_APART = "(SELECT id, judged_same, unnest(judged_apart) AS cannot_link FROM records)"
_JUDGED_APART = (
    f"SELECT l.id AS i, r.id AS j, dense_rank() OVER (ORDER BY l.cannot_link) AS question FROM {_APART} l "
    f"JOIN {_APART} r ON l.cannot_link = r.cannot_link AND l.id < r.id "
    "WHERE coalesce(l.judged_same <> r.judged_same, true)"
)


class Sample:
    """Training records in order of record_id, so that positions and all results are the same on any machine.

    Attributes:
        model: the person model.
        size: how many records.
        all_pairs: how many pairs of them.
        frequencies: by column, for every record the frequency of its value; NaN where it is not known.
        people: for every record the number of its person, -1 where no label names it; None without labels.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        records: pa.Table,
        model: PersonModel,
        rules: LinkRules = NO_RULES,
    ) -> None:
        """Load the records into DuckDB.

        Args:
            records: record_id, features, keys (of its blocks, in one array), tf_<column> for the columns that
                weigh rare values more, must_<n> for the rules; with labels, person; where training learns from
                judgements, judged_same and judged_apart.
            rules: must-links and cannot-links.
        """
        self.model = model
        self._rules = rules
        self._sql = connection
        connection.register("arrived", records)
        connection.execute(
            "CREATE TABLE records AS SELECT row_number() OVER (ORDER BY record_id) - 1 AS id, * "
            "FROM arrived ORDER BY id"
        )
        connection.unregister("arrived")
        self.size = int(records.num_rows)
        self.all_pairs = max(1, self.size * (self.size - 1) // 2)
        self.frequencies: dict[str, Floats] = self._frequencies()
        self._is_judged = "judged_same" in records.column_names
        self.people: Ints | None = self._people() if "person" in records.column_names else None

    def candidates(self) -> Pairs:
        """Return the pairs that share the key of a blocking rule, or that stewards made one person, each once."""
        self._sql.execute(
            f"CREATE TABLE blocks AS SELECT {rule_of('key')}::INT AS rule, key, id FROM "
            "(SELECT unnest(keys) AS key, id FROM records) QUALIFY count(*) OVER (PARTITION BY key) > 1"
        )
        blocked = "SELECT l.id AS i, r.id AS j FROM blocks l JOIN blocks r ON l.key = r.key AND l.id < r.id"
        judged = f"UNION ALL SELECT i, j FROM ({_JUDGED_SAME})" if self._is_judged else ""
        found = self._sql.sql(f"SELECT DISTINCT i, j FROM ({blocked} {judged}) ORDER BY i, j").fetchnumpy()
        return self.at_levels(found["i"].astype(np.int64), found["j"].astype(np.int64))

    def at_random(self, pairs: int, *, seed: int) -> Pairs:
        """Return pairs drawn with replacement from all pairs."""
        if self.size < 2:
            pairs = 0
        chance = np.random.default_rng(seed)
        one, other = (chance.integers(0, max(1, self.size), pairs) for _ in range(2))
        apart = one != other
        return self.at_levels(np.minimum(one, other)[apart], np.maximum(one, other)[apart])

    def at_levels(self, left: Ints, right: Ints) -> Pairs:
        """Compare pairs of records."""
        comparisons = self.model.comparisons
        if not comparisons or not len(left):
            return Pairs(left, right, np.full((len(left), len(comparisons)), UNKNOWN, np.int8))
        cases = [f"{comparison.level_sql()} AS c{n}" for n, comparison in enumerate(comparisons)]
        found = self._evaluate(left, right, cases, self.model.columns())
        levels = np.stack([found[f"c{n}"] for n in range(len(comparisons))], axis=1)
        return Pairs(left, right, levels.astype(np.int8))

    def decided(self, left: Ints, right: Ints) -> Ints:
        """Return for every pair the Decision of stewards, else of rules."""
        if not (self._rules or self._is_judged) or not len(left):
            return np.zeros(len(left), np.int64)
        sql = self._rules.judged_sql() if self._is_judged else self._rules.decided_sql()
        read = ["record_id", *(_JUDGED if self._is_judged else ()), *self._rules.columns()]
        decided: Ints = self._evaluate(left, right, [f"{sql}::BIGINT AS decided"], read)["decided"]
        return decided

    def judged(self) -> tuple[Pairs, Ints] | None:
        """Return the pairs that judgements decide, and for each the number of its cannot-link, -1 for one person.

        A cannot-link of two persons decides all pairs between their records.

        Returns:
            None where training does not learn from judgements.
        """
        if not self._is_judged:
            return None
        found = self._sql.sql(f"{_JUDGED_SAME} UNION ALL {_JUDGED_APART} ORDER BY i, j").fetchnumpy()
        left, right = (found[side].astype(np.int64) for side in "ij")
        return self.at_levels(left, right), found["question"].astype(np.int64)

    def found_by_rule(self, entity: Ints) -> dict[int, Ints]:
        """Return for every blocking rule the pairs of one entity that it finds, as ascending numbers.

        Args:
            entity: for every record its entity.
        """
        self._sql.register("entities", pa.table({"id": np.arange(self.size), "entity": entity}))
        found = self._sql.sql(
            "SELECT DISTINCT l.rule, l.id AS i, r.id AS j FROM blocks l "
            "JOIN blocks r ON l.key = r.key AND l.id < r.id "
            "JOIN entities le ON le.id = l.id JOIN entities re ON re.id = r.id AND re.entity = le.entity"
        ).fetchnumpy()
        self._sql.unregister("entities")
        pair = found["i"] * self.size + found["j"]
        return {rule: np.sort(pair[found["rule"] == rule]) for rule in range(len(self.model.blocking))}

    def _frequencies(self) -> dict[str, Floats]:
        columns = self.model.term_frequency_columns()
        if not columns:
            return {}
        named = ", ".join(f"tf_{c}" for c in columns)
        found = self._sql.sql(f"SELECT {named} FROM records ORDER BY id").fetchnumpy()
        return {c: np.ma.filled(found[f"tf_{c}"].astype(float), np.nan) for c in columns}

    def _people(self) -> Ints:
        known = "CASE WHEN person IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY person) END"
        people = self._sql.sql(f"SELECT {known} AS n FROM records ORDER BY id").fetchnumpy()["n"]
        return np.asarray(people.astype(np.int64))

    def _evaluate(
        self, left: Ints, right: Ints, columns: Sequence[str], read: Sequence[str]
    ) -> dict[str, Any]:
        """Evaluate SQL over the columns of both records of every pair, in order of the pairs."""
        places = pa.table({"place": np.arange(len(left)), "l": left, "r": right})
        self._sql.register("compared", places)
        sides = ", ".join(f'l."{c}" AS "{c}_l", r."{c}" AS "{c}_r"' for c in read)
        found = self._sql.sql(
            f"SELECT place, {', '.join(columns)} FROM (SELECT place, {sides} FROM compared "
            "JOIN records l ON l.id = compared.l JOIN records r ON r.id = compared.r)"
        ).fetchnumpy()
        self._sql.unregister("compared")
        order = np.argsort(found.pop("place"))
        return {name: values[order] for name, values in found.items()}
