"""The report of a training: what is in it, and that no person's value is."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row

from cdi_spark.linkage.evaluation.model_report import model_report
from cdi_spark.storage import Storage

METRICS: dict[str, Any] = {
    "sample_records": 1000,
    "prior": 1.2e-5,
    "overlaps": {"phone": {"address": 3.1}},
    "rules": [
        {"name": "e-mail", "entries": 1000, "pairs": 12345, "found": 900, "added": 41, "kept": True},
        {"name": "one name", "entries": 10, "pairs": 99, "found": 9, "added": 0, "kept": False},
    ],
    "unlinkable": [[-5, 0.0], [0, 0.01], [5, 0.2]],
    "thresholds": [
        {"entity_weight": w, "implied_precision": 0.9 + w / 100, "implied_recall": 0.9 - w / 100, "entities": 900,
         "labelled_precision": None, "labelled_recall": None}
        for w in (-2.0, 0.0, 2.0)
    ],
    "chosen": {"entity_weight": 0.0, "by": "implied precision", "precision_target": 0.95},
    "cluster_sizes": {"components": [[1, 900], [7, 400]], "entities": [[1, 950], [2, 420]]},
}  # fmt: skip
SECTIONS = ["thresholds", "weights", "dependence", "unlinkable", "blocking", "sizes"]


@pytest.fixture(scope="module")
def trained(demo_job: Storage) -> Row:
    row = demo_job.read("linkage.model").first()
    assert row is not None
    return row


def with_metrics(trained: Row, metrics: dict[str, Any] | None) -> Row:
    return Row(**{**trained.asDict(), "metrics": metrics and json.dumps(metrics)})


def sections(page: str) -> list[str]:
    return re.findall(r'<h2 id="(\w+)"', page)


def test_the_report_shows_everything_that_training_measured(trained: Row) -> None:
    page = model_report(with_metrics(trained, METRICS))
    assert sections(page) == SECTIONS
    for said in ("12,345", "90.0\N{NO-BREAK SPACE}%", "3.1", "target: 95.0", "5 to 9"):
        assert said in page
    assert not re.search(r"<script|https?://|<link|<img|@import|url\(", page)


def test_every_level_has_its_bar(trained: Row) -> None:
    page = model_report(with_metrics(trained, None))
    comparisons = json.loads(trained["settings"])["comparisons"]
    levels = [
        level for c in comparisons for level in c["comparison_levels"] if not level.get("is_null_level")
    ]
    assert page.count("<rect") == len(levels)
    assert all(f"<h3>{c['output_column_name']}</h3>" in page for c in comparisons)


@pytest.mark.parametrize("part", ["overlaps", "rules", "unlinkable", "thresholds", "chosen", "cluster_sizes"])
def test_what_was_not_measured_is_left_out(trained: Row, part: str) -> None:
    less = {name: value for name, value in METRICS.items() if name != part}
    gone = {"overlaps": "dependence", "rules": "blocking", "cluster_sizes": "sizes"}.get(part, part)
    assert sections(model_report(with_metrics(trained, less))) == [name for name in SECTIONS if name != gone]


def test_labelled_precision_stands_apart_from_implied(trained: Row) -> None:
    rows = [{**row, "labelled_precision": 0.5, "labelled_recall": 0.25} for row in METRICS["thresholds"]]
    implied = model_report(with_metrics(trained, METRICS))
    labelled = model_report(with_metrics(trained, {**METRICS, "thresholds": rows}))
    assert "Labelled precision" not in implied
    assert "Labelled precision" in labelled
    assert labelled.count("<polyline") == implied.count("<polyline") + 2


def test_judgements_have_their_line_where_training_learned_from_some(trained: Row) -> None:
    learned = {"judged": {"same": 1200, "apart": 7, "shift": -1.52}}
    page = model_report(with_metrics(trained, METRICS | learned))
    assert "1,200 pairs are one person, 7 pairs are two" in page
    assert "by \N{MINUS SIGN}1.5 bits" in page
    for none in ({"judged": None}, {"judged": {"same": 0, "apart": 0, "shift": 0.0}}, {}):
        assert "judgements" not in model_report(with_metrics(trained, METRICS | none))


def test_training_leaves_its_report_beside_the_tables_without_a_value_of_the_data(
    demo_job: Storage, trained: Row
) -> None:
    page = (Path(demo_job.warehouse) / "reports" / f"model_{trained['model_id']}.html").read_text()
    assert page == model_report(trained)
    values = {row["value"] for row in demo_job.read("linkage.term_frequency").collect()}
    values |= {row["value"] for row in demo_job.read("linkage.shared_value").collect()}
    assert len(values) > 300
    template = files("cdi_spark").joinpath("pages/model_report.html.j2").read_text()
    style = files("cdi_spark").joinpath("pages/page_style.html.j2").read_text()
    own = words(template) | words(style) | words(trained["settings"]) | words(" ".join(trained["rules"]))
    assert not {value for value in values if words(value) and words(value) <= words(page) - own}


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}|\d{4}-\d\d-\d\d", text.lower()))
