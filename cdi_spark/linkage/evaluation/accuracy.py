"""Precision and recall of clusters against known truth, and of pairs at each threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Evaluation:
    """Pairwise precision, recall and F1 over clusters, F1 of clusters that are exactly right, and counts."""

    precision: float
    recall: float
    f1: float
    exact_cluster_f1: float
    records: int
    true_pairs: int
    predicted_pairs: int

    def as_dict(self) -> dict[str, float | int]:
        return asdict(self)


def evaluate(clusters: DataFrame, truth: DataFrame) -> Evaluation:
    """Compare clusters with truth, over all pairs of records that truth names, so after transitive closure.

    Args:
        clusters: record_id, entity_id; a record of truth without a row is a cluster of its own.
        truth: record_id, person.
    """
    named = truth.join(clusters, "record_id", "left").select(
        "person", F.coalesce("entity_id", F.concat(F.lit("alone:"), "record_id")).alias("entity_id")
    )
    cells = named.groupBy("person", "entity_id").agg(F.count("*").alias("n"))
    sized = cells.withColumns(
        {
            "person_size": F.expr("sum(n) over (partition by person)"),
            "entity_size": F.expr("sum(n) over (partition by entity_id)"),
        }
    )
    pairs = "n * (n - 1) / 2"
    row = sized.agg(
        F.sum("n").alias("records"),
        F.expr(f"sum({pairs})").alias("both"),
        # The pairs of a whole cluster count once, split over its cells.
        F.expr("sum(n * (person_size - 1) / 2)").alias("true"),
        F.expr("sum(n * (entity_size - 1) / 2)").alias("predicted"),
        F.expr("count_if(n = person_size and n = entity_size)").alias("exact"),
        F.count_distinct("person").alias("persons"),
        F.count_distinct("entity_id").alias("entities"),
    ).first()
    if row is None or not row["records"]:
        return Evaluation(0.0, 0.0, 0.0, 0.0, 0, 0, 0)
    return Evaluation(
        precision=_share(row["both"], row["predicted"]),
        recall=_share(row["both"], row["true"]),
        f1=_share(2 * row["both"], row["predicted"] + row["true"]),
        exact_cluster_f1=_share(2 * row["exact"], row["persons"] + row["entities"]),
        records=int(row["records"]),
        true_pairs=round(row["true"]),
        predicted_pairs=round(row["predicted"]),
    )


def truth_curve(pairs: DataFrame, truth: DataFrame, *, thresholds: Sequence[float]) -> DataFrame:
    """Return precision and recall of the pairs at each threshold, against known truth; before clustering.

    Counts the pairs for which truth names both records. Recall is of all pairs of one person, including those that
    blocking or the keep threshold lost.

    Args:
        pairs: linkage.pair.
        truth: record_id, person.
        thresholds: match weights in bits, inclusive.
    Returns:
        threshold, accepted (pairs), precision, recall, f1; one row per threshold, in order.
    """
    left, right = (
        truth.select(F.col("record_id").alias(f"record_id_{side}"), F.col("person").alias(f"person_{side}"))
        for side in "lr"
    )
    judged = pairs.join(left, "record_id_l").join(right, "record_id_r")
    persons = truth.groupBy("person").agg(F.count("*").alias("n"))
    wanted = persons.agg(F.coalesce(F.expr("sum(n * (n - 1) / 2)"), F.lit(0)).alias("wanted"))
    same = F.when(F.col("person_l") == F.col("person_r"), 1.0).otherwise(0.0)
    return (
        judged.transform(_accepted, thresholds, same)
        .crossJoin(wanted)
        .select(
            "threshold",
            "accepted",
            _column_share("matches", "accepted").alias("precision"),
            _column_share("matches", "wanted").alias("recall"),
            _column_share("2 * matches", "accepted + wanted").alias("f1"),
        )
        .orderBy("threshold")
    )


def implied_curve(pairs: DataFrame, *, prior: float, records: int, thresholds: Sequence[float]) -> DataFrame:
    """Return precision and recall of the pairs at each threshold, if the model is right; needs no truth.

    The number of accepted matches is the sum of posterior probabilities, and the number of all matches is
    prior * all pairs. An overconfident model looks better here than it is; implied_recall may exceed 1 if the
    prior is too small.

    Args:
        pairs: linkage.pair.
        prior: probability that two random records match (the model's settings).
        records: live records that the pairs are of.
        thresholds: match weights in bits, inclusive; below the keep threshold pairs are missing.
    Returns:
        threshold, accepted (pairs), implied_precision, implied_recall; one row per threshold, in order.
    """
    wanted = F.lit(prior * records * (records - 1) / 2)
    return (
        pairs.transform(_accepted, thresholds, F.col("match_probability"))
        .withColumn("wanted", wanted)
        .select(
            "threshold",
            "accepted",
            _column_share("matches", "accepted").alias("implied_precision"),
            _column_share("matches", "wanted").alias("implied_recall"),
        )
        .orderBy("threshold")
    )


def _accepted(pairs: DataFrame, thresholds: Sequence[float], match: Column) -> DataFrame:
    """Count pairs and matches at or over each threshold in one pass: threshold, accepted, matches."""
    rows = []
    for threshold in thresholds:
        over = F.col("match_weight") >= threshold
        matches = F.coalesce(F.sum(F.when(over, match)), F.lit(0.0))
        rows.append(
            F.struct(
                F.lit(float(threshold)).alias("threshold"),
                F.count_if(over).alias("accepted"),
                matches.alias("matches"),
            )
        )
    return pairs.agg(F.array(*rows).alias("curve")).select(F.inline("curve"))


def _column_share(part: str, whole: str) -> Column:
    """Return part of whole; 1 where the whole is nothing, as then nothing is wrong or missed."""
    return F.expr(f"coalesce(try_divide({part}, {whole}), 1.0D)")


def _share(part: float, whole: float) -> float:
    """Return part of whole; 1 where the whole is nothing, as then nothing is wrong or missed."""
    return part / whole if whole else 1.0
