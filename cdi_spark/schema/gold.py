"""Golden records, the values behind them, and the states of customers."""

from cdi_spark.schema.declare import (
    BOOLEAN,
    DATE,
    DOUBLE,
    ENTITY_ID,
    LONG,
    RECORD_ID,
    STRING,
    STRINGS,
    TIMESTAMP,
    Column,
    Table,
)
from cdi_spark.schema.event_table import EventTable, SummaryOf
from cdi_spark.schema.events import EVENT_TABLES
from cdi_spark.schema.silver import ATTRIBUTES, BIRTH_DATE_PRECISION

_CONTACT = (
    f"struct<kind:{STRING},value:{STRING},records:{LONG},last_confirmed_at:{TIMESTAMP},is_stale:{BOOLEAN}>"
)


_ANSWERS = [s.column for t in EVENT_TABLES for s in t.summary if s.of is SummaryOf.ANSWERS]
_SUMMARIES = [s.column for t in EVENT_TABLES for s in t.summary if s.of is not SummaryOf.ANSWERS]

CUSTOMER_360 = Table(
    "gold.customer_360",
    "One row per customer: the golden record and what the customer did",
    ("entity_id",),
    (
        ENTITY_ID,
        Column("state", STRING, "state of the customer, as project.yml defines it"),
        Column("state_since", DATE, "first day of the state; null where it is unknown"),
        Column(
            "state_until",
            DATE,
            "day on which the next state begins if nothing else happens; null where none is expected",
        ),
        *ATTRIBUTES,
        BIRTH_DATE_PRECISION,
        Column(
            "preferred_email",
            STRING,
            "e-mail address that was confirmed last; of equals, the one in most records",
            "identifier",
        ),
        Column(
            "preferred_phone",
            STRING,
            "phone number that was confirmed last, mobile numbers first; of equals, the one in most records",
            "identifier",
        ),
        Column(
            "contacts",
            f"array<{_CONTACT}>",
            "every email, phone and address, with the number of records that have it and when one of them last "
            "changed (UTC); is_stale: other records of the customer changed two years or more after that",
            "identifier",
        ),
        *_ANSWERS,
        Column("record_count", LONG, "number of source records of the customer"),
        Column("sources", STRINGS, "sources that have a record of the customer"),
        Column(
            "weakest_link",
            DOUBLE,
            "match weight of the weakest link that joins the customer's records, bits; null for a single record, "
            "where stewards or rules decided, and where only the joint evidence of all records joins them",
        ),
        Column(
            "confidence",
            DOUBLE,
            "probability that the weakest link is right, 0 to 1; 1 where stewards or rules decided; null for a "
            "single record, and where only the joint evidence of all records joins them",
        ),
        Column("first_updated_at", TIMESTAMP, "oldest change of a record of the customer, UTC"),
        Column("last_updated_at", TIMESTAMP, "newest change of a record of the customer, UTC"),
        Column("first_event_at", TIMESTAMP, "first event of the customer, UTC"),
        Column("last_event_at", TIMESTAMP, "last event of the customer, UTC"),
        *_SUMMARIES,
        Column("events_hash", LONG, "hash of all events of the customer, void ones included", "pseudonym"),
        Column(
            "made_from",
            LONG,
            "hash of the records, decisions and rules that the row is computed from",
            "pseudonym",
        ),
    ),
)

ATTRIBUTE = Table(
    "gold.attribute",
    "One row per candidate value of a golden attribute, from a record or a steward; winners and losers",
    ("entity_id", "attribute", "record_id", "source"),
    (
        ENTITY_ID,
        Column("attribute", STRING, "column of gold.customer_360"),
        Column(
            "value",
            STRING,
            "the value as text, a date as far as it is known (1980, 1980-05, 1980-05-17); arrays as JSON",
            "identifier",
        ),
        RECORD_ID,
        Column("source", STRING, "source of the record; `steward` where the value was set manually"),
        Column(
            "updated_at", TIMESTAMP, "when the source last changed the record, or the steward decided, UTC"
        ),
        Column("is_winner", BOOLEAN, "true where the golden record shows the value"),
        Column("rule", STRING, "survivorship rules that ranked the value, first to last"),
        Column(
            "reason",
            STRING,
            "what decided between a winner and the best other value, or between another value and the winner: "
            "override, source_of_truth, updated_by, a rule, or record_id between equals; all: every value "
            "survives; only: there is no other value; same: equal to the winner",
        ),
    ),
)

# What the expressions of states may use, by name: the rows of gold.timeline that add to it.
STATE_FACTS: dict[str, str] = {t.fact: t.counts for t in EVENT_TABLES if t.fact}
# By name, the event tables whose events have a beginning and an end: how many are running is counted too.
STATE_RUNNING: dict[str, EventTable] = {t.running: t for t in EVENT_TABLES if t.running}
# SQL over gold.timeline: the rows on which such an event ends.
STATE_ENDED = " OR ".join(f"({table.ends})" for table in STATE_RUNNING.values())
STATE_COUNTS = (*(f"{name}s" for name in STATE_FACTS), *STATE_RUNNING)
JOURNEY = Table(
    "gold.journey",
    "One row per customer and state that it was in, such as lead, customer or lapsed; project.yml defines "
    "the states",
    ("entity_id", "since"),
    (
        ENTITY_ID,
        Column("state", STRING, "state, as project.yml defines it; null where no state applies"),
        Column(
            "since", DATE, "first day of the state; null where it is unknown since when the customer is known"
        ),
        Column(
            "until",
            DATE,
            "first day of the next state, also in the future if nothing else happens; null where none is expected",
        ),
    ),
)
