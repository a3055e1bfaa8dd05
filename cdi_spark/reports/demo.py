"""What came out of a run of the demo: quarantine, accuracy against truth, one customer; in some sixty lines."""

from __future__ import annotations

from pyspark.sql import Row
from pyspark.sql import functions as F
from rich.console import RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.errors import CdiError
from cdi_spark.gold.customer.accuracy import golden_accuracy
from cdi_spark.linkage.evaluation.accuracy import Evaluation, evaluate
from cdi_spark.linkage.evaluation.baselines import exact_match_clusters, linked_clusters
from cdi_spark.linkage.evaluation.labels import read_truth
from cdi_spark.linkage.evaluation.tutorial import tutorial_clusters
from cdi_spark.pages import figure, text
from cdi_spark.queries.accuracy import evaluate_members
from cdi_spark.schema import (
    ATTRIBUTES,
    CUSTOMER_360,
    MEMBER,
    METRIC,
    MODEL,
    PAIR,
    PERSON,
    QUARANTINE,
)
from cdi_spark.storage import Storage

_TUTORIAL = "the model of Splink's tutorial"
_MEASURES = (
    "precision: of all pairs of records that were put together, those that are one person; recall: of all pairs that "
    "are one person, those that were put together; F1: both in one number."
)
# Of what there may be many, so many are shown.
_RULES, _RECORDS = 6, 6


def demo_report(storage: Storage, truth: str, people: str) -> list[RenderableType]:
    """What came out of a run of the demo, as parts to print one after the other.

    Args:
        truth: CSV of source, key and person.
        people: CSV of what is true of each person (gold/accuracy.py).
    """
    return [
        _title("What came out"),
        _overview(storage),
        _title("Are the right records together? Compared with the truth"),
        accuracy(storage, truth),
        Text(_MEASURES, "dim"),
        _title("Do customers show what is true?"),
        _golden(storage, truth, people),
        _title("Forecasts, tried on a past that was held out"),
        forecasts(storage),
        *_customer(storage),
    ]


def _title(title: str) -> Text:
    return Text(f"\n{title}", "bold")


def _table(*columns: str) -> RichTable:
    return RichTable(*columns, box=None, padding=(0, 2, 0, 0))


def _overview(storage: Storage) -> Text:
    """Records, customers, and why rows are in quarantine."""
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
        f"each in gold.customer_360.\n{quarantine.count():,} faulty rows are set aside in silver.quarantine; they "
        f"fail {failed}{more}."
    )


def accuracy(storage: Storage, path: str) -> RichTable:
    """Precision, recall and F1 of the entities against truth, beside those of plainer ways to link."""
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
        shown.add_row(_TUTORIAL, "cannot be trained from so little")
    return shown


def _golden(storage: Storage, truth: str, people: str) -> Text:
    """How much of what sources know to be true gold shows, beside plain "last record wins"."""
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
        f"Of {known:,} true values that a source knows, golden records show {_share(golden, known)}; plain "
        f"'last record wins' would show {_share(last, known)}. By attribute, the latter in brackets: "
        f"{', '.join(each)}."
    )


def _share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.3f}"


def forecasts(storage: Storage) -> RichTable:
    """How well the newest release's forecasts foretold the past, beside plainer ones."""
    release_id = storage.newest_release().release_id
    metrics = storage.read(METRIC.name).where(F.col("run_id") == release_id).orderBy("metric")
    shown = _table("", "error", "of a plainer one", "unit", "in gold")
    for row in metrics.collect():
        errors = (figure(row[name]) for name in ("value", "baseline"))
        shown.add_row(row["metric"], *errors, row["unit"], "yes" if row["is_published"] else "no")
    return shown


def _customer(storage: Storage) -> list[RenderableType]:
    """A customer of many sources, with the records that the golden record came from."""
    customers = storage.newest_release().read(CUSTOMER_360.name)
    best = customers.orderBy(F.desc(F.size("sources")), F.abs(F.col("record_count") - 6), "entity_id").first()
    if best is None:
        return []
    members = storage.read(MEMBER.name).where(
        (F.col("entity_id") == best["entity_id"]) & F.col("valid_to").isNull()
    )
    records = (
        storage.read(PERSON.name)
        .join(members.select("record_id"), "record_id")
        .orderBy("record_id")
        .collect()
    )
    golden, said = _lines(), _lines()
    for name in _known(best):
        golden.add_row(name, Text(text(best[name])))
    for record in records[:_RECORDS]:
        values = " · ".join(text(record[name]) for name in _known(record))
        said.add_row(Text(record["record_id"]), Text(values))
    more = len(records) - _RECORDS
    return [
        _title(f"One customer, {best['entity_id']}"),
        golden,
        _title(f"The {len(records)} records that it came from"),
        said,
        *([Text(f"and {more} more", "dim")] if more > 0 else []),
    ]


def _lines() -> RichTable:
    """A table of names and texts, one line for each; what does not fit in is cut off."""
    lines = RichTable.grid(padding=(0, 2, 0, 0), expand=True)
    lines.add_column(no_wrap=True)
    lines.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    return lines


def _known(row: Row) -> list[str]:
    return [c.name for c in ATTRIBUTES if row[c.name] is not None]
