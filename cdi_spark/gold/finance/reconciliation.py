"""Gold against finance: every document that the ledger has booked, to the cent."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.errors import GateError

# So many documents are named where gold and ledger differ.
_NAMED = 10


def differences(timeline: DataFrame, ledger: DataFrame) -> DataFrame:
    """Documents of which gold and the ledger do not hold the same.

    Compared are the kinds of documents that the ledger has, from its first day to its last: what is newer is not
    booked yet. Void documents, and those without an amount or a currency, are nothing in gold.

    Args:
        timeline: gold.timeline.
        ledger: silver.ledger_entry; several entries of one document are added up.
    Returns:
        document (order, invoice or payment), document_id, currency, gold_amount, ledger_amount (null: not there).
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
    held = (
        documents.join(F.broadcast(span), "document")
        .groupBy(*key)
        .agg(F.sum("amount").alias("gold_amount"), F.bool_or(in_span).alias("in_span"))
    )
    return (
        held.join(booked, key, "full_outer")
        # Booked on a day of its own, a document is the same all the same.
        .where("NOT gold_amount <=> ledger_amount AND (ledger_amount IS NOT NULL OR in_span)")
        .select(*key, "gold_amount", "ledger_amount")
    )


def check_against_ledger(timeline: DataFrame, ledger: DataFrame) -> None:
    """Refuse gold that does not hold what finance has booked.

    Raises:
        GateError: names documents, by their ids in their sources, and how many there are.
    """
    found = differences(timeline, ledger)
    named = found.orderBy("document", "document_id").limit(_NAMED).collect()
    if not named:
        return
    told = "; ".join(f"{row['document']} {row['document_id']} {_how(row)}" for row in named)
    raise GateError(
        f"gold and the ledger do not hold the same of {found.count():,} documents: {told}. Mend the source, the "
        "ledger extract or what quarantine holds of them, and run again."
    )


def _how(row: Row) -> str:
    """Without the amounts, which are a customer's."""
    if row["gold_amount"] is None:
        return "is booked only"
    return "is not booked" if row["ledger_amount"] is None else "is booked with another amount"
