"""Every table: name, columns with comments, key, owner, PII class; the one place that declares them."""

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import types as T

Pii = Literal["none", "pseudonym", "quasi-identifier", "identifier"]
# How near a column comes to a person, from far to near; only what is "none" may show up in a table's log.
PII: dict[Pii, str] = {
    "none": "tells nothing about who somebody is",
    "pseudonym": "stands for one person, or for one thing of theirs; only other tables or the source tell who",
    "quasi-identifier": "narrows down who it is; several of them together may single a person out",
    "identifier": "points to one person, or is text or a whole row that may name one",
}

STRING = T.StringType()
DATE = T.DateType()
TIMESTAMP = T.TimestampType()
LONG = T.LongType()
INT = T.IntegerType()
DOUBLE = T.DoubleType()
BOOLEAN = T.BooleanType()
MONEY = T.DecimalType(18, 2)
STRINGS = T.ArrayType(STRING)


@dataclass(frozen=True)
class Column:
    """One column: name, Spark type, what it holds, how near it comes to a person."""

    name: str
    type: T.DataType
    comment: str
    pii: Pii = "none"


@dataclass(frozen=True)
class Schema:
    """A group of tables: what they hold, and who answers for what they mean and who may read them."""

    comment: str
    owner: str


SCHEMAS = {
    "bronze": Schema("Every row as it landed, append-only: the history", "data platform"),
    "silver": Schema("Records and events, mapped, standardised and checked", "data stewardship"),
    "linkage": Schema("How records are compared, and which may be the same person", "data science"),
    "entities": Schema("Which records are one customer, under an id that lasts", "data stewardship"),
    "gold": Schema("One row per customer, and what customers did, for analysts", "analytics"),
    "ops": Schema("What was run, checked and released", "data platform"),
}


@dataclass(frozen=True)
class Table:
    """One table, in full: `name` is schema.table, `key` what makes a row one of its kind.

    A view has no rows of its own: `view` is SQL over other tables, by their names here. It gives the columns in
    order; of a table that was never written it sees no rows.
    """

    name: str
    comment: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    view: str = ""

    @property
    def owner(self) -> str:
        """The team that answers for the table: its schema's."""
        return SCHEMAS[self.name.split(".")[0]].owner

    @property
    def schema(self) -> T.StructType:
        """The table's Spark schema, comments included; every column may be null."""
        return T.StructType(
            [T.StructField(c.name, c.type, True, {"comment": c.comment}) for c in self.columns]
        )

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [c.name for c in self.columns]


RECORD_ID = Column("record_id", STRING, "<source>:<key> of the person record", "identifier")
RUN_ID = Column("run_id", STRING, "run that wrote the row")
AMOUNT = Column("amount", MONEY, "money, in `currency`")
CURRENCY = Column("currency", STRING, "ISO 4217 code")
STATUS = Column("status", STRING, "status as the source says it")
# Unkeyed: who has a row can check whether this one is the same.
CONTENT_HASH = Column("content_hash", STRING, "hash of all that the row says", "pseudonym")

LANDING = (
    Column("_source", STRING, "source that the row came from"),
    Column("_key", STRING, "the source's own key of the row", "identifier"),
    Column("_file", STRING, "file that held the row"),
    Column("_row_number", LONG, "place of the row in its file, from 1; a header does not count"),
    Column("_fault", STRING, "why the row cannot be read as its source's rows are; null where it can"),
    Column("_raw", STRING, "text of a row that cannot be read", "identifier"),
    Column("_batch", STRING, "hash of the file's content: the same rows land once"),
    Column("_ingested_at", TIMESTAMP, "when the row landed, UTC"),
    Column("_run_id", STRING, "run that landed the row"),
)

ATTRIBUTES = (
    Column("given_name", STRING, "given name", "identifier"),
    Column("middle_name", STRING, "middle names", "identifier"),
    Column("family_name", STRING, "family name, particles included", "identifier"),
    Column("gender", STRING, "female, male or other", "quasi-identifier"),
    Column("birth_date", DATE, "date of birth", "quasi-identifier"),
    Column("emails", STRINGS, "valid e-mail addresses, lower case", "identifier"),
    Column("phones", STRINGS, "valid phone numbers, E.164", "identifier"),
    Column("street", STRING, "street and house number", "identifier"),
    Column("city", STRING, "city", "quasi-identifier"),
    Column("region", STRING, "state, county or region", "quasi-identifier"),
    Column("postcode", STRING, "postcode in its country's spelling", "quasi-identifier"),
    Column("country", STRING, "ISO 3166 alpha-2", "quasi-identifier"),
    Column("national_id", STRING, "number that a state gave the person", "identifier"),
    Column("account_ids", STRINGS, "account numbers", "identifier"),
    Column("device_ids", STRINGS, "device and cookie ids", "identifier"),
    Column("birth_place", STRING, "place of birth", "quasi-identifier"),
    Column("occupation", STRING, "occupation or job title", "quasi-identifier"),
    Column("company", STRING, "employer", "quasi-identifier"),
)
# What stewards are shown of a record beside its id.
SHOWN = ("given_name", "family_name", "birth_date", "emails", "phones", "street", "postcode", "city")
# What a mapping may give: the attributes, or one field with the whole name, which is then split.
PERSON_INPUT = ("full_name", *(c.name for c in ATTRIBUTES))

PERSON = Table(
    "silver.person",
    "One row per source record: its current version, standardised",
    ("record_id",),
    (
        RECORD_ID,
        Column("source", STRING, "source of the record"),
        Column("key", STRING, "the source's own key", "identifier"),
        *ATTRIBUTES,
        Column("trust", INT, "the source's trust; 1 is most trusted"),
        Column("updated_at", TIMESTAMP, "when the source last changed the record, UTC"),
        CONTENT_HASH,
        Column("is_deleted", BOOLEAN, "the source no longer has the record"),
    ),
)

# What linkage/features.py makes of a person, folded for comparing: the columns that comparisons, blocking rules
# and the rules of conf may name, with their Spark types.
FEATURES = {
    "given": "string", "given_root": "string", "middle": "string", "family": "string",
    "given_tokens": "array<string>", "family_tokens": "array<string>",
    "names": "array<string>", "name_sounds": "array<string>",
    "birth_date": "string", "gender": "string",
    "emails": "array<string>", "email_users": "array<string>",
    "phones": "array<string>",
    "street": "string", "city": "string", "postcode": "string", "outward": "string",
    "national_id": "string", "account_ids": "array<string>", "device_ids": "array<string>",
    "birth_place": "string", "occupation": "string", "company": "string",
    "own_emails": "array<string>", "own_phones": "array<string>", "own_device_ids": "array<string>",
}  # fmt: skip


def _event(name: str, comment: str, *columns: Column) -> Table:
    """An event table: natural key <source>:<key>, the person's record_id, then its own columns."""
    key = Column(f"{name}_id", STRING, f"<source>:<key> of the {name.replace('_', ' ')}", "pseudonym")
    return Table(f"silver.{name}", comment, (key.name,), (key, RECORD_ID, *columns, CONTENT_HASH))


EVENT_TABLES = (
    _event(
        "order", "One row per order", Column("ordered_at", TIMESTAMP, "when, UTC"), STATUS, AMOUNT, CURRENCY
    ),
    _event(
        "order_line",
        "One row per line of an order",
        Column("order_key", STRING, "the order's own key: its order_id is <source>:<order_key>", "pseudonym"),
        Column("product_code", STRING, "product or SKU code"),
        Column("product_name", STRING, "product as named on the order"),
        Column("quantity", INT, "pieces"),
        Column("unit_price", MONEY, "price a piece, in `currency`"),
        AMOUNT,
        CURRENCY,
    ),
    _event(
        "invoice",
        "One row per invoice",
        Column("issued_on", DATE, "date of issue"),
        Column("due_on", DATE, "date due"),
        STATUS,
        AMOUNT,
        CURRENCY,
    ),
    _event(
        "subscription",
        "One row per subscription",
        Column("plan", STRING, "plan"),
        Column("started_on", DATE, "first day"),
        Column("ended_on", DATE, "last day; null while it runs"),
        STATUS,
        AMOUNT,
        CURRENCY,
    ),
    _event(
        "support_case",
        "One row per support case",
        Column("opened_at", TIMESTAMP, "when opened, UTC"),
        Column("closed_at", TIMESTAMP, "when closed, UTC; null while open"),
        Column("priority", STRING, "priority as the source says it"),
        STATUS,
        Column("subject", STRING, "subject line, free text: may name people", "identifier"),
    ),
    _event(
        "usage",
        "One row per product usage event",
        Column("occurred_at", TIMESTAMP, "when, UTC"),
        Column("name", STRING, "event name"),
        Column("device_id", STRING, "device", "identifier"),
        Column("cookie_id", STRING, "cookie", "identifier"),
    ),
)
# Event columns a mapping may give, by short table name.
EVENTS: dict[str, tuple[str, ...]] = {
    t.name.removeprefix("silver."): tuple(
        c for c in t.names if c not in (t.key[0], "record_id", "content_hash")
    )
    for t in EVENT_TABLES
}

QUARANTINE = Table(
    "silver.quarantine",
    "One row per failed row, with every rule it failed",
    ("target", "source", "row_hash"),
    (
        Column("target", STRING, "table that the row was meant for"),
        Column("source", STRING, "source of the row"),
        Column("key", STRING, "the row's own key, where it has one", "identifier"),
        Column("row_hash", STRING, "hash of the row", "pseudonym"),
        Column("failed_rules", STRINGS, "every rule that the row failed"),
        Column("file", STRING, "file that held the row"),
        Column("row_number", LONG, "place of the row in its file, from 1; a header does not count"),
        Column("row", STRING, "the landed row as JSON", "identifier"),
    ),
)

_PARENT = T.StructType([T.StructField("comparison", STRING), T.StructField("agreeing", INT)])
MODEL = Table(
    "linkage.model",
    "One row per trained model, frozen under its id",
    ("model_id",),
    (
        Column("model_id", STRING, "hash of settings, rounded parameters and scoring version"),
        Column("settings_hash", STRING, "hash of the person model and thresholds it was trained from"),
        Column("features", STRINGS, "feature columns that the data had; the others dropped out"),
        Column("settings", STRING, "the trained Splink settings as JSON, m and u included"),
        Column(
            "parents",
            T.MapType(STRING, T.ArrayType(_PARENT)),
            "by comparison, those that it depends on, and how many of their first levels are agreement",
        ),
        Column(
            "comparisons", STRINGS, "names of the comparisons; linkage.pair gives their levels in this order"
        ),
        Column(
            "rules", STRINGS, "blocking rules that find most pairs for what they cost; pairs come by these"
        ),
        Column("stop_keys", T.ArrayType(LONG), "hashes of block keys too common to tell anybody apart"),
        Column(
            "rare_frequencies",
            T.MapType(STRING, DOUBLE),
            "by column, frequency of values that are not in term_frequency",
        ),
        Column("keep_weight", DOUBLE, "match weight in bits from which a pair is kept"),
        Column(
            "link_weight",
            DOUBLE,
            "match weight in bits from which a pair is a link, where components are entities",
        ),
        Column("entity_weight", DOUBLE, "bits of the entity score from which two clusters are one entity"),
        Column("metrics", STRING, "JSON: what training found and measured; linkage/metrics.py says what"),
        Column("trained_records", LONG, "records in the training sample"),
        Column("trained_at", TIMESTAMP, "when, UTC"),
        Column("activated_at", TIMESTAMP, "when it was made the active model again, UTC; else null"),
        RUN_ID,
    ),
)

TERM_FREQUENCY = Table(
    "linkage.term_frequency",
    "One row per value of a compared column that more than two people have, frozen with its model",
    ("model_id", "column", "value"),
    (
        Column("model_id", STRING, "model that the frequency belongs to"),
        Column("column", STRING, "compared column"),
        Column("value", STRING, "value as compared, such as a family name", "identifier"),
        Column("frequency", DOUBLE, "share (0 to 1) of the people with any value who have this one"),
    ),
)

SHARED_VALUE = Table(
    "linkage.shared_value",
    "One row per mailbox, phone or device that several people use, frozen with its model",
    ("model_id", "column", "value"),
    (
        Column("model_id", STRING, "model that was frozen with it"),
        Column("column", STRING, "compared column"),
        Column("value", STRING, "value as compared, such as an e-mail address", "identifier"),
        Column("people", LONG, "different initials of the given names that stand beside it"),
    ),
)

PAIR = Table(
    "linkage.pair",
    "One row per unordered pair at or over the keep threshold",
    ("record_id_l", "record_id_r"),
    (
        Column("record_id_l", STRING, "the lexically smaller record_id", "identifier"),
        Column("record_id_r", STRING, "the lexically larger record_id", "identifier"),
        Column("match_weight", DOUBLE, "log2 posterior odds, bits"),
        Column("match_probability", DOUBLE, "posterior probability of a match, 0 to 1"),
        Column(
            "levels",
            T.ArrayType(T.ByteType()),
            "level of each of the model's comparisons in order; -1 is unknown",
        ),
        Column("block_rule", STRING, "first blocking rule that the pair satisfies"),
        Column(
            "decided_by",
            STRING,
            "must-link: or cannot-link: and the rule's name, where conf decides; or null",
        ),
        Column("model_id", STRING, "model that scored the pair"),
    ),
)

LINKED = Table(
    "linkage.linked",
    "One row per live record as its pairs were last scored: what is compared of it, and its blocks",
    ("record_id",),
    (
        RECORD_ID,
        CONTENT_HASH,
        Column("model_id", STRING, "model that scored its pairs"),
        Column(
            "keys", T.ArrayType(LONG), "hashes of its block keys; the topmost bits tell the rule", "pseudonym"
        ),
        Column(
            "strong_ids", T.ArrayType(STRINGS), "hashes of what each must-link of conf goes by", "pseudonym"
        ),
        Column(
            "frequencies",
            T.MapType(STRING, DOUBLE),
            "by column, share of the people who have the record's value",
            "quasi-identifier",
        ),
        *(
            Column(name, STRINGS if kind.startswith("array") else STRING, "as compared", "identifier")
            for name, kind in FEATURES.items()
        ),
    ),
)

COMPONENT = Table(
    "entities.component",
    "One row per live record: what it is joined with, as it was last resolved",
    ("record_id",),
    (
        RECORD_ID,
        Column("component", LONG, "number of its connected component of links; not an id", "pseudonym"),
        Column(
            "part",
            LONG,
            "number of the part of it that was resolved as one; the component but for large ones",
            "pseudonym",
        ),
        Column("entity", LONG, "number of the entity in the part; not an id", "pseudonym"),
        Column("stamp", LONG, "hash of all that the record brings to its component", "pseudonym"),
    ),
)

JUDGEMENT = Table(
    "entities.judgement",
    "One row per decision of a steward about two records, none ever edited; of a pair the newest holds",
    ("step",),
    (
        Column("step", LONG, "number of the decision, from 1; of two that try the same one gets it"),
        Column("record_id_l", STRING, "the lexically smaller record_id", "identifier"),
        Column("record_id_r", STRING, "the lexically larger record_id", "identifier"),
        Column(
            "verdict",
            STRING,
            "must-link: one person; cannot-link: two; withdrawn: nothing, what was decided before included",
        ),
        Column("decided_by", STRING, "who decided"),
        Column("why", STRING, "the reason given", "quasi-identifier"),
        Column("decided_at", TIMESTAMP, "when, UTC"),
    ),
)

# What judgements say of each record, all that follows from them included; see entities/judgements.py.
JUDGED = "record_id string, judged_same string, judged_apart array<string>"

MEMBER = Table(
    "entities.member",
    "One row per record in an entity and time of validity",
    ("record_id", "valid_from"),
    (
        RECORD_ID,
        Column("entity_id", STRING, "lasting id of the entity", "pseudonym"),
        Column("valid_from", TIMESTAMP, "since when, UTC"),
        Column("valid_to", TIMESTAMP, "until when, UTC; null while it holds"),
        RUN_ID,
    ),
)

EVENT = Table(
    "entities.event",
    "One row per change in an entity's life",
    ("event_id",),
    (
        Column("event_id", STRING, "hash of run, entity, kind and time", "pseudonym"),
        Column("entity_id", STRING, "entity it happened to", "pseudonym"),
        Column("kind", STRING, "created, merged, split, moved or retired"),
        Column("before", STRINGS, "entity ids of its records before", "pseudonym"),
        Column("after", STRINGS, "entity ids of its records after", "pseudonym"),
        Column("happened_at", TIMESTAMP, "when, UTC"),
        RUN_ID,
    ),
)

REDIRECT = Table(
    "entities.redirect",
    "One row per entity id that no record has now, or had for a time: where its records went",
    ("entity_id", "valid_from"),
    (
        Column("entity_id", STRING, "the id that is no more", "pseudonym"),
        Column(
            "lives_in",
            STRING,
            "entity that has most of its last records; null where none is left",
            "pseudonym",
        ),
        Column("records", STRINGS, "its last records", "identifier"),
        Column("valid_from", TIMESTAMP, "since when, UTC"),
        Column("valid_to", TIMESTAMP, "until when, UTC; null while it holds"),
        RUN_ID,
    ),
)

ENTITY_ID = Column("entity_id", STRING, "lasting id of the customer", "pseudonym")
TOTALS = T.MapType(STRING, MONEY)

CUSTOMER_360 = Table(
    "gold.customer_360",
    "One row per customer: the golden record and what the customer did",
    ("entity_id",),
    (
        ENTITY_ID,
        *ATTRIBUTES,
        Column("record_count", LONG, "number of source records behind the customer"),
        Column("sources", STRINGS, "sources that know the customer"),
        Column("first_updated_at", TIMESTAMP, "oldest change of a record behind the customer, UTC"),
        Column("last_updated_at", TIMESTAMP, "newest change of a record behind the customer, UTC"),
        Column("order_count", LONG, "number of orders"),
        Column("order_total", TOTALS, "sum of orders by ISO 4217 currency"),
        Column("last_order_at", TIMESTAMP, "newest order, UTC"),
        Column("invoice_count", LONG, "number of invoices"),
        Column("invoice_total", TOTALS, "sum of invoices by ISO 4217 currency"),
        Column("subscription_count", LONG, "number of subscriptions, running or ended"),
        Column("active_subscription_count", LONG, "number of subscriptions without a last day"),
        Column("support_case_count", LONG, "number of support cases"),
        Column("open_support_case_count", LONG, "number of support cases not closed"),
        Column("usage_count", LONG, "number of product usage events"),
        Column("last_usage_at", TIMESTAMP, "newest product usage event, UTC"),
        Column(
            "made_from", LONG, "hash of the records, events and rules that the row was made from", "pseudonym"
        ),
    ),
)

ATTRIBUTE = Table(
    "gold.attribute",
    "One row per value that a record offers for a golden attribute, winners and losers",
    ("entity_id", "attribute", "record_id"),
    (
        ENTITY_ID,
        Column("attribute", STRING, "column of gold.customer_360"),
        Column("value", STRING, "the value as text; arrays as JSON", "identifier"),
        RECORD_ID,
        Column("source", STRING, "source of the record"),
        Column("is_winner", BOOLEAN, "the golden record shows this value"),
        Column("rule", STRING, "survivorship rules that ranked it, first to last"),
    ),
)


def mart(event: Table) -> Table:
    """The gold view of an event: its silver columns, and in front the entity that its record is in now."""
    name = event.name.replace("silver.", "gold.")
    columns = ", ".join(f"e.`{column}`" for column in event.names)
    view = (
        f"SELECT m.entity_id, {columns} FROM {event.name} e LEFT JOIN entities.member m "
        "ON m.record_id = e.record_id AND m.valid_to IS NULL"
    )
    return Table(name, f"{event.comment}, with its customer", event.key, (ENTITY_ID, *event.columns), view)


MARTS = tuple(mart(event) for event in EVENT_TABLES)

RUN = Table(
    "ops.run",
    "One row per stage of a run",
    ("run_id", "stage"),
    (
        RUN_ID,
        Column("stage", STRING, "stage; empty where the run was killed"),
        Column("started_at", TIMESTAMP, "when, UTC"),
        Column("seconds", DOUBLE, "how long it took, seconds"),
        Column(
            "status",
            STRING,
            "succeeded, failed, or interrupted: the run was killed, in a stage that nobody knows",
        ),
        Column("rows", T.MapType(STRING, LONG), "rows by table that the stage wrote or keeps"),
    ),
)

QUALITY_RESULT = Table(
    "ops.quality_result",
    "One row per expectation, table and run; no value of the data",
    ("run_id", "table", "expectation", "column", "arguments"),
    (
        RUN_ID,
        Column("table", STRING, "table"),
        Column("expectation", STRING, "Great Expectations class"),
        Column("column", STRING, "column, where the expectation is about one"),
        Column("success", BOOLEAN, "the table met it"),
        Column("observed", STRING, "share or count seen; never a value"),
        Column("arguments", STRING, "the expectation's arguments as JSON"),
        Column("checked_at", TIMESTAMP, "when, UTC"),
    ),
)

DELIVERY = Table(
    "ops.delivery",
    "One row per delivery of a source that differs from the one before",
    ("source", "delivered_at"),
    (
        Column("source", STRING, "source"),
        Column("delivered_at", TIMESTAMP, "when it was read, UTC"),
        Column("batches", STRINGS, "content hashes of its files"),
        Column("rows", LONG, "rows in its files, files of the same content counted once"),
        Column("columns", T.MapType(STRING, STRING), "column names and types as read"),
        RUN_ID,
    ),
)

LEDGER = Table(
    "ops.ledger",
    "One row per run, source and silver table: where every landed row went",
    ("run_id", "source", "table"),
    (
        RUN_ID,
        Column("source", STRING, "source"),
        Column("table", STRING, "silver table that the rows were meant for"),
        Column("landed", LONG, "landed rows that were looked at"),
        Column("passed_over", LONG, "of these, rows that say nothing about the table"),
        Column("emitted", LONG, "rows emitted for the table, several where a landed row holds a list"),
        Column("quarantined", LONG, "of these, rows in silver.quarantine"),
        Column("superseded", LONG, "of these, older versions, or rows merged into another of their key"),
        Column("deleted", LONG, "of these, rows whose source says that they are deleted"),
        Column("current", LONG, "of these, rows that the table holds"),
        Column("counted_at", TIMESTAMP, "when, UTC"),
    ),
)

RELEASE = Table(
    "ops.release",
    "One row per release: the version of every table that belongs to it; readers of gold see the newest",
    ("release_id",),
    (
        Column("release_id", STRING, "run that made the release"),
        Column("released_at", TIMESTAMP, "when, UTC"),
        Column("versions", T.MapType(STRING, LONG), "Delta version by table"),
    ),
)

LEASE = Table(
    "ops.lease",
    "One row per step of a lease on the warehouse: taken, renewed, given back; the last one holds",
    ("step",),
    (
        Column("step", LONG, "number of the step, from 1; of two that try the same step one gets it"),
        RUN_ID,
        Column("held", BOOLEAN, "true when taken or renewed, false when given back"),
        Column("host", STRING, "machine of the process that holds it"),
        Column("pid", LONG, "its process id there"),
        Column("at", TIMESTAMP, "when, UTC"),
    ),
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        PERSON, *EVENT_TABLES, QUARANTINE, MODEL, TERM_FREQUENCY, SHARED_VALUE, LINKED, PAIR, JUDGEMENT, COMPONENT,
        MEMBER, EVENT, REDIRECT, CUSTOMER_360, ATTRIBUTE, *MARTS, RUN, QUALITY_RESULT,
        DELIVERY, LEDGER, RELEASE, LEASE,
    )
}  # fmt: skip
