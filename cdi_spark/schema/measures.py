"""Measures of customers, the statistics behind them, and money by month."""

from cdi_spark.schema.declare import (
    CURRENCY,
    DATE,
    DOUBLE,
    DOUBLES,
    ENTITY_ID,
    INT,
    LONG,
    MONEY,
    STRING,
    STRINGS,
    Column,
    Table,
)

MEASURE = Table(
    "gold.measure",
    "One row per customer: measures of value, activity and risk as of a date, from gold.timeline, gold.invoice, "
    "gold.payment and gold.order_line; leaves out void documents, later events and, except in balances, events without "
    "a date; purchases are orders, plus the invoices of customers that never ordered (or all invoices where "
    "project.yml says that orders are not invoiced), less credit notes; without events counts are 0, other measures "
    "null",
    ("entity_id",),
    (
        ENTITY_ID,
        Column("as_of", DATE, "last day that is included"),
        Column("recency_days", INT, "days since the last order or invoice"),
        Column("frequency", LONG, "number of purchases to date, credit notes left out"),
        Column(
            "monetary_value",
            MONEY,
            "purchases of the last 365 days less credit notes, in the reporting currency; null where the customer "
            "never bought",
        ),
        Column(
            "lifetime_value",
            MONEY,
            "purchases to date less credit notes, in the reporting currency; payments and refunds are not "
            "included",
        ),
        Column(
            "lifetime_value_forecast",
            MONEY,
            "expected purchases less credit notes of the next 365 days, in the reporting currency, by a Tweedie "
            "regression over the past; null where last year's value predicts as well (see ops.metric)",
        ),
        Column(
            "churn_risk",
            DOUBLE,
            "probability, 0 to 1, that the customer neither orders, is invoiced, pays, subscribes nor uses "
            "anything in the next 365 days, by a logistic regression over the past; null where the customer did "
            "none of it in the last 365 days, and where recency alone predicts as well (see ops.metric)",
        ),
        Column(
            "churn_drivers",
            STRINGS,
            "what raises churn_risk most above the average, strongest first, at most three",
        ),
        Column(
            "open_balance",
            MONEY,
            "invoices and credit notes less the payments for them (paid_invoice_id), in the reporting currency at "
            "the invoice's rate; negative where the customer has credit",
        ),
        Column(
            "overdue_balance",
            MONEY,
            "part of open_balance whose due_on is before as_of, in the reporting currency; credit notes and "
            "overpayments reduce it first; not below 0",
        ),
        Column(
            "usage_trend",
            DOUBLE,
            "growth of usage as a share: events of the last 90 days over those of the 90 days before, less 1; null "
            "where there were none before",
        ),
        Column("cases_90d", LONG, "number of support cases opened in the last 90 days"),
        Column(
            "satisfaction",
            DOUBLE,
            "mean score of the last 365 days, in the unit that the source has",
        ),
        Column(
            "rfm",
            STRING,
            "recency, frequency and monetary value as fifths of all customers that ever bought, 5 is best, such "
            "as 5-3-4; equal values are in one fifth",
        ),
        Column(
            "rfm_segment",
            STRING,
            "champion (recency and frequency 4 or 5), loyal (3 and more), promising (recency 4 or 5), wavering (3), "
            "not to lose (frequency and value 4 or 5), at risk (frequency 3 and more) or dormant",
        ),
        Column("segments", STRINGS, "segments of the customer, as project.yml defines them"),
        Column(
            "next_product",
            STRING,
            "product_code that the customer never ordered and that buyers of the same products most often order "
            "too, more often than all customers do",
        ),
    ),
)
POPULATION_STATISTICS = Table(
    "gold.population_statistics",
    "One row: the limits, averages and models over all customers that gold.measure is computed with; "
    "recomputed when the date, conf or events changed, so that a record that moves changes the measures "
    "of its customers only",
    ("made_from",),
    (
        Column("made_from", STRING, "hash of the date and the conf that the row is computed for"),
        Column(
            "average_year",
            DOUBLE,
            "mean value of the last 365 days of all customers that ever bought, in the reporting currency; null "
            "where it is not above 0",
        ),
        Column(
            "recency_limits",
            DOUBLES,
            "days that divide the customers that ever bought into fifths by recency",
        ),
        Column("frequency_limits", DOUBLES, "numbers of purchases that divide them by frequency"),
        Column("value_limits", DOUBLES, "values, in the reporting currency, that divide them by value"),
        Column("churn_model", STRING, "model of churn_risk as JSON; null where none is published"),
        Column(
            "value_model",
            STRING,
            "model of lifetime_value_forecast as JSON; null where none is published",
        ),
    ),
)
PRODUCT_RULE = Table(
    "gold.product_rule",
    "One row per product and product that goes with it: at least five customers ordered both, and the "
    "product's customers order the other more often than all customers do; the 20 of highest confidence "
    "per product",
    ("product_code", "other_code"),
    (
        Column("product_code", STRING, "product"),
        Column("other_code", STRING, "product_code of the other product"),
        Column(
            "confidence",
            DOUBLE,
            "share, 0 to 1, of the product's customers that ordered the other product too",
        ),
        Column("customers", LONG, "customers that ordered both"),
    ),
)
CASH_FLOW = Table(
    "gold.cash_flow",
    "One row per month and currency: what was invoiced, paid and refunded, and what is expected in the "
    "next 3 months",
    ("month", "currency"),
    (
        Column("month", DATE, "first day of the month"),
        CURRENCY,
        Column(
            "invoiced",
            MONEY,
            "invoices less credit notes, by day of issue, in `currency`, void ones left out",
        ),
        Column("paid", MONEY, "payments, in `currency`, void ones left out"),
        Column("refunded", MONEY, "refunds, in `currency`, void ones left out; negative"),
        Column(
            "forecast",
            MONEY,
            "expected payments less refunds, in `currency`: the mean of the same month a year before and of an "
            "average month of the year that ended three months before; null where the baseline predicts as well "
            "(see ops.metric)",
        ),
        Column("baseline", MONEY, "payments less refunds of the same month a year before, in `currency`"),
    ),
)
