"""What customers are worth, how they are doing and what may come: one row per customer, and money by month."""

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

_PURCHASES = (
    "purchases are orders, and invoices of who never ordered, or both where project.yml says that orders are not "
    "invoiced; less credit notes"
)
MEASURE = Table(
    "gold.measure",
    "One row per customer: measures of value, activity and risk as of a day, from gold.timeline, gold.invoice, "
    "gold.payment and gold.order_line; void documents, what is later and, but for balances, what has no day are left "
    f"out; {_PURCHASES}; counts are 0 where there is nothing, other measures null",
    ("entity_id",),
    (
        ENTITY_ID,
        Column("as_of", DATE, "last day that counts"),
        Column("recency_days", INT, "days since the last order or invoice"),
        Column("frequency", LONG, "number of purchases to date, credit notes left out"),
        Column(
            "monetary_value",
            MONEY,
            "purchases of the last 365 days less credit notes, in the reporting currency; null for who never bought",
        ),
        Column(
            "lifetime_value",
            MONEY,
            "purchases to date less credit notes, in the reporting currency; payments and refunds move money and are "
            "no part of it",
        ),
        Column(
            "lifetime_value_forecast",
            MONEY,
            "purchases less credit notes expected in the next 365 days, in the reporting currency, by a Tweedie "
            "regression over the past; null where ops.metric says that last year's value tells as much",
        ),
        Column(
            "churn_risk",
            DOUBLE,
            "probability, 0 to 1, that the customer neither orders, is invoiced, pays, subscribes nor uses anything in "
            "the next 365 days, by a logistic regression over the past; null for who did nothing of it in the last "
            "365 days, and where ops.metric says that recency tells as much",
        ),
        Column(
            "churn_drivers",
            STRINGS,
            "what raises churn_risk most over the average, at most three, most first",
        ),
        Column(
            "open_balance",
            MONEY,
            "invoices and credit notes less what was paid for them (paid_invoice_id), in the reporting currency at the "
            "invoice's rate; below 0 the customer is owed",
        ),
        Column(
            "overdue_balance",
            MONEY,
            "of it, invoices whose due_on is before as_of, less credit notes and overpayments, which settle them "
            "first; not below 0; in the reporting currency",
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
            "recency, frequency and monetary value as fifths of all who ever bought, 5 is best, as 5-3-4; equal values "
            "are in one fifth",
        ),
        Column(
            "rfm_segment",
            STRING,
            "champion (recency and frequency 4 or 5), loyal (3 and more), promising (recency 4 or 5), wavering (3), "
            "not to lose (frequency and value 4 or 5), at risk (frequency 3 and more) or dormant",
        ),
        Column(
            "segments", STRINGS, "segments that the customer is in, as project.yml names and defines them"
        ),
        Column(
            "next_product",
            STRING,
            "product_code that most of those who ordered one of the customer's products ordered too, more often than "
            "all customers do, and this one never",
        ),
    ),
)
POPULATION_STATISTICS = Table(
    "gold.population_statistics",
    "One row: what gold.measure tells all customers by; made anew when the day, conf or what happened is another, so "
    "that records which change hands change the measures of their customers only",
    ("made_from",),
    (
        Column("made_from", STRING, "hash of the day and of conf that the row holds for"),
        Column(
            "average_year",
            DOUBLE,
            "mean value of the last 365 days of all who ever bought, in the reporting currency; null where it is not "
            "above 0",
        ),
        Column("recency_limits", DOUBLES, "days that divide who ever bought into fifths by recency"),
        Column("frequency_limits", DOUBLES, "numbers of purchases that divide them by frequency"),
        Column("value_limits", DOUBLES, "values, in the reporting currency, that divide them by value"),
        Column("churn_model", STRING, "the model of churn_risk as JSON; null where none is published"),
        Column(
            "value_model",
            STRING,
            "the model of lifetime_value_forecast as JSON; null where none is published",
        ),
    ),
)
PRODUCT_RULE = Table(
    "gold.product_rule",
    "One row per product and one that goes with it: ordered by the same customers, at least five, and by the product's "
    "customers oftener than by all; the 20 with the greatest confidence",
    ("product_code", "other_code"),
    (
        Column("product_code", STRING, "the product"),
        Column("other_code", STRING, "product_code of the other"),
        Column("confidence", DOUBLE, "share, 0 to 1, of the product's customers that ordered the other too"),
        Column("customers", LONG, "customers that ordered both"),
    ),
)
CASH_FLOW = Table(
    "gold.cash_flow",
    "One row per month and currency: what was invoiced, paid and refunded, and what is expected of the next 3 months",
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
            "payments less refunds expected, in `currency`: the mean of what the month brought a year before and of an "
            "average month of the year that ended three months before; null where ops.metric says that the baseline "
            "was no worse",
        ),
        Column("baseline", MONEY, "payments less refunds of the same month a year before, in `currency`"),
    ),
)
