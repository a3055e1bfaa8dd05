"""Which records belong to one customer, under a lasting id."""

from cdi_spark.schema.declare import (
    BOOLEAN,
    DOUBLE,
    LONG,
    RECORD_ID,
    RECORDED_BY,
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
    "One row per live record: its component and entity when it was last resolved",
    ("record_id",),
    (
        RECORD_ID,
        Column("component", LONG, "number of its connected component of links; not an id", "pseudonym"),
        Column(
            "part",
            LONG,
            "number of the part of the component that was resolved at once; large components have several",
            "pseudonym",
        ),
        Column("entity", LONG, "number of the entity in the part; not an id", "pseudonym"),
        Column(
            "stamp",
            LONG,
            "hash of the record's content, model and judgements; a component is resolved again when one changes",
            "pseudonym",
        ),
    ),
)

JUDGEMENT = Table(
    "entities.judgement",
    "One row per decision of a steward about two records; append-only, the newest per pair is valid",
    ("step",),
    (
        Column("step", LONG, "number of the decision, from 1; unique, also when two stewards decide at once"),
        Column("record_id_l", STRING, "the lexically smaller record_id", "identifier"),
        Column("record_id_r", STRING, "the lexically larger record_id", "identifier"),
        Column(
            "verdict",
            STRING,
            "must-link: one person; cannot-link: two persons; withdrawn: the earlier decisions no longer count",
        ),
        Column("decided_by", STRING, "who decided"),
        Column("why", STRING, "reason", "quasi-identifier"),
        Column("decided_at", TIMESTAMP, "when, UTC"),
        *RECORDED_BY,
    ),
)

# The judgements about each record, with all that follows from them; see stewardship/judgements.py.
JUDGED = "record_id string, judged_same string, judged_apart array<string>"

OVERRIDE = Table(
    "entities.override",
    "One row per value that a steward set manually; append-only, the newest per record and attribute is "
    "valid",
    ("step",),
    (
        Column("step", LONG, "number of the override, from 1; unique, also when two stewards decide at once"),
        Column("record_id", STRING, "record; the customer that it belongs to shows the value", "identifier"),
        Column("attribute", STRING, "golden attribute, or group of attributes that survive together"),
        Column(
            "values",
            VALUES,
            "attributes with their values as text, arrays as JSON, null for an empty value; null as a whole: the "
            "override is withdrawn",
            "identifier",
        ),
        Column("decided_by", STRING, "who decided"),
        Column("why", STRING, "reason", "quasi-identifier"),
        Column("decided_at", TIMESTAMP, "when, UTC"),
        *RECORDED_BY,
    ),
)

MEMBER = Table(
    "entities.member",
    "One row per record and period in which it belongs to an entity",
    ("record_id", "valid_from"),
    (
        RECORD_ID,
        Column("entity_id", STRING, "lasting id of the entity", "pseudonym"),
        Column("valid_from", TIMESTAMP, "start of the period, UTC"),
        Column("valid_to", TIMESTAMP, "end of the period, UTC; null while it is valid"),
        RUN_ID,
    ),
)

CONTENT_CHANGE = Table(
    "entities.content_change",
    "One row per change of a record's content that makes two persons more likely than one: a key that was re-used, or "
    "a record to look at",
    ("record_id", "happened_at"),
    (
        RECORD_ID,
        Column("happened_at", TIMESTAMP, "when a run found the change, UTC"),
        Column(
            "is_handed_over",
            BOOLEAN,
            "the record is another person since: its entity id, overrides and judgements stay with the earlier one",
        ),
        Column(
            "match_weight",
            DOUBLE,
            "bits for one person: all evidence for it, and the two strongest kinds against it; negative",
        ),
        Column("contradicted", STRINGS, "kinds of evidence by which the two contents are two persons"),
        Column("content_before", STRING, "content_hash of the record before", "pseudonym"),
        Column("content_after", STRING, "content_hash of the record since", "pseudonym"),
        Column("model_id", STRING, "model that compared the two contents"),
        RUN_ID,
    ),
)

EVENT = Table(
    "entities.event",
    "One row per change of an entity",
    ("event_id",),
    (
        Column("event_id", STRING, "hash of run, entity, kind and time", "pseudonym"),
        Column("entity_id", STRING, "entity that changed", "pseudonym"),
        Column("kind", STRING, "created, merged, split, moved, retired or handed_over"),
        Column("before", STRINGS, "entity ids of its records before", "pseudonym"),
        Column("after", STRINGS, "entity ids of its records after", "pseudonym"),
        Column("happened_at", TIMESTAMP, "when, UTC"),
        RUN_ID,
    ),
)

REDIRECT = Table(
    "entities.redirect",
    "One row per entity id without records and period without them: where its records went",
    ("entity_id", "valid_from"),
    (
        Column("entity_id", STRING, "id without records", "pseudonym"),
        Column(
            "successor_id",
            STRING,
            "entity that has most of its last records; null where none of them is left",
            "pseudonym",
        ),
        Column("records", STRINGS, "its last records", "identifier"),
        Column("valid_from", TIMESTAMP, "start of the period, UTC"),
        Column("valid_to", TIMESTAMP, "end of the period, UTC; null while it is valid"),
        RUN_ID,
    ),
)
