"""What customers did: views of gold over silver, with the customer that each record belongs to."""

from collections.abc import Sequence

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
from cdi_spark.schema.event_table import EventTable, TimelineEntry
from cdi_spark.schema.events import EVENT_TABLES
from cdi_spark.schema.revenue import ATTRIBUTION, REVENUE
from cdi_spark.schema.view_sql import view_sql

CONVERSION = Table(
    "gold.conversion",
    "One row per currency and day: the value of one unit in the project's reporting currency",
    ("currency", "day"),
    (
        Column("currency", STRING, "ISO 4217 code"),
        Column("day", DATE, "day; null for the reporting currency itself, whose factor is always 1"),
        Column("to_currency", STRING, "the reporting currency, ISO 4217 code"),
        Column("factor", FACTOR, "units of the reporting currency for one unit, by the last known rate"),
        Column("minor_unit", "decimal(4,3)", "smallest unit of the reporting currency"),
    ),
)
REPORTED = (
    Column(
        "reporting_amount",
        MONEY,
        "amount in the reporting currency, rounded half up to the minor unit, by the last rate known on its "
        "day, at most a year old; null where there is none",
    ),
    Column("reporting_currency", STRING, "the project's reporting currency, ISO 4217 code"),
)


def mart_of(events: EventTable) -> Table:
    """Return the gold view of an event table: the entity that each event's record is in now, and its silver columns."""
    columns = ", ".join(f"e.`{column}`" for column in events.names)
    more: tuple[Column, ...] = ()
    if events.priced_on:
        more = REPORTED
        view = view_sql("document", columns=columns, events=events.name, **_converted(events.priced_on))
    else:
        view = view_sql("event", columns=columns, events=events.name)
    comment = f"{events.comment}, with its customer"
    return Table(f"gold.{events.short}", comment, events.key, (ENTITY_ID, *events.columns, *more), view)


_TIMELINE = (
    Column("event", STRING, "event table: order, invoice, payment, subscription, support_case, …"),
    Column("event_id", STRING, "<source>:<key> of the event", "pseudonym"),
    Column("what", STRING, "what happened: placed, credit_note, refund, started, ended, opened, closed, …"),
    Column("happened_at", TIMESTAMP, "when, UTC; midnight where the source gives a day"),
    Column(
        "ends_on",
        DATE,
        "due date of an invoice, last day of a subscription, day on which a support case was closed",
    ),
    Column("channel", STRING, "channel of an interaction or consent, method of a payment"),
    Column("campaign", STRING, "campaign of an interaction"),
    STATUS,
    Column("is_void", BOOLEAN, "true where the source cancelled it, so that no sum or count includes it"),
    Column("subject", STRING, "plan, subject line or purpose; free text: may name people", "identifier"),
    Column("score", DOUBLE, "answer to a survey, in the unit that the source has"),
    AMOUNT,
    CURRENCY,
)


def timeline_of(tables: Sequence[EventTable]) -> Table:
    """Return the gold view of everything that happened to customers, from the entries that event tables declare."""
    parts = [_entries(table, entry) for table in tables for entry in table.timeline]
    columns = ", ".join(f"e.`{column.name}`" for column in _TIMELINE)
    return Table(
        "gold.timeline",
        "One row per event on one time axis, with its customer; an event with an end has two rows",
        ("event", "event_id", "what"),
        (ENTITY_ID, RECORD_ID, *_TIMELINE, *REPORTED, CONTENT_HASH),
        view_sql("timeline", columns=columns, events=" UNION ALL ".join(parts), **_converted("happened_at")),
    )


def _converted(day: str) -> dict[str, str]:
    """Return the parts of a view that convert an event's amount by the rate of a day.

    Args:
        day: the event's column with the day.
    """
    return {
        "reporting_amount": view_sql("reporting_amount", folder="view_parts"),
        "rates": view_sql("rates", folder="view_parts", day=f"e.{day}"),
    }


def _entries(table: EventTable, entry: TimelineEntry) -> str:
    """Return the SQL of one entry of an event table; columns that it does not give are null."""
    sql = {
        "event": f"'{table.short}'",
        "event_id": table.key[0],
        "is_void": "false",
        "what": entry.what,
        "happened_at": entry.happened_at,
        **entry.also,
    }
    columns = ", ".join(f"CAST({sql.get(c.name, 'NULL')} AS {c.type}) AS `{c.name}`" for c in _TIMELINE)
    return f"SELECT record_id, {columns}, content_hash FROM {table.name} WHERE {entry.where}"


TIMELINE = timeline_of(EVENT_TABLES)
FINANCE = Table(
    "gold.finance",
    "One row per kind of document, month and currency: the documents of gold and those booked in the ledger",
    ("document", "month", "currency"),
    (
        Column("document", STRING, "order, invoice or payment"),
        Column("month", DATE, "first day of the month"),
        CURRENCY,
        Column("gold_amount", MONEY, "sum of gold's documents, in `currency`, void ones left out"),
        Column("unattributed_amount", MONEY, "part of gold_amount without a customer, in `currency`"),
        Column(
            "ledger_amount",
            MONEY,
            "sum of the documents booked in the ledger, in `currency`; null where there are none",
        ),
    ),
    view_sql("finance"),
)
MARTS = (*map(mart_of, EVENT_TABLES), TIMELINE, FINANCE, REVENUE, ATTRIBUTION)
