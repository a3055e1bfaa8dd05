"""Every event table. A new one is one declaration in this folder, and its name in EVENT_TABLES."""

from cdi_spark.schema.event_table import EventTable
from cdi_spark.schema.events.contacts import CONSENT, INTERACTION, SUPPORT_CASE, USAGE
from cdi_spark.schema.events.documents import INVOICE, ORDER, ORDER_LINE, PAYMENT, SUBSCRIPTION

EVENT_TABLES: tuple[EventTable, ...] = (
    ORDER,
    ORDER_LINE,
    INVOICE,
    PAYMENT,
    SUBSCRIPTION,
    SUPPORT_CASE,
    USAGE,
    INTERACTION,
    CONSENT,
)

__all__ = [
    "CONSENT",
    "EVENT_TABLES",
    "INTERACTION",
    "INVOICE",
    "ORDER",
    "ORDER_LINE",
    "PAYMENT",
    "SUBSCRIPTION",
    "SUPPORT_CASE",
    "USAGE",
]
