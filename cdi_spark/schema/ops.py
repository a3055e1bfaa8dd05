"""Runs, checks and releases."""

from cdi_spark.schema.declare import (
    BOOLEAN,
    DOUBLE,
    LONG,
    RECORDED_BY,
    RUN_ID,
    STRING,
    STRINGS,
    TIMESTAMP,
    Column,
    Table,
)

RUN = Table(
    "ops.run",
    "One row per stage of a run",
    ("run_id", "stage"),
    (
        RUN_ID,
        Column("stage", STRING, "stage; empty for a run that was killed"),
        Column("started_at", TIMESTAMP, "when, UTC"),
        Column("seconds", DOUBLE, "duration, seconds"),
        Column(
            "status",
            STRING,
            "succeeded, failed, or interrupted: the run was killed, in an unknown stage",
        ),
        Column("rows", f"map<{STRING},{LONG}>", "number of rows by table that the stage wrote or kept"),
        Column(
            "made_from",
            f"map<{STRING},{STRING}>",
            "by part (a source, a silver table, else the whole stage), hash of the versions of tables, files, "
            "conf and code that it was computed from; the next run skips a part whose hash is the same",
        ),
        *RECORDED_BY,
    ),
)

QUALITY_RESULT = Table(
    "ops.quality_result",
    "One row per expectation, table and run; never contains a value of the data",
    ("run_id", "table", "expectation", "column", "arguments"),
    (
        RUN_ID,
        Column("table", STRING, "table"),
        Column("expectation", STRING, "Great Expectations class"),
        Column("column", STRING, "column, where the expectation is about one"),
        Column("success", BOOLEAN, "true where the table meets the expectation"),
        Column("observed", STRING, "observed share or count; never a value"),
        Column("arguments", STRING, "the expectation's arguments as JSON"),
        Column("checked_at", TIMESTAMP, "when, UTC"),
    ),
)

DELIVERY = Table(
    "ops.delivery",
    "One row per delivery of a source that differs from the previous one",
    ("source", "delivered_at"),
    (
        Column("source", STRING, "source"),
        Column("delivered_at", TIMESTAMP, "when it was read, UTC"),
        Column("batches", STRINGS, "content hashes of its files"),
        Column("rows", LONG, "number of rows in its files; files with the same content are counted once"),
        Column("columns", f"map<{STRING},{STRING}>", "column names and types as read"),
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
        Column("landed", LONG, "landed rows that were processed"),
        Column("skipped", LONG, "of these, rows that have nothing for the table"),
        Column("emitted", LONG, "rows emitted for the table, several where a landed row holds a list"),
        Column("quarantined", LONG, "of these, rows in silver.quarantine"),
        Column("superseded", LONG, "of these, older versions, or rows merged into another of their key"),
        Column("deleted", LONG, "of these, rows that their source marks as deleted"),
        Column("current", LONG, "of these, rows that the table holds"),
        Column("counted_at", TIMESTAMP, "when, UTC"),
    ),
)

CLEANING = Table(
    "ops.cleaning",
    "One row per run, source, silver table, column, outcome and reason: the number of rows in which cleaning "
    "changed or dropped a value; never contains a value of the data",
    ("run_id", "source", "table", "column", "outcome", "reason"),
    (
        RUN_ID,
        Column("source", STRING, "source of the rows"),
        Column("table", STRING, "silver table that the rows were meant for"),
        Column("column", STRING, "column that the source maps"),
        Column(
            "outcome", STRING, "changed (written in the standard form), placeholder or invalid (both dropped)"
        ),
        Column("rows", LONG, "number of rows with such a value; rows merged into one are counted once"),
        Column("counted_at", TIMESTAMP, "when, UTC"),
        Column(
            "reason", STRING, "why an invalid value was dropped: no valid phone number, an impossible date, …"
        ),
        Column(
            "places",
            f"array<struct<file:{STRING},row_number:{LONG}>>",
            "up to three rows that have such a dropped value",
        ),
    ),
)

METRIC = Table(
    "ops.metric",
    "One row per forecast and run: its error on a held-out past, and the error of a simpler forecast",
    ("run_id", "metric"),
    (
        RUN_ID,
        Column("metric", STRING, "churn_risk, lifetime_value_forecast or cash_flow.<currency>"),
        Column("value", DOUBLE, "mean error of the forecast, in `unit`; null where none could be made"),
        Column(
            "baseline", DOUBLE, "mean error of the simpler forecast, in `unit`; null where none could be made"
        ),
        Column("unit", STRING, "log loss in nats; root mean square or mean absolute error in a currency"),
        Column("is_published", BOOLEAN, "true where gold has the forecast, because its error is smaller"),
        Column("measured_at", TIMESTAMP, "when, UTC"),
    ),
)

RELEASE = Table(
    "ops.release",
    "One row per release, with the version of every table in it; readers of gold see the newest",
    ("release_id",),
    (
        Column("release_id", STRING, "run that wrote the release"),
        Column("released_at", TIMESTAMP, "when, UTC"),
        Column("versions", f"map<{STRING},{LONG}>", "Delta version by table"),
    ),
)

LEASE = Table(
    "ops.lease",
    "One row per step of a lease on the warehouse: taken, renewed or released; the last one is valid",
    ("step",),
    (
        Column("step", LONG, "number of the step, from 1; unique, also when two runs try at once"),
        RUN_ID,
        Column("held", BOOLEAN, "true when taken or renewed, false when released"),
        Column("host", STRING, "machine of the process that holds the lease"),
        Column("pid", LONG, "id of that process"),
        Column("at", TIMESTAMP, "when, UTC"),
    ),
)
