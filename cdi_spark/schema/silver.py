"""Records and events, mapped, standardised and checked."""

from cdi_spark.schema.declare import (
    AMOUNT,
    BOOLEAN,
    CONTENT_HASH,
    CURRENCY,
    DATE,
    DOUBLE,
    INT,
    IS_VOID,
    LONG,
    MONEY,
    RECORD_ID,
    STATUS,
    STRING,
    STRINGS,
    TIMESTAMP,
    Column,
    Table,
)

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


def _event(name: str, comment: str, *columns: Column) -> Table:
    """An event table: natural key <source>:<key>, the person's record_id, then its own columns."""
    key = Column(f"{name}_id", STRING, f"<source>:<key> of the {name.replace('_', ' ')}", "pseudonym")
    return Table(f"silver.{name}", comment, (key.name,), (key, RECORD_ID, *columns, CONTENT_HASH))


EVENT_TABLES = (
    _event(
        "order",
        "One row per order",
        Column("ordered_at", TIMESTAMP, "when, UTC"),
        STATUS,
        IS_VOID,
        AMOUNT,
        CURRENCY,
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
        Column("kind", STRING, "invoice or credit_note; a credit note's amount is negative"),
        STATUS,
        IS_VOID,
        AMOUNT,
        CURRENCY,
    ),
    _event(
        "payment",
        "One row per payment or refund",
        Column("paid_invoice_id", STRING, "invoice_id of the invoice that it is for", "pseudonym"),
        Column("paid_on", DATE, "day of the payment"),
        Column("kind", STRING, "payment or refund; a refund's amount is negative"),
        Column("method", STRING, "means of payment as the source says it"),
        STATUS,
        IS_VOID,
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
    _event(
        "interaction",
        "One row per contact with a customer: mail, call, chat, survey, visit, campaign",
        Column("occurred_at", TIMESTAMP, "when, UTC"),
        Column("channel", STRING, "email, call, chat, survey, social, store, …, in small letters"),
        Column("kind", STRING, "what happened: sent, opened, clicked, received, answered, visited, …"),
        Column("campaign", STRING, "campaign that it belongs to"),
        Column("score", DOUBLE, "answer of a survey, in the unit that the source has"),
        Column("subject", STRING, "subject line, free text: may name people", "identifier"),
    ),
    _event(
        "consent",
        "One row per consent given or refused; of a purpose and channel the newest holds",
        Column("purpose", STRING, "what for: marketing, profiling, …"),
        Column("channel", STRING, "email, phone, post, sms; null: all"),
        Column("granted", BOOLEAN, "given, or refused or withdrawn"),
        Column("given_at", TIMESTAMP, "when, UTC"),
    ),
)


def _thing(name: str, comment: str, *columns: Column) -> Table:
    """A table of what is about no person: natural key <source>:<key>, then its own columns."""
    key = Column(f"{name}_id", STRING, f"<source>:<key> of the {name.replace('_', ' ')}")
    return Table(f"silver.{name}", comment, (key.name,), (key, *columns, CONTENT_HASH))


PRODUCT = _thing(
    "product",
    "One row per product",
    Column("code", STRING, "product or SKU code, as order lines have it"),
    Column("name", STRING, "name"),
    Column("category", STRING, "category"),
    Column("price", MONEY, "price a piece, in `currency`"),
    CURRENCY,
)
RATE = _thing(
    "rate",
    "One row per exchange rate and day",
    CURRENCY,
    Column("to_currency", STRING, "ISO 4217 code"),
    Column("valid_on", DATE, "day of the rate; it holds until the next"),
    Column("rate", "decimal(18,8)", "units of `to_currency` that one unit of `currency` is worth"),
)
LEDGER_ENTRY = _thing(
    "ledger_entry",
    "One row per document that finance has booked: what gold is held against",
    Column("booked_on", DATE, "day of the booking"),
    Column("document", STRING, "order, invoice or payment"),
    Column("document_id", STRING, "<source>:<key> of the document", "pseudonym"),
    AMOUNT,
    CURRENCY,
)
THING_TABLES = (PRODUCT, RATE, LEDGER_ENTRY)
# Columns of events and things that a mapping may give, by short table name.
EVENTS: dict[str, tuple[str, ...]] = {
    t.name.removeprefix("silver."): tuple(
        c for c in t.names if c not in (t.key[0], "record_id", "content_hash")
    )
    for t in (*EVENT_TABLES, *THING_TABLES)
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
        Column(
            "dropped", STRINGS, "values that cleaning dropped, as `column: placeholder` or `column: invalid`"
        ),
        Column("file", STRING, "file that held the row"),
        Column("row_number", LONG, "place of the row in its file, from 1; a header does not count"),
        Column("row", STRING, "the landed row as JSON", "identifier"),
    ),
)
