"""Records and events, mapped, standardised and checked."""

from cdi_spark.schema.declare import (
    AMOUNT,
    BOOLEAN,
    CONTENT_HASH,
    CURRENCY,
    DATE,
    INT,
    LONG,
    MONEY,
    RECORD_ID,
    STRING,
    STRINGS,
    TIMESTAMP,
    Column,
    Table,
)
from cdi_spark.schema.event_table import FoundBy
from cdi_spark.schema.events import EVENT_TABLES

LANDING = (
    Column("_source", STRING, "source of the row"),
    Column("_key", STRING, "key of the row in its source", "identifier"),
    Column("_file", STRING, "file of the row"),
    Column("_row_number", LONG, "number of the row in its file, from 1; the header is not counted"),
    Column("_fault", STRING, "why the row cannot be read; null where it can"),
    Column("_raw", STRING, "text of a row that cannot be read", "identifier"),
    Column("_batch", STRING, "hash of the file's content; the same content lands once"),
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
    Column("postcode", STRING, "postcode, written as its country writes it", "quasi-identifier"),
    Column("country", STRING, "ISO 3166 alpha-2", "quasi-identifier"),
    Column(
        "national_id",
        STRING,
        "identity number issued by a state, with its kind if known: ssn:123-45-6789",
        "identifier",
    ),
    Column(
        "account_ids", STRINGS, "account numbers, with their kind if known: crm.customer:C-17", "identifier"
    ),
    Column("device_ids", STRINGS, "device and cookie ids", "identifier"),
    Column("birth_place", STRING, "place of birth", "quasi-identifier"),
    Column("occupation", STRING, "occupation or job title", "quasi-identifier"),
    Column("company", STRING, "employer", "quasi-identifier"),
)
BIRTH_DATE_PRECISION = Column(
    "birth_date_precision",
    STRING,
    "what is known of birth_date: day, month or year; the rest of the date is the first of the month or year",
)
# The columns of a record that stewards see, besides its id.
SHOWN = ("given_name", "family_name", "birth_date", "emails", "phones", "street", "postcode", "city")
# The columns that a mapping may fill: the attributes, or full_name with the whole name, which is then split.
PERSON_INPUT = ("full_name", *(c.name for c in ATTRIBUTES))

PERSON = Table(
    "silver.person",
    "One row per source record: its current version, standardised",
    ("record_id",),
    (
        RECORD_ID,
        Column("source", STRING, "source of the record"),
        Column("key", STRING, "key of the record in its source", "identifier"),
        *ATTRIBUTES,
        BIRTH_DATE_PRECISION,
        Column("trust", INT, "how much the source is trusted; 1 is most"),
        Column("updated_at", TIMESTAMP, "when the source last changed the record, UTC"),
        CONTENT_HASH,
        Column("is_deleted", BOOLEAN, "true where the source no longer has the record"),
    ),
)


def _thing(name: str, comment: str, *columns: Column) -> Table:
    """Return a table about no person: natural key <source>:<key>, then its own columns."""
    key = Column(f"{name}_id", STRING, f"<source>:<key> of the {name.replace('_', ' ')}")
    return Table(f"silver.{name}", comment, (key.name,), (key, *columns, CONTENT_HASH))


PRODUCT = _thing(
    "product",
    "One row per product",
    Column("code", STRING, "product or SKU code, as in order lines"),
    Column("name", STRING, "name"),
    Column("category", STRING, "category"),
    Column("price", MONEY, "price per piece, in `currency`"),
    CURRENCY,
)
RATE = _thing(
    "rate",
    "One row per exchange rate and day",
    CURRENCY,
    Column("to_currency", STRING, "ISO 4217 code"),
    Column("valid_on", DATE, "first day of the rate; it is valid until the next one"),
    Column("rate", "decimal(18,8)", "units of `to_currency` that one unit of `currency` is worth"),
)
LEDGER_ENTRY = _thing(
    "ledger_entry",
    "One row per document that finance has booked; gold is checked against it",
    Column("booked_on", DATE, "day of the booking"),
    Column("document", STRING, "order, invoice or payment"),
    Column("document_id", STRING, "<source>:<key> of the document", "pseudonym"),
    AMOUNT,
    CURRENCY,
)
THING_TABLES = (PRODUCT, RATE, LEDGER_ENTRY)
# How `cdi init` recognises the rows of a table, by short table name: of every event table, and of the ledger.
FOUND_BY: dict[str, FoundBy] = {t.short: t.found_by for t in EVENT_TABLES if t.found_by} | {
    LEDGER_ENTRY.short: FoundBy(
        names="ledger fibu buchhaltung ledgers generalledger journal journals journalentry journalentries hauptbuch "
        "nebenbuch debitorenbuch buchungsjournal buchungssatz buchungssaetze grandlivre ecriture ecritures "
        "librodiario libromayor asiento asientos librogiornale partitario primanota scritture grootboek "
        "journaalpost journaalposten ksiegaglowna ksiegowanie ksiegowania huvudbok hovedbok kontoauszug "
        "kontoauszuege kontoumsaetze accountstatement accountstatements bankstatement bankstatements "
        "relevedecompte extracto extractobancario estrattoconto rekeningafschrift rekeningafschriften "
        "wyciag",
        # Both together outweigh the name of the file, which may be that of bookings or transactions.
        evidence={"debit": 3, "credit": 3, "booked_on": 1, "amount": 0.5},
        needs=("amount debit", "booked_on date occurred_at issued_on paid_on ordered_at"),
        columns={"booked_on": "booked_on date occurred_at issued_on paid_on ordered_at"},
        words={
            "booked_on": "postingdate posteddate postedon posted! bookedon bookedat entrydate journaldate "
            "accountingdate valuedate buchungsdatum buchungstag buchdatum belegdatum valutadatum wertstellung "
            "datecomptable dateoperation datedoperation dateecriture datedecriture datevaleur fechacontable "
            "fechaoperacion fechadeoperacion fechaasiento fechavalor datacontabile dataoperazione datavaluta boekdatum "
            "boekingsdatum transactiedatum dataksiegowania dataoperacji bokforingsdag bokforingsdato bogforingsdato "
            "kirjauspaiva datumzauctovani konyvelesdatuma kayittarihi",
        },
    )
}
# By short table name, the columns of events and things that a mapping may fill.
EVENTS: dict[str, tuple[str, ...]] = {
    t.short: tuple(c for c in t.names if c not in (t.key[0], "record_id", "content_hash"))
    for t in (*EVENT_TABLES, *THING_TABLES)
}

QUARANTINE = Table(
    "silver.quarantine",
    "One row per row that failed a rule, with every rule that it failed",
    ("target", "source", "row_hash"),
    (
        Column("target", STRING, "table that the row was meant for"),
        Column("source", STRING, "source of the row"),
        Column("key", STRING, "key of the row in its source; null where it has none", "identifier"),
        Column("row_hash", STRING, "hash of the row", "pseudonym"),
        Column("failed_rules", STRINGS, "every rule that the row failed"),
        Column(
            "dropped", STRINGS, "values that cleaning dropped, as `column: placeholder` or `column: reason`"
        ),
        Column("file", STRING, "file of the row"),
        Column("row_number", LONG, "number of the row in its file, from 1; the header is not counted"),
        Column("row", STRING, "the landed row as JSON", "identifier"),
    ),
)
