"""What a customer may buy next: what others ordered beside the products that it has."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
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
        # Once for both groups: they find a customer whole in its partition.
        .repartition("entity_id")
        .groupBy("entity_id", "product_code")
        .agg((-F.unix_micros(F.max("ordered_at"))).alias("newest"))
    )
    newest_first = F.array_sort(F.collect_list(F.struct("newest", "product_code")))["product_code"]
    baskets = had.groupBy("entity_id").agg(
        newest_first.alias("products"), F.slice(newest_first, 1, _PRODUCTS).alias("basket")
    )
    # The strongest rule of a product that leads to one which the customer has not.
    offered = F.get(F.filter("rules", lambda rule: ~F.array_contains("products", rule["other"])), F.lit(0))
    return (
        baskets.select("entity_id", "products", F.explode("basket").alias("product_code"))
        .join(F.broadcast(_rules(baskets)), "product_code")
        .groupBy("entity_id")
        .agg(F.min(offered)["other"].alias("next_product"))
        .where("next_product IS NOT NULL")
    )


def _rules(baskets: DataFrame) -> DataFrame:
    """product_code and its rules, the strongest first: confidence and customers of both, negative, and the other."""
    together = (
        baskets.select("basket", F.explode("basket").alias("product_code"))
        .select("product_code", F.explode("basket").alias("other"))
        .groupBy("product_code", "other")
        .agg(F.count("*").alias("shared"))
        .where(F.col("shared") >= _SUPPORT)
    )
    # A product beside itself tells how many customers have it.
    sold = together.where("product_code = other").select("product_code", F.col("shared").alias("customers"))
    of_other = sold.select(F.col("product_code").alias("other"), F.col("customers").alias("of_other"))
    rule = F.struct(
        (-F.col("shared") / F.col("customers")).alias("confidence"),
        (-F.col("shared")).alias("shared"),
        "other",
    )
    return (
        together.where("product_code <> other")
        .join(sold, "product_code")
        .join(of_other, "other")
        .crossJoin(F.broadcast(baskets.agg(F.count("*").alias("everybody"))))
        .where("shared * everybody > customers * of_other")
        .groupBy("product_code")
        .agg(F.slice(F.array_sort(F.collect_list(rule)), 1, _RULES).alias("rules"))
    )
