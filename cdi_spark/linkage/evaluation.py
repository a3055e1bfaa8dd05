"""How right a clustering is against known truth; pairwise over clusters, so after transitive closure."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame
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
    """Compare clusters with truth over the records that truth names.

    Args:
        clusters: record_id, entity_id; a record of truth without a row stands alone.
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
        # A cluster's whole size counts once, shared out over its cells.
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


def _share(part: float, whole: float) -> float:
    """With nothing to find, finding nothing is right."""
    return part / whole if whole else 1.0
