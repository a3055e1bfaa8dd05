"""How records are compared, and which pairs may be the same person."""

from cdi_spark.schema.declare import (
    CONTENT_HASH,
    DOUBLE,
    INT,
    LONG,
    RECORD_ID,
    RUN_ID,
    STRING,
    STRINGS,
    TIMESTAMP,
    Column,
    Table,
)

# The features of a person, folded for comparison: the columns that comparisons, blocking rules and the rules of conf
# may name, with their Spark types.
FEATURES = {
    "given": "string", "given_root": "string", "middle": "string", "family": "string",
    "given_tokens": "array<string>", "family_tokens": "array<string>",
    "names": "array<string>", "name_sounds": "array<string>", "whole_names": "array<string>",
    "given_script": "string", "family_script": "string",
    "birth_date": "string", "gender": "string",
    "emails": "array<string>", "email_users": "array<string>", "named_mailbox": "string",
    "phones": "array<string>",
    "street": "string", "city": "string", "postcode": "string", "outward": "string",
    "national_id": "string", "account_ids": "array<string>", "account_kinds": "array<string>",
    "device_ids": "array<string>",
    "birth_place": "string", "occupation": "string", "company": "string",
    "own_emails": "array<string>", "own_phones": "array<string>", "own_device_ids": "array<string>",
    "own_account_ids": "array<string>",
}  # fmt: skip

_PARENT = f"struct<comparison:{STRING},agreeing:{INT}>"
MODEL = Table(
    "linkage.model",
    "One row per trained model, frozen under its id",
    ("model_id",),
    (
        Column("model_id", STRING, "hash of settings, rounded parameters and scoring version"),
        Column("settings_hash", STRING, "hash of the person model and thresholds it was trained from"),
        Column("features", STRINGS, "feature columns that have data; training leaves the others out"),
        Column("settings", STRING, "the trained Splink settings as JSON, m and u included"),
        Column(
            "parents",
            f"map<{STRING},array<{_PARENT}>>",
            "by comparison, the comparisons that it depends on and how many of their first levels mean agreement",
        ),
        Column("comparisons", STRINGS, "names of the comparisons, in the order of `levels` in linkage.pair"),
        Column(
            "rules",
            STRINGS,
            "blocking rules that generate the pairs: those that find most pairs for their cost",
        ),
        Column("stop_keys", f"array<{LONG}>", "hashes of block keys that are too common to separate people"),
        Column(
            "rare_frequencies",
            f"map<{STRING},{DOUBLE}>",
            "by column, frequency of the values that are not in linkage.term_frequency",
        ),
        Column("keep_weight", DOUBLE, "match weight in bits from which a pair is kept"),
        Column(
            "link_weight",
            DOUBLE,
            "match weight in bits from which a pair is a link, used with `resolve: components`",
        ),
        Column("entity_weight", DOUBLE, "entity score in bits from which two clusters are one entity"),
        Column(
            "metrics",
            STRING,
            "what training found and measured, as JSON; linkage/training/metrics.py lists the fields",
        ),
        Column("trained_records", LONG, "records in the training sample"),
        Column("trained_at", TIMESTAMP, "when, UTC"),
        Column(
            "activated_at", TIMESTAMP, "when the model was made active again, UTC; null where it never was"
        ),
        RUN_ID,
    ),
)

TERM_FREQUENCY = Table(
    "linkage.term_frequency",
    "One row per model, compared column and value that more than two people share",
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
    "One row per model and mailbox, phone or device that several people use",
    ("model_id", "column", "value"),
    (
        Column("model_id", STRING, "model that the value belongs to"),
        Column("column", STRING, "compared column"),
        Column("value", STRING, "value as compared, such as an e-mail address", "identifier"),
        Column(
            "people",
            LONG,
            "number of different people by the names that come with the value; counted up to 50",
        ),
    ),
)

PAIR = Table(
    "linkage.pair",
    "One row per unordered pair at or above the keep threshold",
    ("record_id_l", "record_id_r"),
    (
        Column("record_id_l", STRING, "the lexically smaller record_id", "identifier"),
        Column("record_id_r", STRING, "the lexically larger record_id", "identifier"),
        Column("match_weight", DOUBLE, "log2 posterior odds, bits"),
        Column("match_probability", DOUBLE, "posterior probability of a match, 0 to 1"),
        Column(
            "levels",
            "array<tinyint>",
            "level of each of the model's comparisons in order; -1 is unknown",
        ),
        Column("block_rule", STRING, "first blocking rule that the pair satisfies"),
        Column(
            "decided_by",
            STRING,
            "must-link: or cannot-link: and the name of the rule of conf that decided; null where none did",
        ),
        Column("model_id", STRING, "model that scored the pair"),
    ),
)

LINKED = Table(
    "linkage.linked",
    "One row per live record, as it was when its pairs were last scored: the compared values and the "
    "block keys",
    ("record_id",),
    (
        RECORD_ID,
        CONTENT_HASH,
        Column("model_id", STRING, "model that scored its pairs"),
        Column(
            "keys",
            f"array<{LONG}>",
            "hashes of its block keys; the topmost bits are the number of the rule",
            "pseudonym",
        ),
        Column(
            "strong_ids",
            f"array<{STRINGS}>",
            "hashes of the values that each must-link rule of conf compares",
            "pseudonym",
        ),
        Column(
            "frequencies",
            f"map<{STRING},{DOUBLE}>",
            "by column, share of the people who have the same value",
            "quasi-identifier",
        ),
        *(
            Column(name, STRINGS if kind.startswith("array") else STRING, "value as compared", "identifier")
            for name, kind in FEATURES.items()
        ),
    ),
)

DEPARTED = Table(
    "linkage.departed",
    "One row per deleted record: its compared values when it was last scored, in case its key comes back",
    ("record_id",),
    tuple(
        column
        for column in LINKED.columns
        if column in (RECORD_ID, CONTENT_HASH)
        or (column.name in FEATURES and not column.name.startswith("own_"))
    ),
)
