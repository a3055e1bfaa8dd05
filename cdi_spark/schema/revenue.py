"""Where revenue comes from: views of gold by month, and by the touches that came before an order."""

from cdi_spark.schema.declare import (
    CURRENCY,
    DATE,
    ENTITY_ID,
    MONEY,
    STRING,
    Column,
    Table,
)

_DOCUMENTS = ("order", "invoice", "payment")


def _sum(amount: str, where: str = "true") -> str:
    return f"TRY_CAST(try_sum({amount}) FILTER (WHERE {where}) AS DECIMAL(18,3))"


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
            "invoice_value", MONEY, "sum of invoices less credit notes in the reporting currency, likewise"
        ),
        Column("payment_value", MONEY, "sum of payments less refunds in the reporting currency, likewise"),
        Column("reporting_currency", STRING, "the project's reporting currency, ISO 4217 code"),
    ),
    "SELECT CAST(date_trunc('MONTH', happened_at) AS DATE) AS month, entity_id, currency, "
    + "".join(f"{_sum('amount', f'event = {d!r}')} AS {d}_amount, " for d in _DOCUMENTS)
    + "".join(f"{_sum('reporting_amount', f'event = {d!r}')} AS {d}_value, " for d in _DOCUMENTS)
    + "reporting_currency FROM gold.timeline "
    f"WHERE event IN {_DOCUMENTS} AND NOT is_void GROUP BY month, entity_id, currency, reporting_currency",
)

# A touch counts for orders of so many days after it.
_LOOK_BACK = 90
_TOUCHED = (
    "SELECT o.order_id, o.entity_id, o.reporting_amount AS amount, i.channel, i.campaign, r.minor_unit, "
    "row_number() OVER (PARTITION BY o.order_id ORDER BY i.occurred_at, i.interaction_id) AS place, "
    "count(*) OVER (PARTITION BY o.order_id) AS touches "
    "FROM gold.order o "
    "LEFT JOIN (SELECT minor_unit FROM gold.conversion WHERE day IS NULL) r ON true "
    "LEFT JOIN gold.interaction i ON i.entity_id = o.entity_id AND i.occurred_at <= o.ordered_at "
    f"AND datediff(o.ordered_at, i.occurred_at) <= {_LOOK_BACK} "
    "AND coalesce(i.channel, i.campaign) IS NOT NULL "
    "WHERE NOT coalesce(o.is_void, false)"
)
# Shares are rounded down to the minor unit; the last touch has what they leave, so that none is lost.
_SHARED = (
    "SELECT *, CAST(floor(amount / touches / minor_unit) * minor_unit AS DECIMAL(18,3)) AS share "
    f"FROM ({_TOUCHED})"
)
ATTRIBUTION = Table(
    "gold.attribution",
    "One row per order, and channel and campaign that touched its customer in the 90 days before, void orders left "
    "out; each model's amounts of an order add up to it; an order without a touch is one row without a channel",
    ("order_id", "channel", "campaign"),
    (
        Column("order_id", STRING, "<source>:<key> of the order", "pseudonym"),
        ENTITY_ID,
        Column("channel", STRING, "channel of the interactions"),
        Column("campaign", STRING, "campaign of the interactions"),
        Column("first_touch", MONEY, "the order, if its first touch was here, in the reporting currency"),
        Column("last_touch", MONEY, "the order, if its last touch was here, in the reporting currency"),
        Column(
            "linear",
            MONEY,
            "an equal share of the order for each touch here, in the reporting currency, rounded down to the minor "
            "unit; the order's last touch has the rest",
        ),
    ),
    "SELECT order_id, entity_id, channel, campaign, "
    f"{_sum('IF(place = 1, amount, 0 * amount)')} AS first_touch, "
    f"{_sum('IF(place = touches, amount, 0 * amount)')} AS last_touch, "
    f"{_sum('IF(place = touches, amount - (touches - 1) * share, share)')} AS linear "
    f"FROM ({_SHARED}) GROUP BY order_id, entity_id, channel, campaign",
)
