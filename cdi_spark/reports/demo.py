"""The result of a demo run on a terminal: quarantine, accuracy compared with the truth, one customer."""

from __future__ import annotations

from pyspark.sql import Row
from pyspark.sql import functions as F
from rich.console import RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.errors import CdiError
from cdi_spark.gold.customer.accuracy import golden_accuracy
from cdi_spark.gold.customer.members import current_members
from cdi_spark.linkage.evaluation.accuracy import Evaluation, evaluate
from cdi_spark.linkage.evaluation.baselines import exact_match_clusters, linked_clusters
from cdi_spark.linkage.evaluation.labels import read_truth
from cdi_spark.linkage.evaluation.tutorial import tutorial_clusters
from cdi_spark.pages import figure, text
from cdi_spark.queries.accuracy import evaluate_members
from cdi_spark.schema import ATTRIBUTES, CUSTOMER_360, MEMBER, METRIC, MODEL, PAIR, PERSON, QUARANTINE
from cdi_spark.storage import Storage

_TUTORIAL = "the model of Splink's tutorial"
_MEASURES = (
    "precision: the share of linked pairs of records that are one person; recall: the share of pairs of one person "
    "that are linked; F1: both in one number."
)
# Most rules and records that are shown.
_RULES, _RECORDS = 6, 6


def demo_report(storage: Storage, truth: str, people: str) -> list[RenderableType]:
    """Return the result of a demo run as parts to print.

    Args:
        truth: CSV of source, key and person.
        people: CSV of the true values of each person; see gold/customer/accuracy.py.
    """
    return [
        _title("Result"),
        _overview(storage),
        _title("Are the right records linked? Compared with the truth"),
        accuracy(storage, truth),
        Text(_MEASURES, "dim"),
        _title("Are the golden values true?"),
        _golden(storage, truth, people),
        _title("Forecasts, tested on held-out months"),
        forecasts(storage),
        *_customer(storage),
    ]


def _title(title: str) -> Text:
    return Text(f"\n{title}", "bold")


def _table(*columns: str) -> RichTable:
    return RichTable(*columns, box=None, padding=(0, 2, 0, 0))


def _overview(storage: Storage) -> Text:
    """Count records and customers, and the rows in quarantine by reason."""
    live = storage.read(PERSON.name).where("NOT is_deleted")
    [counted] = live.agg(F.count("*").alias("records"), F.count_distinct("source").alias("sources")).collect()
    customers = storage.newest_release().read(CUSTOMER_360.name).count()
    quarantine = storage.read(QUARANTINE.name)
    by_rule = quarantine.select(F.explode("failed_rules").alias("rule")).groupBy("rule").count()
    rules = by_rule.orderBy(F.desc("count"), "rule").collect()
    failed = ", ".join(f"{row['rule']} ({row['count']:,})" for row in rules[:_RULES])
    more = f" and {len(rules) - _RULES} more" if len(rules) > _RULES else ""
    return Text(
        f"{counted['records']:,} records of {counted['sources']} sources are {customers:,} customers, one row for "
        f"each in gold.customer_360.\n{quarantine.count():,} faulty rows are set aside in silver.quarantine, because "
        f"they fail {failed}{more}."
    )


def accuracy(storage: Storage, path: str) -> RichTable:
    """Return precision, recall and F1 of the entities and of simpler ways to link."""
    persons, truth = storage.read(PERSON.name), read_truth(storage, path)
    shown = _table("", "precision", "recall", "F1")

    def add(name: str, found: Evaluation) -> None:
        shown.add_row(name, f"{found.precision:.4f}", f"{found.recall:.4f}", f"{found.f1:.4f}")

    add("cdi_spark", evaluate_members(storage, path))
    linked = linked_clusters(persons, storage.read(PAIR.name), storage.read(MODEL.name))
    add("its links, plain components", evaluate(linked, truth))
    add("exact e-mail or phone", evaluate(exact_match_clusters(persons), truth))
    try:
        add(_TUTORIAL, evaluate(tutorial_clusters(persons), truth))
    except CdiError:
        shown.add_row(_TUTORIAL, "cannot be trained from so few records")
    return shown


def _golden(storage: Storage, truth: str, people: str) -> Text:
    """Return the share of true values in golden records, and in those of plain "last record wins"."""
    found = golden_accuracy(
        storage.newest_release().read(CUSTOMER_360.name),
        storage.read(PERSON.name),
        storage.read(MEMBER.name),
        read_truth(storage, truth),
        storage.spark.read.csv(people, header=True),
    ).orderBy("attribute")
    rows = [(row["attribute"], row["known"], row["golden"], row["last"]) for row in found.collect()]
    known, golden, last = (sum(row[i] for row in rows) for i in (1, 2, 3))
    each = (f"{name} {_share(right, of)} ({_share(newest, of)})" for name, of, right, newest in rows)
    return Text(
        f"Golden records show {_share(golden, known)} of {known:,} true values that a source knows; plain "
        f"'last record wins' would show {_share(last, known)}. By attribute, with 'last record wins' in brackets: "
        f"{', '.join(each)}."
    )


def _share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.3f}"


def forecasts(storage: Storage) -> RichTable:
    """Return the errors of the newest release's forecasts on the past, and of simpler forecasts."""
    release_id = storage.newest_release().release_id
    metrics = storage.read(METRIC.name).where(F.col("run_id") == release_id).orderBy("metric")
    shown = _table("", "error", "simpler forecast", "unit", "in gold")
    for row in metrics.collect():
        errors = (figure(row[name]) for name in ("value", "baseline"))
        shown.add_row(row["metric"], *errors, row["unit"], "yes" if row["is_published"] else "no")
    return shown


def _customer(storage: Storage) -> list[RenderableType]:
    """Return a customer with many sources, and the records behind the golden record."""
    customers = storage.newest_release().read(CUSTOMER_360.name)
    best = customers.orderBy(F.desc(F.size("sources")), F.abs(F.col("record_count") - 6), "entity_id").first()
    if best is None:
        return []
    members = current_members(storage.read(MEMBER.name)).where(F.col("entity_id") == best["entity_id"])
    records = (
        storage.read(PERSON.name)
        .join(members.select("record_id"), "record_id")
        .orderBy("record_id")
        .collect()
    )
    golden, source_records = _lines(), _lines()
    for name in _known(best):
        golden.add_row(name, Text(text(best[name])))
    for record in records[:_RECORDS]:
        values = " · ".join(text(record[name]) for name in _known(record))
        source_records.add_row(Text(record["record_id"]), Text(values))
    more = len(records) - _RECORDS
    return [
        _title(f"One customer, {best['entity_id']}"),
        golden,
        _title(f"The {len(records)} records behind it"),
        source_records,
        *([Text(f"and {more} more", "dim")] if more > 0 else []),
    ]


def _lines() -> RichTable:
    """Return an empty table of names and texts with one line per row; long texts are cut off."""
    lines = RichTable.grid(padding=(0, 2, 0, 0), expand=True)
    lines.add_column(no_wrap=True)
    lines.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    return lines


def _known(row: Row) -> list[str]:
    return [c.name for c in ATTRIBUTES if row[c.name] is not None]
