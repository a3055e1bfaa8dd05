"""A trained Splink model compiled to one DuckDB query; the only file that touches splink's internals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from splink import SettingsCreator
from splink.internals.exceptions import EMTrainingException
from splink.internals.predict import predict_from_comparison_vectors_sqls_using_settings

from cdi_spark.linkage.blocking import key_column
from cdi_spark.linkage.model import BlockingRule

# Raised by a training session whose blocking rule finds no pair.
NothingToLearn = EMTrainingException


def scoring_sql(settings: dict[str, Any], rules: Sequence[BlockingRule], *, keep_weight: float) -> str:
    """The query that scores the pairs of blocked records.

    It reads two relations, cdi_left and cdi_right, of one row per record and block: record_id, rule, key, the
    key column of every rule, compared columns and their term frequencies. A pair comes out under the first
    rule that it satisfies, once.

    Returns:
        DuckDB SQL whose rows are record_id_l, record_id_r, match_weight, match_probability, rule and one
        gamma_<comparison> a comparison.
    """
    with_levels = {**settings, "retain_matching_columns": True}
    trained = SettingsCreator.from_path_or_dict(with_levels).get_settings("duckdb")
    scored = predict_from_comparison_vectors_sqls_using_settings(trained, threshold_match_weight=keep_weight)
    steps = {
        "blocked": (
            f"select {', '.join(trained._columns_to_select_for_blocking)}, l.rule as match_key "
            f"from cdi_left as l join cdi_right as r on l.key = r.key and l.record_id < r.record_id "
            f"where {_first_rule_only(rules)}"
        ),
        "__splink__df_comparison_vectors": (
            f"select {', '.join(trained._columns_to_select_for_comparison_vector_values)} from blocked"
        ),
        **{step["output_table_name"]: step["sql"] for step in scored},
    }
    gammas = ", ".join(f"gamma_{c['output_column_name']}" for c in settings["comparisons"])
    ctes = ",\n".join(f"{name} as ({sql})" for name, sql in steps.items())
    return (
        f"with {ctes}\nselect record_id_l, record_id_r, match_weight, match_probability, "
        f"match_key as rule, {gammas} from __splink__df_predict"
    )


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
