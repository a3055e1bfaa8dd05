"""Must-links and cannot-links of conf: pairs that are one person, or two persons, whatever they weigh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.config import CannotLink, Linkage, LinkRule, MustLink
from cdi_spark.linkage.model.blocking import block_sizes, in_blocks, rule_keys, with_keys
from cdi_spark.linkage.model.decisions import Decision
from cdi_spark.linkage.model.person_model import BlockingRule, PersonModel
from cdi_spark.linkage.model.shared_values import NAME, with_people
from cdi_spark.schema import FEATURES
from cdi_spark.sql_text import literal

_MUST, _CANNOT = "must-link: ", "cannot-link: "
# Numbers of two kinds do not differ: a passport and a social security number.
_OF_ONE_KIND = {
    "account_ids": "list_has_any(account_kinds_l, account_kinds_r)",
    "national_id": "regexp_extract(national_id_l, '^[^:]*:') = regexp_extract(national_id_r, '^[^:]*:')",
}
_ONE_SOURCE = "split_part(record_id, ':', 1)"


@dataclass(frozen=True)
class LinkRules:
    """The must_link and cannot_link rules of conf; cannot_link wins for a pair that both apply to.

    Records have one column per must-link: must_<n>, the key of the values that must be the same. It is null where
    one of them is unknown, and where the key is weak (weak_keys). It is also a block key, so that no pair is missed.
    """

    must: Sequence[MustLink] = ()
    cannot: Sequence[CannotLink] = ()

    @classmethod
    def of(cls, conf: Linkage) -> LinkRules:
        """Return the rules of a project."""
        return cls(tuple(conf.must_link), tuple(conf.cannot_link))

    def __bool__(self) -> bool:
        return bool(self.must or self.cannot)

    def columns(self) -> list[str]:
        """Return the columns, besides record_id, that the rules read."""
        differ = {name for rule in self.cannot for name in rule.differ}
        further = {name for rule in self.must for name in _lists(rule)[1:]}
        further |= {"account_kinds"} if "account_ids" in differ else set()
        return [*map(_key, range(len(self.must))), *(name for name in FEATURES if name in differ | further)]

    def blocking(self) -> list[BlockingRule]:
        """Return one blocking rule per must-link; training never drops them."""
        return [
            BlockingRule(name=_MUST + rule.name, shares=_key(n), always=True)
            if _lists(rule)
            else BlockingRule(name=_MUST + rule.name, equal=[_key(n)], always=True)
            for n, rule in enumerate(self.must)
        ]

    def added_to(self, model: PersonModel) -> PersonModel:
        """Return the model with the blocking rules of must-links added; rules over lists stay last."""
        blocking = sorted([*model.blocking, *self.blocking()], key=lambda rule: rule.shares is not None)
        return model.model_copy(update={"blocking": blocking})

    def with_keys(self, features: DataFrame, weak: Sequence[int] = ()) -> DataFrame:
        """Add must_<n>, as text.

        Args:
            features: record_id and FEATURES.
            weak: keys that become null; keys of other columns may be among them.
        """
        if not self.must:
            # Spark Connect refuses to add no column.
            return features
        kinds = ["array<string>" if _lists(rule) else "string" for rule in self.must]
        keys = zip(rule_keys(self._strong_ids(), weak), kinds, strict=True)
        return features.withColumns({_key(n): key.cast(kind) for n, (key, kind) in enumerate(keys)})

    def packed(self) -> Column:
        """Return all must_<n> in one column: an array of the values of each."""
        lists = [
            F.col(_key(n)) if _lists(rule) else F.array_compact(F.array(_key(n)))
            for n, rule in enumerate(self.must)
        ]
        return F.array(*lists).cast("array<array<string>>")

    def unpacked(self, packed: str) -> dict[str, Column]:
        """Return must_<n> from a column of packed()."""
        values = {_key(n): F.get(packed, F.lit(n)) for n in range(len(self.must))}
        return {
            name: value if _lists(rule) else F.get(value, F.lit(0))
            for (name, value), rule in zip(values.items(), self.must, strict=True)
        }

    def weak_keys(self, features: DataFrame, *, largest_block: int, public_from: int) -> list[int]:
        """Return the keys of must-links that identify nobody, ascending: too many records or people have them.

        Args:
            features: record_id and FEATURES.
            largest_block: records over which a key is too common.
            public_from: a key with the names of so many people identifies nobody, such as a placeholder.
        """
        if not self.must:
            return []
        keyed = features.transform(with_keys, self._strong_ids())
        uses = keyed.select(*NAME, "keys").transform(in_blocks)
        public = uses.transform(with_people, by=["key"]).where(F.col("people") >= public_from)
        common = keyed.transform(block_sizes).where(F.col("records") > largest_block)
        return sorted({row["key"] for rows in (public, common) for row in rows.select("key").collect()})

    def decided_by_sql(self) -> str:
        """Return DuckDB SQL for decided_by of linkage.pair, over the columns of a pair (record_id_l, …)."""
        return self._case(
            [literal(_CANNOT + rule.name, "duckdb") for rule in self.cannot],
            [literal(_MUST + rule.name, "duckdb") for rule in self.must],
            "null::varchar",
        )

    def decided_sql(self) -> str:
        """Return DuckDB SQL for the Decision of the rules."""
        return self._case(
            [f"{Decision.DIFFERENT}"] * len(self.cannot),
            [f"{Decision.SAME_BY_RULE}"] * len(self.must),
            f"{Decision.UNDECIDED}",
        )

    def judged_sql(self) -> str:
        """Return DuckDB SQL for the Decision of stewards, else of the rules."""
        return (
            f"case when judged_same_l = judged_same_r then {Decision.SAME_BY_STEWARD} "
            f"when list_has_any(judged_apart_l, judged_apart_r) then {Decision.DIFFERENT} else {self.decided_sql()} end"
        )

    def _case(self, cannot: Sequence[str], must: Sequence[str], otherwise: str) -> str:
        conditions = [
            *map(_differ_sql, self.cannot),
            *(_same_sql(n, rule) for n, rule in enumerate(self.must)),
        ]
        whens = " ".join(
            f"when {sql} then {result}" for sql, result in zip(conditions, [*cannot, *must], strict=True)
        )
        return f"case {whens} else {otherwise} end" if whens else otherwise

    def _strong_ids(self) -> list[BlockingRule]:
        ids = []
        for rule in self.must:
            # The constant makes the keys differ from those of the person model's rules.
            equal = ["'must-link'", *(name for name in rule.same if not _is_list(name))]
            if rule.within_source:
                equal.append(_ONE_SOURCE)
            ids.append(BlockingRule(name=rule.name, equal=equal, shares=next(iter(_lists(rule)), None)))
        return ids


NO_RULES = LinkRules()


def as_links(pairs: DataFrame) -> DataFrame:
    """Return pairs as links: a must-link has infinite weight, a cannot-link is left out.

    Args:
        pairs: linkage.pair.
    """
    allowed = pairs.where(~F.coalesce(F.startswith("decided_by", F.lit(_CANNOT)), F.lit(False)))
    must = F.startswith("decided_by", F.lit(_MUST))
    weight = F.when(must, float("inf")).otherwise(F.col("match_weight"))
    return allowed.withColumn("match_weight", weight)


def _key(position: int) -> str:
    return f"must_{position}"


def _is_list(name: str) -> bool:
    return FEATURES[name].startswith("array")


def _lists(rule: MustLink) -> list[str]:
    return [name for name in rule.same if _is_list(name)]


def _same_sql(position: int, rule: MustLink) -> str:
    key, lists = _key(position), _lists(rule)
    shared = [f"list_has_any({name}_l, {name}_r)" for name in ([key, *lists[1:]] if lists else [])]
    return " and ".join(shared or [f"{key}_l = {key}_r"])


def _differ_sql(rule: CannotLink) -> str:
    differences = [
        f"len({name}_l) > 0 and len({name}_r) > 0 and not list_has_any({name}_l, {name}_r)"
        if _is_list(name)
        else f"{name}_l <> '' and {name}_r <> '' and {name}_l <> {name}_r"
        for name in rule.differ
    ]
    kinds = [_OF_ONE_KIND[name] for name in rule.differ if name in _OF_ONE_KIND]
    return " and ".join([*differences, *kinds, *_one_source_sql(rule)])


def _one_source_sql(rule: LinkRule) -> list[str]:
    sides = [_ONE_SOURCE.replace("record_id", f"record_id_{side}") for side in "lr"]
    return [" = ".join(sides)] if rule.within_source else []
