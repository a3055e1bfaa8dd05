"""Training sessions and a trained model's DuckDB query; the only file that touches splink's internals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from splink import Linker, SettingsCreator, block_on
from splink.internals.exceptions import EMTrainingException
from splink.internals.predict import predict_from_comparison_vectors_sqls_using_settings

from cdi_spark.linkage.blocking import key_column
from cdi_spark.linkage.model import BlockingRule

# EM may drive a level towards zero until a float holds no more of it, and Splink then refuses the level;
# with fewer rounds it stays above.
_EM_ROUNDS = (15, 6, 3)


def learn_m(linker: Linker, rule: Sequence[str], *, max_pairs: int) -> bool:
    """One session of expectation maximisation over the pairs that a blocking rule finds.

    Returns:
        False where there is nothing to learn: no such pair, or a level that vanishes in every number of rounds.
    """
    settings = linker._settings_obj
    for rounds in _EM_ROUNDS:
        settings.training_settings = replace(settings.training_settings, max_iterations=rounds)
        before = settings.core_model_settings.copy()
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*rule), estimate_without_term_frequencies=True, max_pairs=max_pairs
            )
        except EMTrainingException:
            settings.core_model_settings = before
            return False
        except ValueError as fault:
            if "below the minimum allowed" not in str(fault):
                raise
            # A session begins by cutting the model to what it can learn, and leaves it cut where it fails.
            settings.core_model_settings = before
        else:
            return True
    return False


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
