"""Which records are one customer, under an id that lasts."""

from cdi_spark.schema.declare import (
    LONG,
    RECORD_ID,
    RUN_ID,
    STRING,
    STRINGS,
    TIMESTAMP,
    Column,
    Table,
)

VALUES = f"array<struct<attribute:{STRING},value:{STRING}>>"

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

OVERRIDE = Table(
    "entities.override",
    "One row per value that a steward set by hand, none ever edited; of a record and attribute the newest holds",
    ("step",),
    (
        Column("step", LONG, "number of the override, from 1; of two that try the same one gets it"),
        Column(
            "record_id", STRING, "record whose customer, whichever it is in, shows the value", "identifier"
        ),
        Column("attribute", STRING, "golden attribute, or the group that survives together"),
        Column(
            "values",
            VALUES,
            "attributes and their values as text, arrays as JSON, null for nothing; null as a whole: withdrawn",
            "identifier",
        ),
        Column("decided_by", STRING, "who decided"),
        Column("why", STRING, "the reason given", "quasi-identifier"),
        Column("decided_at", TIMESTAMP, "when, UTC"),
    ),
)

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
            "successor_id",
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
