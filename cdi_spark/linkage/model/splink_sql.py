"""A trained model as Splink settings and as DuckDB queries; only this file uses splink's internals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from splink import SettingsCreator
from splink.internals.predict import predict_from_comparison_vectors_sqls_using_settings

from cdi_spark.linkage.model.blocking import rule_of
from cdi_spark.linkage.model.decisions import Decision
from cdi_spark.linkage.model.link_rules import NO_RULES, LinkRules
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import UNKNOWN, Comparison, PersonModel

# Splink's SQL names a comparison vector value this way.
_VECTOR = " as gamma_"


class Parent(NamedTuple):
    """A comparison that another one depends on, and how many of its first levels count as agreement."""

    comparison: str
    agreeing: int


@dataclass(frozen=True)
class Scored:
    """The inputs of the SQL of a trained model.

    Attributes:
        settings: trained Splink settings.
        comparisons: of the person model, in the settings' order.
        parents: by comparison, the comparisons that it depends on, in the order in which they are checked.
    """

    settings: dict[str, Any]
    comparisons: Sequence[Comparison]
    parents: Mapping[str, Sequence[Parent]]


def parents_of(model: PersonModel, parameters: Sequence[Parameters]) -> dict[str, list[Parent]]:
    """Return the parents of every comparison that has some."""
    return {
        comparison.name: [Parent(model.comparisons[n].name, parameters[n].agreeing) for n in own.parents]
        for comparison, own in zip(model.comparisons, parameters, strict=True)
        if own.parents
    }


def splink_settings(model: PersonModel, parameters: Sequence[Parameters], *, prior: float) -> dict[str, Any]:
    """Return trained Splink settings (DuckDB dialect); pairs come from block keys, not from Splink's blocking.

    A comparison with parents repeats its levels for each row of m and u: "same (family_name agrees)".

    Args:
        prior: probability that two random records match.
    """
    pairs = list(zip(model.comparisons, parameters, strict=True))
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "sql_dialect": "duckdb",
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "probability_two_random_records_match": round(prior, 12),
        "blocking_rules_to_generate_predictions": [{"blocking_rule": "1=1", "sql_dialect": "duckdb"}],
        "comparisons": [_splink_comparison(c, own, pairs) for c, own in pairs],
    }


def _splink_comparison(
    comparison: Comparison, own: Parameters, pairs: Sequence[tuple[Comparison, Parameters]]
) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.unknown_sql(), "label_for_charts": "unknown", "is_null_level": True}
    ]
    parents = [pairs[n][0] for n in own.parents]
    agree = [_agrees(*pairs[n]) for n in own.parents]
    known = " OR ".join(f"NOT coalesce({parent.unknown_sql()}, false)" for parent in parents)
    rows = [(f" ({p.name} agrees)", sql) for p, sql in zip(parents, agree, strict=True)]
    if parents:
        others = " or ".join(parent.name for parent in parents)
        rows.append((f" (not {others})", known))
    rows.append(("", ""))
    for row, (suffix, condition) in enumerate(rows):
        for n, level in enumerate(comparison.levels):
            conditions = [sql for sql in (condition, "" if level.sql == "ELSE" else level.sql) if sql]
            entry: dict[str, Any] = {
                "sql_condition": " AND ".join(f"({sql})" for sql in conditions) or "ELSE",
                "label_for_charts": f"{level.label}{suffix}",
                "m_probability": float(own.m[row, n]),
                "u_probability": float(own.u[row, n]),
            }
            # Where a parent agrees, the parent has counted how rare the value is.
            if level.term_frequency and row >= len(parents):
                entry["tf_adjustment_column"] = level.term_frequency
                entry["disable_tf_exact_match_detection"] = True
            levels.append(entry)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _agrees(comparison: Comparison, own: Parameters) -> str:
    """Return SQL that holds where the comparison is known and has one of its leading levels."""
    leading = " OR ".join(f"({level.sql})" for level in comparison.levels[: own.agreeing])
    return f"NOT coalesce({comparison.unknown_sql()}, false) AND coalesce({leading}, false)"


def scoring_sql(
    scored: Scored,
    *,
    keep_weight: float,
    decide: LinkRules = NO_RULES,
) -> str:
    """Return the query that scores the pairs of blocked records.

    It reads two tables. records has one row per record: record_id, keys (of its blocks, ascending), the compared
    columns and their term frequencies. entries has one row per record and key: key, record (the record's rowid),
    place (the record's position by record_id), changed. The query returns each pair with a changed record once,
    under the first rule that it satisfies.

    Args:
        decide: must-links and cannot-links; the pair of a must-link is kept whatever it weighs.
    Returns:
        DuckDB SQL whose rows are record_id_l, record_id_r, match_weight, match_probability, rule, decided_by
        and levels, one per comparison in their order.
    """
    # The least of all keys that two records share, in this task or another, makes the pair. Grouping the pairs
    # instead takes half the time, but memory that grows with them.
    met = (
        "(select a.record as l, b.record as r, a.key from entries a join entries b "
        "on a.key = b.key and a.place < b.place where a.changed and b.changed "
        "union all select if(a.place < b.place, a.record, b.record), if(a.place < b.place, b.record, a.record), a.key "
        "from entries a join entries b on a.key = b.key where a.changed and not b.changed) as met"
    )
    pairs = (
        f"{met} join records as l on l.rowid = met.l join records as r on r.rowid = met.r "
        "where not list_has_any(l.keys[:list_position(l.keys, met.key) - 1], r.keys)"
    )
    ctes = _splink_ctes(
        scored, rule_of("met.key"), pairs, None if decide.must else keep_weight, decide.columns()
    )
    gammas = ", ".join(f"gamma_{comparison.name}" for comparison in scored.comparisons)
    kept = (
        f" where match_weight >= {keep_weight} or {decide.decided_sql()} = {Decision.SAME_BY_RULE}"
        if decide.must
        else ""
    )
    return (
        f"with {ctes}\nselect record_id_l, record_id_r, match_weight, match_probability, "
        f"match_key::int as rule, {decide.decided_by_sql()} as decided_by, [{gammas}]::tinyint[] as levels "
        f"from __splink__df_predict{kept}"
    )


def entries_sql(tasks: int) -> str:
    """Return the query for the entries of scoring_sql() from its table records.

    Args:
        tasks: how many tasks share the keys; a record's `task` is the number of the task that received it.
    """
    numbered = "row_number() over (order by record_id) as place, rowid as record"
    return (
        f"select place, record, changed, key "
        f"from (select {numbered}, task, changed, unnest(keys) as key from records) "
        f"where key % {tasks} = task"
    )


def evidence_sql(
    scored: Scored, evidence: Mapping[str, str], decide: LinkRules = NO_RULES, *, judged: bool = False
) -> str:
    """Return the query that weighs all pairs of one component, by kind of evidence.

    It reads cdi_left and cdi_right: key (the component), place, compared columns and their term frequencies.

    Args:
        evidence: for every comparison its kind of evidence.
        decide: must-links and cannot-links.
        judged: whether records have judged_same and judged_apart, which come before the rules.
    Returns:
        DuckDB SQL whose rows are place_l, place_r, decided (a Decision), strong (whether the records agree on a
        strong identifier), and for every kind in order bits_<n> (log2 Bayes factor) and known_<n> (whether it is known;
        not at a weight of 0), ordered by place_l, place_r.
    """
    pairs = "cdi_left as l join cdi_right as r on l.key = r.key and l.place < r.place"
    by_place = replace(scored, settings={**scored.settings, "unique_id_column_name": "place"})
    further = [*decide.columns(), "record_id", *(["judged_same", "judged_apart"] if judged else [])]
    decided = decide.judged_sql() if judged else decide.decided_sql()
    ctes = _splink_ctes(by_place, "0", pairs, None, further)
    frequent = {c["output_column_name"] for c in scored.settings["comparisons"] if _has_frequencies(c)}
    parts = []
    for n, kind in enumerate(dict.fromkeys(evidence.values())):
        names = [c.name for c in scored.comparisons if evidence[c.name] == kind]
        bits = [f"mw_{name}" for name in names] + [f"mw_tf_adj_{name}" for name in names if name in frequent]
        known = " or ".join(f"(gamma_{name} <> -1 and mw_{name} <> 0)" for name in names)
        parts.append(f"{' + '.join(bits)} as bits_{n}, {known} as known_{n}")
    return (
        f"with {ctes}\nselect place_l, place_r, {decided} as decided, {_strong_sql(scored.comparisons)} as strong, "
        f"{', '.join(parts)} "
        "from __splink__df_match_weight_parts order by place_l, place_r"
    )


def cannot_sql(decide: LinkRules) -> str:
    """Return the query for the pairs of one component that stewards or rules decided to be two persons.

    It reads cdi_left and cdi_right: key (the component), place, judged_apart, and the columns of rules.

    Returns:
        DuckDB SQL whose rows are place_l, place_r.
    """
    judged = "select key, place, unnest(judged_apart) as cannot_link from"
    by_stewards = (
        f"select l.place as place_l, r.place as place_r from ({judged} cdi_left) as l "
        f"join ({judged} cdi_right) as r on l.key = r.key and l.cannot_link = r.cannot_link and l.place < r.place"
    )
    if not decide.cannot:
        return by_stewards
    columns = ["place", "record_id", *decide.columns()]
    named = ", ".join(f"{side}.{name} as {name}_{side}" for name in columns for side in "lr")
    pairs = f"select {named} from cdi_left as l join cdi_right as r on l.key = r.key and l.place < r.place"
    by_rules = f"{decide.decided_sql()} = {Decision.DIFFERENT}"
    return f"{by_stewards} union select place_l, place_r from ({pairs}) where {by_rules}"


def _strong_sql(comparisons: Sequence[Comparison]) -> str:
    """Return SQL that holds where a pair has a strong level; see _vector_sql() for the values."""
    conditions = [
        f"(gamma_{comparison.name} <> -1 and gamma_{comparison.name} % {len(comparison.levels)} = {last - n})"
        for comparison in comparisons
        for last in [len(comparison.levels) - 1]
        for n in comparison.strong_levels()
    ]
    return " or ".join(conditions) or "false"


def _has_frequencies(comparison: dict[str, Any]) -> bool:
    return any(level.get("tf_adjustment_column") for level in comparison["comparison_levels"])


def _splink_ctes(
    scored: Scored, rule: str, pairs: str, keep_weight: float | None, further: Sequence[str]
) -> str:
    with_levels = {
        **scored.settings,
        "retain_matching_columns": True,
        "additional_columns_to_retain": list(further),
    }
    trained = SettingsCreator.from_path_or_dict(with_levels).get_settings("duckdb")
    predict = predict_from_comparison_vectors_sqls_using_settings(trained, threshold_match_weight=keep_weight)
    # Splink would check the parents for every level; this compares once and gives the same vectors.
    levels = ", ".join(
        f"{comparison.level_sql()} as level_{comparison.name}" for comparison in scored.comparisons
    )
    vectors = [
        *(sql for sql in trained._columns_to_select_for_comparison_vector_values if _VECTOR not in sql),
        *(
            f"{_vector_sql(comparison, scored)}{_VECTOR}{comparison.name}"
            for comparison in scored.comparisons
        ),
    ]
    steps = {
        "blocked": (
            f"select {', '.join(trained._columns_to_select_for_blocking)}, {rule} as match_key from {pairs}"
        ),
        "compared": f"select *, {levels} from blocked",
        "__splink__df_comparison_vectors": f"select {', '.join(vectors)} from compared",
        **{step["output_table_name"]: step["sql"] for step in predict},
    }
    return ",\n".join(f"{name} as ({sql})" for name, sql in steps.items())


def _vector_sql(comparison: Comparison, scored: Scored) -> str:
    """Return SQL for Splink's comparison vector value from level_<comparison> of the comparison and its parents.

    The value counts the levels of splink_settings() from the last to the first.
    """
    own, parents = f"level_{comparison.name}", scored.parents.get(comparison.name, [])
    rows = [f"level_{p.comparison} between 0 and {p.agreeing - 1}" for p in parents]
    if parents:
        rows.append(" or ".join(f"level_{p.comparison} <> {UNKNOWN}" for p in parents))
    last = len(comparison.levels) * (len(rows) + 1) - 1
    whens = [f"when {sql} then {last - row * len(comparison.levels)} - {own}" for row, sql in enumerate(rows)]
    otherwise = f"{len(comparison.levels) - 1} - {own}"
    return f"case when {own} = {UNKNOWN} then {UNKNOWN} {' '.join(whens)} else {otherwise} end"
