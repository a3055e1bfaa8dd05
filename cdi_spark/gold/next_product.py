"""What a customer may buy next: what others ordered beside the products that it has."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

# Two products belong together when so many customers ordered both.
_SUPPORT = 5
# Of a customer the newest products count, and of a product the strongest rules: both bound the pairs there are.
_PRODUCTS, _RULES = 50, 20


def next_product(timeline: DataFrame, lines: DataFrame, *, as_of: date) -> DataFrame:
    """The product that goes best with what a customer ordered, and that it never ordered.

    Of the products that at least five customers ordered beside one of the customer's, and its customers oftener than
    all (lift above 1), the one with the greatest confidence: the share of the one product's customers that ordered the
    other too. Ties go to more customers, then to the lexically first code.

    Args:
        timeline: gold.timeline; orders that are void or without a day, and later ones, count for nothing.
        lines: silver.order_line.
        as_of: the last day that counts.
    Returns:
        entity_id, next_product (product_code); no row of a customer for whom there is none.
    Source:
        Agrawal, Imielinski & Swami 1993, doi:10.1145/170035.170072.
    """
    orders = (
        timeline.where("event = 'order' AND entity_id IS NOT NULL AND NOT is_void")
        .where(F.to_date("happened_at") <= F.lit(as_of))
        .select(F.col("event_id").alias("order_id"), "entity_id", F.col("happened_at").alias("ordered_at"))
    )
    order_id = F.concat(F.substring_index("order_line_id", ":", 1), F.lit(":"), F.col("order_key"))
    had = (
        lines.where("product_code IS NOT NULL")
        .select(order_id.alias("order_id"), "product_code")
        .join(orders, "order_id")
        .groupBy("entity_id", "product_code")
        .agg(F.max("ordered_at").alias("ordered_at"))
    )
    newest = Window.partitionBy("entity_id").orderBy(F.desc("ordered_at"), "product_code")
    baskets = (
        had.withColumn("place", F.row_number().over(newest))
        .where(F.col("place") <= _PRODUCTS)
        .select("entity_id", "product_code")
    )
    offered = (
        baskets.join(_rules(baskets), "product_code")
        .groupBy("entity_id", "other")
        .agg(F.min(F.struct(-F.col("confidence"), -F.col("shared"), "other")).alias("rank"))
    )
    has = had.select("entity_id", F.col("product_code").alias("other"))
    return (
        offered.join(has, ["entity_id", "other"], "left_anti")
        .groupBy("entity_id")
        .agg(F.min_by("other", "rank").alias("next_product"))
    )


def _rules(baskets: DataFrame) -> DataFrame:
    """product_code, other, shared (customers that ordered the two), confidence: the strongest of each product."""
    others = baskets.select("entity_id", F.col("product_code").alias("other"))
    together = (
        baskets.join(others, "entity_id")
        .groupBy("product_code", "other")
        .agg(F.count("*").alias("shared"))
        .where(F.col("shared") >= _SUPPORT)
    )
    # A product beside itself tells how many customers have it.
    sold = together.where("product_code = other").select("product_code", F.col("shared").alias("customers"))
    everybody = baskets.agg(F.count_distinct("entity_id").alias("everybody"))
    confidence = F.col("shared") / F.col("customers")
    strongest = Window.partitionBy("product_code").orderBy(F.desc("confidence"), F.desc("shared"), "other")
    return (
        together.where("product_code <> other")
        .join(sold, "product_code")
        .join(
            sold.select(F.col("product_code").alias("other"), F.col("customers").alias("of_other")), "other"
        )
        .crossJoin(F.broadcast(everybody))
        .where("shared * everybody > customers * of_other")
        .withColumn("confidence", confidence)
        .withColumn("place", F.row_number().over(strongest))
        .where(F.col("place") <= _RULES)
        .select("product_code", "other", "shared", "confidence")
    )
