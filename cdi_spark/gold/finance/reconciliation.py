"""Reconciliation of gold with the ledger: every booked document must match to the cent."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.errors import GateError

# How many differing documents an error lists.
_LISTED = 10


def differences(timeline: DataFrame, ledger: DataFrame) -> DataFrame:
    """Return the documents that differ between gold and the ledger.

    Only the kinds of documents that the ledger has are compared, from its first day to its last: newer documents are
    not booked yet. Documents in gold that are void, or have no amount or currency, are ignored.

    Args:
        timeline: gold.timeline.
        ledger: silver.ledger_entry; the entries of a document are summed.
    Returns:
        document (order, invoice or payment), document_id, currency, gold_amount, ledger_amount; null if missing.
    """
    key = ["document", "document_id", "currency"]
    booked = ledger.groupBy(key).agg(F.sum("amount").alias("ledger_amount"))
    span = ledger.groupBy("document").agg(
        F.min("booked_on").alias("first_on"), F.max("booked_on").alias("last_on")
    )
    counts = ~F.col("is_void") & F.col("amount").isNotNull() & F.col("currency").isNotNull()
    documents = timeline.where(counts).select(
        F.col("event").alias("document"),
        F.col("event_id").alias("document_id"),
        "currency",
        "amount",
        "happened_at",
    )
    in_span = F.to_date("happened_at").between(F.col("first_on"), F.col("last_on"))
    in_gold = (
        documents.join(F.broadcast(span), "document")
        .groupBy(*key)
        .agg(F.sum("amount").alias("gold_amount"), F.bool_or(in_span).alias("in_span"))
    )
    return (
        in_gold.join(booked, key, "full_outer")
        # A document may be booked on another date than its own.
        .where("NOT gold_amount <=> ledger_amount AND (ledger_amount IS NOT NULL OR in_span)")
        .select(*key, "gold_amount", "ledger_amount")
    )


def check_against_ledger(timeline: DataFrame, ledger: DataFrame) -> None:
    """Check gold against the ledger.

    Raises:
        GateError: lists documents by their ids in their sources, and how many differ.
    """
    found = differences(timeline, ledger)
    first = found.orderBy("document", "document_id").limit(_LISTED).collect()
    if not first:
        return
    listed = "; ".join(f"{row['document']} {row['document_id']} {_difference(row)}" for row in first)
    raise GateError(
        f"gold and the ledger differ in {found.count():,} documents: {listed}. Fix the source, the ledger extract or "
        "the quarantined rows, then run again."
    )


def _difference(row: Row) -> str:
    """Describe a difference without its amounts, which are a customer's values."""
    if row["gold_amount"] is None:
        return "is only in the ledger"
    return "is not in the ledger" if row["ledger_amount"] is None else "has another amount in the ledger"
