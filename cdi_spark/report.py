"""What a finished run looks like: rows, quarantine, accuracy against truth, one customer in full."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.entities.components import components
from cdi_spark.errors import CdiError
from cdi_spark.gold.accuracy import golden_accuracy
from cdi_spark.linkage.evaluation import Evaluation, evaluate
from cdi_spark.linkage.link_rules import as_links
from cdi_spark.linkage.tutorial import tutorial_clusters
from cdi_spark.pages import figure, text
from cdi_spark.storage import Storage
from cdi_spark.tables import ATTRIBUTES, CUSTOMER_360, MEMBER, METRIC, MODEL, PAIR, PERSON, QUARANTINE, RUN
from cdi_spark.truth import read_truth

_TUTORIAL = "the model of Splink's tutorial"


def evaluate_members(storage: Storage, path: str) -> Evaluation:
    """The current entities against truth."""
    members = storage.read(MEMBER.name).where("valid_to IS NULL")
    return evaluate(members.select("record_id", "entity_id"), read_truth(storage, path))


def exact_match_clusters(persons: DataFrame) -> DataFrame:
    """What plain matching gives: records that share an exact e-mail address or phone number, closed over.

    Returns:
        record_id, entity_id.
    """
    live = persons.where("NOT is_deleted")
    values = live.select("record_id", F.explode(F.array_compact(F.concat(
        F.coalesce("emails", F.array().cast("array<string>")), F.coalesce("phones", F.array().cast("array<string>"))
    ))).alias("value"))  # fmt: skip
    first = values.groupBy("value").agg(F.min("record_id").alias("record_id_l"))
    links = values.join(first, "value").where("record_id_l <> record_id")
    links = links.select("record_id_l", F.col("record_id").alias("record_id_r")).distinct()
    return _as_entities(components(live, links))


def _as_entities(joined: DataFrame) -> DataFrame:
    return joined.select("record_id", F.col("component").cast("string").alias("entity_id"))


def linked_clusters(storage: Storage) -> DataFrame:
    """Plain connected components: records that links of the project's link_probability join, closed over.

    Returns:
        record_id, entity_id.
    """
    live = storage.read(PERSON.name).where("NOT is_deleted")
    models = storage.read(MODEL.name).select("model_id", "link_weight")
    links = as_links(storage.read(PAIR.name)).join(F.broadcast(models), "model_id")
    links = links.where("match_weight >= link_weight")
    return _as_entities(components(live, links))


def print_report(storage: Storage, truth: str, people: str, *, console: Console) -> None:
    """Print rows a stage, quarantined rows by reason, accuracy beside plainer ways, forecasts, and one customer.

    Args:
        truth: CSV of source, key and person.
        people: CSV of what is true of each person (gold/accuracy.py).
    """
    _print_stages(storage, console)
    _print_quarantine(storage, console)
    print_accuracy(storage, truth, console=console)
    _print_golden(storage, truth, people, console)
    print_forecasts(storage, console=console)
    _print_customer(storage, console)


def _print_stages(storage: Storage, console: Console) -> None:
    runs = storage.read(RUN.name)
    newest = runs.orderBy(F.desc("started_at")).limit(1).select("run_id")
    stages = runs.join(newest, "run_id").orderBy("started_at").collect()
    shown = RichTable("stage", "table", "rows", "seconds", title="Rows a stage")
    for row in stages:
        for i, (table, rows) in enumerate(row["rows"].items()):
            shown.add_row("" if i else row["stage"], table, f"{rows:,}", "" if i else f"{row['seconds']:.1f}")
    shown.columns[2].justify = shown.columns[3].justify = "right"
    console.print(shown)


def _print_quarantine(storage: Storage, console: Console) -> None:
    reasons = storage.read(QUARANTINE.name).select(
        "target", "source", F.explode("failed_rules").alias("rule")
    )
    shown = RichTable("table", "source", "rule", "rows", title="Quarantined rows by reason")
    for row in (
        reasons.groupBy("target", "source", "rule").count().orderBy("target", "source", "rule").collect()
    ):
        shown.add_row(row["target"], row["source"], row["rule"], f"{row['count']:,}")
    shown.columns[3].justify = "right"
    console.print(shown)


def print_accuracy(storage: Storage, path: str, *, console: Console) -> None:
    """Print precision, recall and F1 of the entities against truth, beside those of plainer ways to link."""
    persons, truth = storage.read(PERSON.name), read_truth(storage, path)
    shown = RichTable("", "precision", "recall", "F1", title="Against the known truth (pairs, over clusters)")

    def add(name: str, found: Evaluation) -> None:
        shown.add_row(name, f"{found.precision:.4f}", f"{found.recall:.4f}", f"{found.f1:.4f}")

    add("cdi_spark", evaluate_members(storage, path))
    add("its links, plain components", evaluate(linked_clusters(storage), truth))
    add("exact e-mail or phone", evaluate(exact_match_clusters(persons), truth))
    try:
        add(_TUTORIAL, evaluate(tutorial_clusters(persons), truth))
    except CdiError:
        shown.add_row(_TUTORIAL, "cannot be trained from so little")
    console.print(shown)


def _print_golden(storage: Storage, truth: str, people: str, console: Console) -> None:
    """Print how much of what sources know to be true gold shows, beside plain "last record wins"."""
    found = golden_accuracy(
        storage.newest_release().read(CUSTOMER_360.name),
        storage.read(PERSON.name),
        storage.read(MEMBER.name),
        read_truth(storage, truth),
        storage.spark.read.csv(people, header=True),
    ).orderBy("attribute")
    rows = [(row["attribute"], row["known"], row["golden"], row["last"]) for row in found.collect()]
    total = ("all", *(sum(row[i] for row in rows) for i in (1, 2, 3)))
    shown = RichTable(
        "attribute", "true values", "golden record", "last record wins",
        title="Golden accuracy: of true values that a source knows, those shown",
    )  # fmt: skip
    for name, known, golden, last in (*rows, total):
        shown.add_row(name, f"{known:,}", f"{golden / max(known, 1):.3f}", f"{last / max(known, 1):.3f}")
    for column in shown.columns[1:]:
        column.justify = "right"
    console.print(shown)


def print_forecasts(storage: Storage, *, console: Console) -> None:
    """Print how well the newest release's forecasts foretold the past, beside plainer ones."""
    release_id = storage.newest_release().release_id
    metrics = storage.read(METRIC.name).where(F.col("run_id") == release_id).orderBy("metric")
    shown = RichTable(
        "", "error", "of a plainer one", "unit", "in gold", title="Forecasts of a past held out"
    )
    for row in metrics.collect():
        errors = (figure(row[name]) for name in ("value", "baseline"))
        shown.add_row(row["metric"], *errors, row["unit"], "yes" if row["is_published"] else "no")
    console.print(shown)


def _print_customer(storage: Storage, console: Console) -> None:
    """A customer of many sources, with the records that the golden record came from."""
    customers = storage.newest_release().read(CUSTOMER_360.name)
    best = customers.orderBy(F.desc(F.size("sources")), F.abs(F.col("record_count") - 6), "entity_id").first()
    if best is None:
        return
    members = storage.read(MEMBER.name).where(
        (F.col("entity_id") == best["entity_id"]) & F.col("valid_to").isNull()
    )
    records = (
        storage.read(PERSON.name)
        .join(members.select("record_id"), "record_id")
        .orderBy("record_id")
        .collect()
    )
    shown = RichTable("attribute", "golden record", title=f"Customer {best['entity_id']}")
    for name in _known(best):
        shown.add_row(name, Text(text(best[name])))
    console.print(shown)
    shown = RichTable("record", "what it says", title="The records that it came from", show_lines=True)
    for record in records:
        said = " · ".join(text(record[name]) for name in _known(record))
        shown.add_row(Text(record["record_id"]), Text(said))
    console.print(shown)


def _known(row: Row) -> list[str]:
    return [c.name for c in ATTRIBUTES if row[c.name] is not None]
