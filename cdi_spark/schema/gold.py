"""One row per customer."""

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
from cdi_spark.schema.silver import ATTRIBUTES

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
        Column("state", STRING, "state that the customer is in, as project.yml names and defines it"),
        Column("state_since", DATE, "first day of the state; null where nobody knows"),
        Column(
            "state_until", DATE, "day on which another state begins if nothing happens; null: none in sight"
        ),
        *ATTRIBUTES,
        Column("preferred_email", STRING, "e-mail address confirmed last, by most records", "identifier"),
        Column(
            "preferred_phone",
            STRING,
            "phone number, of those that may be mobile the one confirmed last, by most records",
            "identifier",
        ),
        Column(
            "contacts",
            f"array<{_CONTACT}>",
            "every email, phone and address: records that have it, when one of them last changed (UTC), and "
            "is_stale: others of the customer's records changed two years or more after that",
            "identifier",
        ),
        *_ANSWERS,
        Column("record_count", LONG, "number of source records behind the customer"),
        Column("sources", STRINGS, "sources that know the customer"),
        Column(
            "weakest_link",
            DOUBLE,
            "match weight of the weakest link that holds the customer's records together, bits; null for one record, "
            "where stewards or rules decided it, and where only all that records say together joins them",
        ),
        Column(
            "confidence",
            DOUBLE,
            "probability that the weakest link is right, 0 to 1, and 1 where it is decided; null for one record, "
            "and where only all that records say together joins them",
        ),
        Column("first_updated_at", TIMESTAMP, "oldest change of a record behind the customer, UTC"),
        Column("last_updated_at", TIMESTAMP, "newest change of a record behind the customer, UTC"),
        Column("first_event_at", TIMESTAMP, "the first thing that happened with the customer, UTC"),
        Column("last_event_at", TIMESTAMP, "the last thing that happened with the customer, UTC"),
        *_SUMMARIES,
        Column("events_hash", LONG, "hash of all events of the customer, void ones too", "pseudonym"),
        Column(
            "made_from",
            LONG,
            "hash of the records, decisions and rules that the row was made from",
            "pseudonym",
        ),
    ),
)

ATTRIBUTE = Table(
    "gold.attribute",
    "One row per value that a record or a steward offers for a golden attribute, winners and losers",
    ("entity_id", "attribute", "record_id", "source"),
    (
        ENTITY_ID,
        Column("attribute", STRING, "column of gold.customer_360"),
        Column("value", STRING, "the value as text; arrays as JSON", "identifier"),
        RECORD_ID,
        Column("source", STRING, "source of the record; steward where it was set by hand"),
        Column(
            "updated_at", TIMESTAMP, "when the source last changed the record, or the steward decided, UTC"
        ),
        Column("is_winner", BOOLEAN, "the golden record shows this value"),
        Column("rule", STRING, "survivorship rules that ranked it, first to last"),
        Column(
            "reason",
            STRING,
            "what decided between it and the best other value (a winner) or the winner (others): override, "
            "source_of_truth, updated_by, a rule, record_id between equals; all: every value survives; only: no other "
            "value; same: says what the winner says",
        ),
    ),
)

# What the expressions of states may use, by name: the rows of gold.timeline that add to it.
STATE_FACTS: dict[str, str] = {t.fact: t.counts for t in EVENT_TABLES if t.fact}
# By name, the event tables whose events have a beginning and an end: how many are running is counted too.
STATE_RUNNING: dict[str, EventTable] = {t.running: t for t in EVENT_TABLES if t.running}
STATE_COUNTS = (*(f"{name}s" for name in STATE_FACTS), *STATE_RUNNING)
JOURNEY = Table(
    "gold.journey",
    "One row per customer and state it was in: lead, customer, lapsed or whatever project.yml says",
    ("entity_id", "since"),
    (
        ENTITY_ID,
        Column("state", STRING, "state, as project.yml names and defines it; null where none holds"),
        Column("since", DATE, "first day; null where nobody knows since when the customer is known"),
        Column(
            "until",
            DATE,
            "day from which another state holds, also one to come if nothing else happens; null where none is in sight",
        ),
    ),
)
