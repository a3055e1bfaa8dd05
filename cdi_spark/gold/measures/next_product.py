"""The product that a customer may buy next: what other customers ordered together with its products."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.schema import PRODUCT_RULE

# Two products belong together if at least this many customers ordered both.
_SUPPORT = 5
# The newest products of a customer and the strongest rules of a product: both limit the number of pairs.
_PRODUCTS, _RULES = 50, 20


def baskets(timeline: DataFrame, lines: DataFrame, *, as_of: date) -> DataFrame:
    """Return the products that customers ordered.

    Args:
        timeline: gold.timeline; orders that are void, without a date or later than as_of are ignored.
        lines: silver.order_line.
        as_of: the last day that is included.
    Returns:
        entity_id, products (product codes), basket (the newest of them).
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
        # Only one shuffle: both groups find all rows of a customer in one partition.
        .repartition("entity_id")
        .groupBy("entity_id", "product_code")
        .agg((-F.unix_micros(F.max("ordered_at"))).alias("newest"))
    )
    newest_first = F.array_sort(F.collect_list(F.struct("newest", "product_code")))["product_code"]
    return had.groupBy("entity_id").agg(
        newest_first.alias("products"), F.slice(newest_first, 1, _PRODUCTS).alias("basket")
    )


def product_rules(baskets: DataFrame) -> DataFrame:
    """Return for each product the strongest rules about products that are ordered together with it.

    A rule needs at least five customers that ordered both, and a lift above 1: the product's customers order the
    other more often than all customers. The confidence is the share of the product's customers that ordered the other
    too. Ties go to more customers, then to the lexically first code.

    Args:
        baskets: baskets() of all customers, computed once.
    Returns:
        gold.product_rule.
    Source:
        Agrawal, Imielinski & Swami 1993, doi:10.1145/170035.170072.
    """
    together = (
        baskets.select("basket", F.explode("basket").alias("product_code"))
        .select("product_code", F.explode("basket").alias("other_code"))
        .groupBy("product_code", "other_code")
        .agg(F.count("*").alias("customers"))
        .where(F.col("customers") >= _SUPPORT)
    )
    # The pair of a product with itself has the number of its customers.
    alone = together.where("product_code = other_code")
    sold = alone.select("product_code", F.col("customers").alias("sold"))
    of_other = alone.select("other_code", F.col("customers").alias("of_other"))
    strength = F.row_number().over(
        Window.partitionBy("product_code").orderBy(F.desc("confidence"), F.desc("customers"), "other_code")
    )
    return (
        together.where("product_code <> other_code")
        .join(sold, "product_code")
        .join(of_other, "other_code")
        .crossJoin(F.broadcast(baskets.agg(F.count("*").alias("all_customers"))))
        .where("customers * all_customers > sold * of_other")
        .withColumn("confidence", F.col("customers") / F.col("sold"))
        .withColumn("strength", strength)
        .where(F.col("strength") <= _RULES)
        .select(*PRODUCT_RULE.names)
    )


def next_product(baskets: DataFrame, rules: DataFrame) -> DataFrame:
    """Return the product that a customer never ordered and that fits best with its orders.

    Args:
        baskets: baskets() of some customers.
        rules: gold.product_rule.
    Returns:
        entity_id, next_product (product code); customers without one have no row.
    """
    # Negative, so that the smallest is the strongest.
    rule = F.struct(
        (-F.col("confidence")).alias("confidence"), (-F.col("customers")).alias("customers"), "other_code"
    )
    of_product = rules.groupBy("product_code").agg(F.array_sort(F.collect_list(rule)).alias("rules"))
    # The strongest rule of a product for another that the customer does not have.
    offered = F.get(
        F.filter("rules", lambda rule: ~F.array_contains("products", rule["other_code"])), F.lit(0)
    )
    return (
        baskets.select("entity_id", "products", F.explode("basket").alias("product_code"))
        .join(F.broadcast(of_product), "product_code")
        .groupBy("entity_id")
        .agg(F.min(offered)["other_code"].alias("next_product"))
        .where("next_product IS NOT NULL")
    )
