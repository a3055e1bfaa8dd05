"""How records are compared, and which may be the same person."""

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

_PARENT = f"struct<comparison:{STRING},agreeing:{INT}>"
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
            f"map<{STRING},array<{_PARENT}>>",
            "by comparison, those that it depends on, and how many of their first levels are agreement",
        ),
        Column(
            "comparisons", STRINGS, "names of the comparisons; linkage.pair gives their levels in this order"
        ),
        Column(
            "rules", STRINGS, "blocking rules that find most pairs for what they cost; pairs come by these"
        ),
        Column("stop_keys", f"array<{LONG}>", "hashes of block keys too common to tell anybody apart"),
        Column(
            "rare_frequencies",
            f"map<{STRING},{DOUBLE}>",
            "by column, frequency of values that are not in term_frequency",
        ),
        Column("keep_weight", DOUBLE, "match weight in bits from which a pair is kept"),
        Column(
            "link_weight",
            DOUBLE,
            "match weight in bits from which a pair is a link, where components are entities",
        ),
        Column("entity_weight", DOUBLE, "bits of the entity score from which two clusters are one entity"),
        Column(
            "metrics", STRING, "JSON: what training found and measured; linkage/training/metrics.py says what"
        ),
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
            "array<tinyint>",
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
            "keys", f"array<{LONG}>", "hashes of its block keys; the topmost bits tell the rule", "pseudonym"
        ),
        Column(
            "strong_ids", f"array<{STRINGS}>", "hashes of what each must-link of conf goes by", "pseudonym"
        ),
        Column(
            "frequencies",
            f"map<{STRING},{DOUBLE}>",
            "by column, share of the people who have the record's value",
            "quasi-identifier",
        ),
        *(
            Column(name, STRINGS if kind.startswith("array") else STRING, "as compared", "identifier")
            for name, kind in FEATURES.items()
        ),
    ),
)
