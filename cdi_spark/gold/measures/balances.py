"""Open balances of customers: invoices and credit notes less payments."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.finance.money import minor_unit
from cdi_spark.schema import FACTOR, MONEY


def balances(timeline: DataFrame, payments: DataFrame, *, as_of: date) -> DataFrame:
    """Return the open and the overdue balance of each customer with an invoice.

    The open amount of an invoice is converted at the invoice's own rate: a rate that changed until it was paid leaves
    nothing open. A payment in another currency counts with its amount in the reporting currency. Payments for unknown
    or void invoices are ignored. Documents without a date are included.

    Args:
        timeline: gold.timeline.
        payments: silver.payment.
        as_of: the last day that is included; invoices that were due before it are overdue.
    Returns:
        entity_id, open_balance and overdue_balance (gold.measure).
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
    with_paid = (
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
    owed = with_paid.withColumn("owed", rounded - F.coalesce("paid_value", F.lit(0)))
    is_overdue = (F.col("due_on") < F.lit(as_of)) & (F.col("owed") > 0)
    overdue = F.try_sum(F.when(is_overdue | (F.col("owed") < 0), F.col("owed")))
    return owed.groupBy("entity_id").agg(
        F.try_sum("owed").try_cast(MONEY).alias("open_balance"),
        F.when(F.count("owed") > 0, F.greatest(F.coalesce(overdue, F.lit(0)), F.lit(0)))
        .try_cast(MONEY)
        .alias("overdue_balance"),
    )
