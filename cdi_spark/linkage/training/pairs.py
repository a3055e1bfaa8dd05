"""The training records and their pairs, in DuckDB on the driver: candidates, and the levels that pairs are at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.linkage.model.blocking import rule_of
from cdi_spark.linkage.model.link_rules import NO_RULES, LinkRules
from cdi_spark.linkage.model.person_model import UNKNOWN, PersonModel
from cdi_spark.linkage.training.sampling import BlockingCosts

Levels = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Pairs:
    """Pairs of records by their positions, left smaller than right, and the level of every comparison.

    Attributes:
        levels: pairs x comparisons; 0 is a comparison's first level, UNKNOWN where it says nothing.
    """

    left: Ints
    right: Ints
    levels: Levels

    def __len__(self) -> int:
        return len(self.left)

    def chosen(self, which: npt.NDArray[np.bool_]) -> Pairs:
        """The pairs that a mask picks."""
        return Pairs(self.left[which], self.right[which], self.levels[which])


@dataclass(frozen=True)
class Tally:
    """Pairs counted by the levels that they are at: millions are a few thousand different ones.

    Attributes:
        levels: the different ones x comparisons.
        weight: how many pairs are at them.
    """

    levels: Levels
    weight: Floats


_JUDGED = ("judged_same", "judged_apart")
_JUDGED_SAME = (
    "SELECT l.id AS i, r.id AS j, -1 AS question FROM records l "
    "JOIN records r ON l.judged_same = r.judged_same AND l.id < r.id"
)
# Records of one person share the signs of what it is apart from.
_SIGNS = "(SELECT id, judged_same, unnest(judged_apart) AS sign FROM records)"
_JUDGED_APART = (
    f"SELECT l.id AS i, r.id AS j, dense_rank() OVER (ORDER BY l.sign) AS question FROM {_SIGNS} l "
    f"JOIN {_SIGNS} r ON l.sign = r.sign AND l.id < r.id WHERE coalesce(l.judged_same <> r.judged_same, true)"
)


def distinct_levels(levels: Levels) -> tuple[Levels, Ints]:
    """The different rows, and each row's place among them."""
    code, bits = np.zeros(len(levels), np.int64), 0
    for n in range(levels.shape[1]):
        wanted = int(levels[:, n].max(initial=0) + 1).bit_length()
        if bits + wanted > 63:
            different, code = np.unique(code, return_inverse=True)
            bits = len(different).bit_length()
        code = (code << wanted) | (levels[:, n].astype(np.int64) + 1)
        bits += wanted
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    return levels[first], which


def tally(levels: Levels, weight: Floats | None = None) -> Tally:
    """Count pairs by level, each once or by its weight."""
    different, which = distinct_levels(levels)
    return Tally(different, np.bincount(which, weights=weight, minlength=len(different)).astype(float))


@dataclass(frozen=True)
class RuleFinds:
    """What one blocking rule finds.

    Attributes:
        rule: its position in the model.
        entries, pairs: what it costs on all records (BlockingCosts).
        found: in the sample, pairs of one entity.
        added: of these, pairs that no rule chosen before it finds; of a rule that is not kept, that no kept one does.
        kept: whether it finds enough for what it costs.
    """

    rule: int
    entries: int
    pairs: int
    found: int
    added: int
    kept: bool


class Sample:
    """Training records in order of record_id, so that positions and all that follows are the same on any machine.

    Args:
        records: record_id, features, keys (those of its blocks, in one array), tf_<column> for the columns that
            weigh rare values more, must_<n> for the rules; where some people are known, person; where
            training learns from judgements, judged_same and judged_apart.
        rules: beside the scores.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        records: pa.Table,
        model: PersonModel,
        rules: LinkRules = NO_RULES,
    ) -> None:
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
        columns = model.term_frequency_columns()
        if columns:
            named = ", ".join(f"tf_{c}" for c in columns)
            frequencies = connection.sql(f"SELECT {named} FROM records ORDER BY id").fetchnumpy()
            self.frequencies = {
                c: np.ma.filled(frequencies[f"tf_{c}"].astype(float), np.nan) for c in columns
            }
        else:
            self.frequencies = {}

        self._is_judged = "judged_same" in records.column_names
        self.people: Ints | None = None
        if "person" in records.column_names:
            known = "CASE WHEN person IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY person) END"
            people = connection.sql(f"SELECT {known} AS n FROM records ORDER BY id").fetchnumpy()["n"]
            # Of every record the number of its person, -1 where nobody said.
            self.people = people.astype(np.int64)

    def candidates(self) -> Pairs:
        """Pairs that share the key of a blocking rule, or that stewards made one person, each once."""
        self._sql.execute(
            f"CREATE TABLE blocks AS SELECT {rule_of('key')}::INT AS rule, key, id FROM "
            "(SELECT unnest(keys) AS key, id FROM records) QUALIFY count(*) OVER (PARTITION BY key) > 1"
        )
        blocked = "SELECT l.id AS i, r.id AS j FROM blocks l JOIN blocks r ON l.key = r.key AND l.id < r.id"
        judged = f"UNION ALL SELECT i, j FROM ({_JUDGED_SAME})" if self._is_judged else ""
        found = self._sql.sql(f"SELECT DISTINCT i, j FROM ({blocked} {judged}) ORDER BY i, j").fetchnumpy()
        return self.at_levels(found["i"].astype(np.int64), found["j"].astype(np.int64))

    def at_random(self, pairs: int, *, seed: int) -> Pairs:
        """Pairs drawn with replacement from all pairs."""
        chance = np.random.default_rng(seed)
        one, other = chance.integers(0, self.size, pairs), chance.integers(0, self.size, pairs)
        apart = one != other
        return self.at_levels(np.minimum(one, other)[apart], np.maximum(one, other)[apart])

    def at_levels(self, left: Ints, right: Ints) -> Pairs:
        """Compare pairs of records."""
        comparisons = self.model.comparisons
        if not comparisons or not len(left):
            return Pairs(left, right, np.full((len(left), len(comparisons)), UNKNOWN, np.int8))
        cases = [f"{comparison.level_sql()} AS c{n}" for n, comparison in enumerate(comparisons)]
        found = self._told(left, right, cases, self.model.columns())
        levels = np.stack([found[f"c{n}"] for n in range(len(comparisons))], axis=1)
        return Pairs(left, right, levels.astype(np.int8))

    def decided(self, left: Ints, right: Ints) -> Ints:
        """What stewards, else rules, say of every pair; as for links.links_of_pairs()."""
        if not (self._rules or self._is_judged) or not len(left):
            return np.zeros(len(left), np.int64)
        sql = self._rules.judged_sql() if self._is_judged else self._rules.decided_sql()
        read = ["record_id", *(_JUDGED if self._is_judged else ()), *self._rules.columns()]
        decided: Ints = self._told(left, right, [f"{sql}::BIGINT AS decided"], read)["decided"]
        return decided

    def judged(self) -> tuple[Pairs, Ints] | None:
        """Pairs that stewards decided, and that follow; of each the number of the cannot-link, -1 of one person.

        A cannot-link of two persons decides all pairs between their records.

        Returns:
            None where training does not learn from judgements.
        """
        if not self._is_judged:
            return None
        found = self._sql.sql(f"{_JUDGED_SAME} UNION ALL {_JUDGED_APART} ORDER BY i, j").fetchnumpy()
        left, right = (found[side].astype(np.int64) for side in "ij")
        return self.at_levels(left, right), found["question"].astype(np.int64)

    def _told(self, left: Ints, right: Ints, columns: Sequence[str], read: Sequence[str]) -> dict[str, Any]:
        """SQL over the columns of both records of every pair, in order of the pairs."""
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

    def rule_finds(
        self, entity: Ints, *, costs: BlockingCosts, one_for: float, least_share: float, most_pairs: float
    ) -> list[RuleFinds]:
        """What every blocking rule finds; first those that find most pairs of one entity for what they cost.

        Args:
            entity: of every record.
            costs: of the rules on all records.
            one_for: how many records one of the sample stands for.
            least_share: a kept rule adds this share of all pairs of one entity that blocking found,
            most_pairs: and compares no more pairs for one that it adds.
        """
        self._sql.register("entities", pa.table({"id": np.arange(self.size), "entity": entity}))
        found = self._sql.sql(
            "SELECT DISTINCT l.rule, l.id AS i, r.id AS j FROM blocks l "
            "JOIN blocks r ON l.key = r.key AND l.id < r.id "
            "JOIN entities le ON le.id = l.id JOIN entities re ON re.id = r.id AND re.entity = le.entity"
        ).fetchnumpy()
        self._sql.unregister("entities")
        pair = found["i"] * self.size + found["j"]
        finds = {r: np.sort(pair[found["rule"] == r]) for r in range(len(self.model.blocking))}
        wanted = len(np.unique(pair))
        have = np.zeros(0, np.int64)
        told: dict[int, RuleFinds] = {}
        while True:
            gains = {r: len(np.setdiff1d(finds[r], have, assume_unique=True)) for r in finds if r not in told}
            worth = [
                (gain / max(1, costs.pairs[r] + 2 * costs.entries[r]), -r)
                for r, gain in gains.items()
                if gain >= max(1, least_share * wanted) and costs.pairs[r] <= most_pairs * gain * one_for
            ]
            if not worth:
                break
            best = -max(worth)[1]
            told[best] = self._finds(best, costs, len(finds[best]), gains[best], kept=True)
            have = np.union1d(have, finds[best])
        rest = [self._finds(r, costs, len(finds[r]), gain, kept=False) for r, gain in gains.items()]
        return [*told.values(), *rest]

    @staticmethod
    def _finds(rule: int, costs: BlockingCosts, found: int, added: int, *, kept: bool) -> RuleFinds:
        return RuleFinds(rule, costs.entries[rule], costs.pairs[rule], found, added, kept)
