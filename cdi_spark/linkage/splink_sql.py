"""A trained model as Splink settings, and as DuckDB queries; the only file that touches splink's internals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from splink import SettingsCreator
from splink.internals.predict import predict_from_comparison_vectors_sqls_using_settings

from cdi_spark.linkage.blocking import key_column, rule_of
from cdi_spark.linkage.link_rules import NO_RULES, LinkRules
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


def scoring_sql(
    settings: dict[str, Any],
    rules: Sequence[BlockingRule],
    *,
    keep_weight: float,
    decide: LinkRules = NO_RULES,
) -> str:
    """The query that scores the pairs of blocked records.

    It reads two tables: records of one row per record (record_id, the key column of every rule, compared columns
    and their term frequencies), and entries of one row per record and key (key, record: the record's rowid,
    place: the record's place by record_id). A pair comes out under the first rule that it satisfies, once.

    Args:
        decide: rules beside the scores; what one says to be one person is kept whatever it weighs.
    Returns:
        DuckDB SQL whose rows are record_id_l, record_id_r, match_weight, match_probability, rule, decided_by
        and levels, one a comparison in their order.
    """
    met = (
        f"(select a.record as l, b.record as r, a.key, {rule_of('a.key')} as rule "
        "from entries a join entries b on a.key = b.key and a.place < b.place) as met"
    )
    pairs = (
        f"{met} join records as l on l.rowid = met.l join records as r on r.rowid = met.r "
        f"where {_first_rule_only(rules)}"
    )
    ctes = _splink_ctes(settings, "met.rule", pairs, None if decide.must else keep_weight, decide.columns())
    gammas = ", ".join(f"gamma_{name}" for name in comparison_names(settings))
    kept = f" where match_weight >= {keep_weight} or {decide.decided_sql()} = 1" if decide.must else ""
    return (
        f"with {ctes}\nselect record_id_l, record_id_r, match_weight, match_probability, "
        f"match_key::int as rule, {decide.decided_by_sql()} as decided_by, [{gammas}]::tinyint[] as levels "
        f"from __splink__df_predict{kept}"
    )


def entries_sql(rules: Sequence[BlockingRule], tasks: int) -> str:
    """The query that gives the entries of scoring_sql() from its table records.

    Args:
        tasks: how many share the keys; a record's `task` tells which one it has come to.
    """
    columns = [(key_column(i), rule.shares is not None) for i, rule in enumerate(rules)]
    single = ", ".join(name for name, several in columns if not several)
    lists = "".join(f" || coalesce({name}, [])" for name, several in columns if several)
    numbered = "row_number() over (order by record_id) as place, rowid as record"
    return (
        f"select place, record, key from (select place, record, task, unnest(keys) as key from "
        f"(select {numbered}, task, [{single}]::bigint[]{lists} as keys from records)) where key % {tasks} = task"
    )


def evidence_sql(settings: dict[str, Any], evidence: Mapping[str, str], decide: LinkRules = NO_RULES) -> str:
    """The query that weighs all pairs of one component, by kind of evidence.

    It reads cdi_left and cdi_right: key (the component), place, compared columns and their term frequencies.

    Args:
        evidence: of every comparison, the kind of evidence that it is.
        decide: rules beside the scores.
    Returns:
        DuckDB SQL whose rows are place_l, place_r, decided (1 one person, -1 two, by a rule, else 0), and of
        every kind in order bits_<n> (log2 Bayes factor) and known_<n> (whether it says anything; a weight of
        nothing does not); ordered by place_l, place_r.
    """
    pairs = "cdi_left as l join cdi_right as r on l.key = r.key and l.place < r.place"
    by_place = {**settings, "unique_id_column_name": "place"}
    ctes = _splink_ctes(by_place, "0", pairs, None, [*decide.columns(), "record_id"])
    frequent = {c["output_column_name"] for c in settings["comparisons"] if _has_frequencies(c)}
    parts = []
    for n, kind in enumerate(dict.fromkeys(evidence.values())):
        names = [name for name in comparison_names(settings) if evidence[name] == kind]
        bits = [f"mw_{name}" for name in names] + [f"mw_tf_adj_{name}" for name in names if name in frequent]
        known = " or ".join(f"(gamma_{name} <> -1 and mw_{name} <> 0)" for name in names)
        parts.append(f"{' + '.join(bits)} as bits_{n}, {known} as known_{n}")
    return (
        f"with {ctes}\nselect place_l, place_r, {decide.decided_sql()} as decided, {', '.join(parts)} "
        "from __splink__df_match_weight_parts order by place_l, place_r"
    )


def comparison_names(settings: dict[str, Any]) -> list[str]:
    """The comparisons of trained settings, in order."""
    return [comparison["output_column_name"] for comparison in settings["comparisons"]]


def _has_frequencies(comparison: dict[str, Any]) -> bool:
    return any(level.get("tf_adjustment_column") for level in comparison["comparison_levels"])


def _splink_ctes(
    settings: dict[str, Any], rule: str, pairs: str, keep_weight: float | None, further: Sequence[str]
) -> str:
    with_levels = {
        **settings,
        "retain_matching_columns": True,
        "additional_columns_to_retain": list(further),
    }
    trained = SettingsCreator.from_path_or_dict(with_levels).get_settings("duckdb")
    scored = predict_from_comparison_vectors_sqls_using_settings(trained, threshold_match_weight=keep_weight)
    steps = {
        "blocked": (
            f"select {', '.join(trained._columns_to_select_for_blocking)}, {rule} as match_key from {pairs}"
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
            conditions.append(f"(met.rule <= {i} or not coalesce(list_has_any(l.{key}, r.{key}), false))")
            conditions.append(f"(met.rule <> {i} or met.key = list_min(list_intersect(l.{key}, r.{key})))")
        else:
            conditions.append(f"(met.rule <= {i} or not coalesce(l.{key} = r.{key}, false))")
    return " and ".join(conditions)
