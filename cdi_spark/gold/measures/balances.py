"""What customers owe: invoices and credit notes less what was paid for them."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.finance.money import minor_unit
from cdi_spark.schema import FACTOR, MONEY


def balances(timeline: DataFrame, payments: DataFrame, *, as_of: date) -> DataFrame:
    """What is open and what is overdue of each customer's invoices.

    What is open of an invoice is told at the invoice's own rate, so that a rate which changed until it was paid leaves
    nothing open; what was paid in another currency counts by its amount in the reporting currency. A payment for
    an invoice that nobody knows, or that is void, counts for nothing. Documents without a day count.

    Args:
        timeline: gold.timeline.
        payments: silver.payment: what each is for.
        as_of: the last day that counts; overdue is what was due before it.
    Returns:
        entity_id, open_balance and overdue_balance (gold.measure), of customers with an invoice.
    """
    so_far = F.coalesce(F.to_date("happened_at") <= F.lit(as_of), F.lit(True))
    documents = timeline.where(so_far & ~F.col("is_void"))
    amounts = ("amount", "currency", "reporting_amount", "reporting_currency")
    invoices = documents.where("event = 'invoice' AND entity_id IS NOT NULL").select(
        F.col("event_id").alias("invoice_id"), "entity_id", F.col("ends_on").alias("due_on"), *amounts
    )
    paid = documents.where("event = 'payment'").select(
        F.col("event_id").alias("payment_id"),
        F.col("currency").alias("paid_in"),
        F.col("amount").alias("paid"),
        F.col("reporting_amount").alias("paid_value"),
    )
    paid = payments.select("payment_id", F.col("paid_invoice_id").alias("invoice_id")).join(
        paid, "payment_id"
    )
    is_same = F.col("paid_in").eqNullSafe(F.col("currency"))
    settled = (
        invoices.join(paid, "invoice_id", "left")
        .groupBy(*invoices.columns)
        .agg(
            F.try_sum(F.when(is_same, F.col("paid"))).alias("paid"),
            F.try_sum(F.when(~is_same, F.col("paid_value"))).alias("paid_value"),
        )
    )
    left = F.try_divide(F.expr("amount - coalesce(paid, 0)").try_cast(MONEY), F.col("amount")).try_cast(
        FACTOR
    )
    value = F.col("reporting_amount") * left
    unit = minor_unit(F.col("reporting_currency"))
    rounded = F.when(left == 1, F.col("reporting_amount")).otherwise(F.round(value / unit) * unit)
    owed = settled.withColumn("owed", rounded - F.coalesce("paid_value", F.lit(0)))
    is_overdue = (F.col("due_on") < F.lit(as_of)) & (F.col("owed") > 0)
    overdue = F.try_sum(F.when(is_overdue | (F.col("owed") < 0), F.col("owed")))
    return owed.groupBy("entity_id").agg(
        F.try_sum("owed").try_cast(MONEY).alias("open_balance"),
        F.when(F.count("owed") > 0, F.greatest(F.coalesce(overdue, F.lit(0)), F.lit(0)))
        .try_cast(MONEY)
        .alias("overdue_balance"),
    )
