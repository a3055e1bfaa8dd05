"""A trained model as Splink settings, and as DuckDB queries; the only file that touches splink's internals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from splink import SettingsCreator
from splink.internals.predict import predict_from_comparison_vectors_sqls_using_settings

from cdi_spark.linkage.blocking import key_column
from cdi_spark.linkage.model import BlockingRule, Comparison, PersonModel
from cdi_spark.linkage.parameters import Parameters


def splink_settings(model: PersonModel, parameters: Sequence[Parameters], *, prior: float) -> dict[str, Any]:
    """Trained Splink settings (DuckDB dialect); pairs come from our own block keys.

    A comparison with parents has each of its levels once a row of m and u: "same (family_name agrees)".

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
    for row, (told, condition) in enumerate(rows):
        for n, level in enumerate(comparison.levels):
            conditions = [sql for sql in (condition, "" if level.sql == "ELSE" else level.sql) if sql]
            entry: dict[str, Any] = {
                "sql_condition": " AND ".join(f"({sql})" for sql in conditions) or "ELSE",
                "label_for_charts": f"{level.label}{told}",
                "m_probability": float(own.m[row, n]),
                "u_probability": float(own.u[row, n]),
            }
            # Where a parent agrees, how rare the value is has been told by it.
            if level.term_frequency and row >= len(parents):
                entry["tf_adjustment_column"] = level.term_frequency
                entry["disable_tf_exact_match_detection"] = True
            levels.append(entry)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _agrees(comparison: Comparison, own: Parameters) -> str:
    """SQL that holds where the comparison is known and at one of its leading levels."""
    leading = " OR ".join(f"({level.sql})" for level in comparison.levels[: own.agreeing])
    return f"NOT coalesce({comparison.unknown_sql()}, false) AND coalesce({leading}, false)"


def scoring_sql(settings: dict[str, Any], rules: Sequence[BlockingRule], *, keep_weight: float) -> str:
    """The query that scores the pairs of blocked records.

    It reads two relations, cdi_left and cdi_right, of one row per record and block: record_id, rule, key, the
    key column of every rule, compared columns and their term frequencies. A pair comes out under the first
    rule that it satisfies, once.

    Returns:
        DuckDB SQL whose rows are record_id_l, record_id_r, match_weight, match_probability, rule and one
        gamma_<comparison> a comparison.
    """
    ctes = _splink_ctes(settings, f"l.record_id < r.record_id and {_first_rule_only(rules)}", keep_weight)
    gammas = ", ".join(f"gamma_{name}" for name in comparison_names(settings))
    return (
        f"with {ctes}\nselect record_id_l, record_id_r, match_weight, match_probability, "
        f"match_key as rule, {gammas} from __splink__df_predict"
    )


def evidence_sql(settings: dict[str, Any], evidence: Mapping[str, str]) -> str:
    """The query that weighs all pairs of one component, by kind of evidence.

    It reads cdi_left and cdi_right: key (the component), place, compared columns and their term frequencies.

    Args:
        evidence: of every comparison, the kind of evidence that it is.
    Returns:
        DuckDB SQL whose rows are place_l, place_r, and of every kind in order bits_<n> (log2 Bayes factor) and
        known_<n> (whether it says anything; a weight of nothing does not); ordered by place_l, place_r.
    """
    ctes = _splink_ctes({**settings, "unique_id_column_name": "place"}, "l.place < r.place", None)
    frequent = {c["output_column_name"] for c in settings["comparisons"] if _has_frequencies(c)}
    parts = []
    for n, kind in enumerate(dict.fromkeys(evidence.values())):
        names = [name for name in comparison_names(settings) if evidence[name] == kind]
        bits = [f"mw_{name}" for name in names] + [f"mw_tf_adj_{name}" for name in names if name in frequent]
        known = " or ".join(f"(gamma_{name} <> -1 and mw_{name} <> 0)" for name in names)
        parts.append(f"{' + '.join(bits)} as bits_{n}, {known} as known_{n}")
    return (
        f"with {ctes}\nselect place_l, place_r, {', '.join(parts)} "
        "from __splink__df_match_weight_parts order by place_l, place_r"
    )


def comparison_names(settings: dict[str, Any]) -> list[str]:
    """The comparisons of trained settings, in order."""
    return [comparison["output_column_name"] for comparison in settings["comparisons"]]


def _has_frequencies(comparison: dict[str, Any]) -> bool:
    return any(level.get("tf_adjustment_column") for level in comparison["comparison_levels"])


def _splink_ctes(settings: dict[str, Any], joined: str, keep_weight: float | None) -> str:
    with_levels = {**settings, "retain_matching_columns": True}
    trained = SettingsCreator.from_path_or_dict(with_levels).get_settings("duckdb")
    scored = predict_from_comparison_vectors_sqls_using_settings(trained, threshold_match_weight=keep_weight)
    steps = {
        "blocked": (
            f"select {', '.join(trained._columns_to_select_for_blocking)}, l.rule as match_key "
            f"from cdi_left as l join cdi_right as r on l.key = r.key and {joined}"
        ),
        "__splink__df_comparison_vectors": (
            f"select {', '.join(trained._columns_to_select_for_comparison_vector_values)} from blocked"
        ),
        **{step["output_table_name"]: step["sql"] for step in scored},
    }
    return ",\n".join(f"{name} as ({sql})" for name, sql in steps.items())


def _first_rule_only(rules: Sequence[BlockingRule]) -> str:
    """No earlier rule holds; and of several shared elements of one rule's array only the least counts."""
    conditions = ["true"]
    for i, rule in enumerate(rules):
        key = key_column(i)
        if rule.shares:
            conditions.append(f"(l.rule <= {i} or not coalesce(list_has_any(l.{key}, r.{key}), false))")
            conditions.append(f"(l.rule <> {i} or l.key = list_min(list_intersect(l.{key}, r.{key})))")
        else:
            conditions.append(f"(l.rule <= {i} or not coalesce(l.{key} = r.{key}, false))")
    return " and ".join(conditions)
