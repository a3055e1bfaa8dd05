"""Where revenue comes from: views of gold by month, and by the interactions before an order."""

from cdi_spark.schema.declare import CURRENCY, DATE, ENTITY_ID, MONEY, STRING, Column, Table
from cdi_spark.schema.view_sql import view_sql

REVENUE = Table(
    "gold.revenue",
    "One row per month, customer and currency: what was ordered, invoiced and paid, void documents left out; orders "
    "and invoices may be the same sales",
    ("month", "entity_id", "currency"),
    (
        Column("month", DATE, "first day of the month; null where a document has no day"),
        ENTITY_ID,
        CURRENCY,
        Column("order_amount", MONEY, "sum of orders, in `currency`"),
        Column("invoice_amount", MONEY, "sum of invoices less credit notes, in `currency`"),
        Column("payment_amount", MONEY, "sum of payments less refunds, in `currency`"),
        Column("order_value", MONEY, "sum of orders in the reporting currency; null where no rate is known"),
        Column(
            "invoice_value",
            MONEY,
            "sum of invoices less credit notes in the reporting currency; null where no rate is known",
        ),
        Column(
            "payment_value",
            MONEY,
            "sum of payments less refunds in the reporting currency; null where no rate is known",
        ),
        Column("reporting_currency", STRING, "the project's reporting currency, ISO 4217 code"),
    ),
    view_sql("revenue"),
)
ATTRIBUTION = Table(
    "gold.attribution",
    'One row per order, channel and campaign of an interaction ("touch") in the 90 days before the order, '
    "void orders left out; the amounts of each model add up to the order; an order without a touch has "
    "one row without a channel",
    ("order_id", "channel", "campaign"),
    (
        Column("order_id", STRING, "<source>:<key> of the order", "pseudonym"),
        ENTITY_ID,
        Column("channel", STRING, "channel of the interactions"),
        Column("campaign", STRING, "campaign of the interactions"),
        Column(
            "first_touch",
            MONEY,
            "amount of the order where this was its first touch, in the reporting currency",
        ),
        Column(
            "last_touch",
            MONEY,
            "amount of the order where this was its last touch, in the reporting currency",
        ),
        Column(
            "linear",
            MONEY,
            "equal share of the order's amount per touch, in the reporting currency, rounded down to the minor "
            "unit; the last touch gets the rest",
        ),
    ),
    view_sql("attribution"),
)
