"""What customers did: views of gold over silver, at the customer that each record belongs to."""

from cdi_spark.schema.declare import (
    AMOUNT,
    BOOLEAN,
    CONTENT_HASH,
    CURRENCY,
    DATE,
    DOUBLE,
    ENTITY_ID,
    FACTOR,
    MONEY,
    RECORD_ID,
    STATUS,
    STRING,
    TIMESTAMP,
    Column,
    Table,
)
from cdi_spark.schema.revenue import ATTRIBUTION, REVENUE
from cdi_spark.schema.silver import EVENT_TABLES
from cdi_spark.schema.view_sql import view_sql

CONVERSION = Table(
    "gold.conversion",
    "One row per currency and day: what a unit is worth in the project's reporting currency",
    ("currency", "day"),
    (
        Column("currency", STRING, "ISO 4217 code"),
        Column("day", DATE, "day; null for the reporting currency itself, which is worth 1 on all days"),
        Column("to_currency", STRING, "the reporting currency, ISO 4217 code"),
        Column("factor", FACTOR, "units of the reporting currency for one unit, by the last rate known"),
        Column("minor_unit", "decimal(4,3)", "smallest unit of the reporting currency"),
    ),
)
REPORTED = (
    Column(
        "reporting_amount",
        MONEY,
        "the amount in the reporting currency, at the last rate known on its day, of the year before, rounded half "
        "up to the minor unit; null where there is none",
    ),
    Column("reporting_currency", STRING, "the project's reporting currency, ISO 4217 code"),
)
# The day of an event whose amount is told in the reporting currency too.
_PRICED_ON = {"order": "ordered_at", "invoice": "issued_on", "payment": "paid_on"}


def _mart(event: Table) -> Table:
    """The gold view of an event: its silver columns, and in front the entity that its record is in now."""
    short = event.name.removeprefix("silver.")
    columns = ", ".join(f"e.`{column}`" for column in event.names)
    more: tuple[Column, ...] = ()
    if short in _PRICED_ON:
        more = REPORTED
        view = view_sql("document", columns=columns, events=event.name, day=_PRICED_ON[short])
    else:
        view = view_sql("event", columns=columns, events=event.name)
    comment = f"{event.comment}, with its customer"
    return Table(f"gold.{short}", comment, event.key, (ENTITY_ID, *event.columns, *more), view)


_TIMELINE = (
    Column("event", STRING, "the event table: order, invoice, payment, subscription, support_case, …"),
    Column("event_id", STRING, "<source>:<key> of the event", "pseudonym"),
    Column("what", STRING, "what happened: placed, credit_note, refund, started, ended, opened, closed, …"),
    Column("happened_at", TIMESTAMP, "when, UTC; midnight where the source gives a day"),
    Column(
        "ends_on", DATE, "due date of an invoice, last day of a subscription, day on which a case was closed"
    ),
    Column("channel", STRING, "channel of an interaction or consent, method of a payment"),
    Column("campaign", STRING, "campaign of an interaction"),
    STATUS,
    Column("is_void", BOOLEAN, "the source took it back: it counts for nothing"),
    Column("subject", STRING, "plan, subject line or purpose; free text: may name people", "identifier"),
    Column("score", DOUBLE, "answer of a survey, in the unit that the source has"),
    AMOUNT,
    CURRENCY,
)
_DOCUMENT = {
    "status": "status",
    "is_void": "coalesce(is_void, false)",
    "amount": "amount",
    "currency": "currency",
}
# What a row of each event table tells, as SQL, and where it does; what is not said is null.
_TOLD: list[tuple[str, str, dict[str, str]]] = [
    ("order", "true", {**_DOCUMENT, "what": "'placed'", "happened_at": "ordered_at"}),
    ("invoice", "true", {**_DOCUMENT, "what": "kind", "happened_at": "issued_on", "ends_on": "due_on"}),
    ("payment", "true", {**_DOCUMENT, "what": "kind", "happened_at": "paid_on", "channel": "method"}),
    (
        "subscription",
        "true",
        {"what": "'started'", "happened_at": "started_on", "ends_on": "ended_on", "status": "status",
         "subject": "plan", "amount": "amount", "currency": "currency"},
    ),
    (
        "subscription",
        "ended_on IS NOT NULL",
        {"what": "'ended'", "happened_at": "ended_on", "status": "status", "subject": "plan"},
    ),
    (
        "support_case",
        "true",
        {"what": "'opened'", "happened_at": "opened_at", "ends_on": "closed_at", "status": "status",
         "subject": "subject"},
    ),
    (
        "support_case",
        "closed_at IS NOT NULL",
        {"what": "'closed'", "happened_at": "closed_at", "status": "status", "subject": "subject"},
    ),
    ("usage", "true", {"what": "name", "happened_at": "occurred_at"}),
    (
        "interaction",
        "true",
        {"what": "kind", "happened_at": "occurred_at", "channel": "channel", "campaign": "campaign",
         "subject": "subject", "score": "score"},
    ),
    (
        "consent",
        "true",
        {"what": "IF(granted, 'granted', 'refused')", "happened_at": "given_at", "channel": "channel",
         "subject": "purpose"},
    ),
]  # fmt: skip


def _timeline() -> Table:
    """All that happened to customers, out of all event tables."""
    parts = []
    for event, where, told in _TOLD:
        said = {"event": f"'{event}'", "event_id": f"{event}_id", "is_void": "false", **told}
        columns = [f"CAST({said.get(c.name, 'NULL')} AS {c.type}) AS `{c.name}`" for c in _TIMELINE]
        parts.append(
            f"SELECT record_id, {', '.join(columns)}, content_hash FROM silver.{event} WHERE {where}"
        )
    return Table(
        "gold.timeline",
        "One row per thing that happened, with its customer",
        ("event", "event_id", "what"),
        (ENTITY_ID, RECORD_ID, *_TIMELINE, *REPORTED, CONTENT_HASH),
        view_sql("timeline", events=" UNION ALL ".join(parts)),
    )


TIMELINE = _timeline()
FINANCE = Table(
    "gold.finance",
    "One row per kind of document, month and currency: what gold holds beside what the ledger has booked",
    ("document", "month", "currency"),
    (
        Column("document", STRING, "order, invoice or payment"),
        Column("month", DATE, "first day of the month"),
        CURRENCY,
        Column("gold_amount", MONEY, "sum of gold's documents, in `currency`, void ones left out"),
        Column("unattributed_amount", MONEY, "of it, documents of nobody known, in `currency`"),
        Column(
            "ledger_amount",
            MONEY,
            "sum of what the ledger has booked, in `currency`; null where it has nothing",
        ),
    ),
    view_sql("finance"),
)
MARTS = (*(_mart(event) for event in EVENT_TABLES), TIMELINE, FINANCE, REVENUE, ATTRIBUTION)
