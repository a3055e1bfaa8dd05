"""What a customer may buy next: what others ordered beside the products that it has."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.schema import PRODUCT_RULE

# Two products belong together when so many customers ordered both.
_SUPPORT = 5
# Of a customer the newest products count, and of a product the strongest rules: both bound the pairs there are.
_PRODUCTS, _RULES = 50, 20


def baskets(timeline: DataFrame, lines: DataFrame, *, as_of: date) -> DataFrame:
    """What customers ordered.

    Args:
        timeline: gold.timeline; orders that are void or without a day, and later ones, count for nothing.
        lines: silver.order_line.
        as_of: the last day that counts.
    Returns:
        entity_id, products (product_codes), basket: the newest of them.
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
    return had.groupBy("entity_id").agg(
        newest_first.alias("products"), F.slice(newest_first, 1, _PRODUCTS).alias("basket")
    )


def product_rules(baskets: DataFrame) -> DataFrame:
    """Which products go with which: the strongest rules of each.

    Of the products that at least five customers ordered beside it, and its customers oftener than all (lift above 1),
    those with the greatest confidence: the share of the one product's customers that ordered the other too. Ties go
    to more customers, then to the lexically first code.

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
    # A product beside itself tells how many customers have it.
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
        .crossJoin(F.broadcast(baskets.agg(F.count("*").alias("everybody"))))
        .where("customers * everybody > sold * of_other")
        .withColumn("confidence", F.col("customers") / F.col("sold"))
        .withColumn("strength", strength)
        .where(F.col("strength") <= _RULES)
        .select(*PRODUCT_RULE.names)
    )


def next_product(baskets: DataFrame, rules: DataFrame) -> DataFrame:
    """The product that goes best with what a customer ordered, and that it never ordered.

    Args:
        baskets: baskets() of some customers.
        rules: gold.product_rule.
    Returns:
        entity_id, next_product (product_code); no row of a customer for whom there is none.
    """
    # Negative, so that the least is the strongest.
    rule = F.struct(
        (-F.col("confidence")).alias("confidence"), (-F.col("customers")).alias("customers"), "other_code"
    )
    of_product = rules.groupBy("product_code").agg(F.array_sort(F.collect_list(rule)).alias("rules"))
    # The strongest rule of a product that leads to one which the customer has not.
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
