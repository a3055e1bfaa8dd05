"""The trial of a draft: what it counts, measures and leaves out, with the pipeline's own stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pyspark.sql import SparkSession

from cdi_spark.discovery.draft.project import Draft, draft_project
from cdi_spark.discovery.trial.apply import apply_trial
from cdi_spark.discovery.trial.results import Trial
from cdi_spark.discovery.trial.run import try_draft
from cdi_spark.discovery.trial.samples import take_sample
from cdi_spark.storage import Storage
from tests.discovery.conftest import table

HEADER = ["customer_no", "first_name", "last_name", "email", "date_of_birth"]
NAMES = ["Anna", "Paul", "Maria", "Peter", "Clara", "Hugo", "Nina", "Otto", "Lena", "Karl"]


def people(rows: int = 40) -> list[list[str]]:
    return [
        [f"K{n:03d}", NAMES[n % 10], f"Miller{'abcd'[n % 4]}", f"p{n}@post.de", f"19{n + 50}-03-{n % 28 + 1:02d}"]
        for n in range(rows)
    ]  # fmt: skip


@pytest.fixture
def tried(spark: SparkSession, tmp_path: Path) -> Callable[..., tuple[Draft, Trial, list[str]]]:
    """tried({"people.csv": text}, change=…, most=…): draft, change the draft, write it and try it."""

    def tried(
        files: dict[str, str], *, change: Callable[[Draft], None] = lambda _: None, most: int = 20_000
    ) -> tuple[Draft, Trial, list[str]]:
        (tmp_path / "raw").mkdir()
        for name, text in files.items():
            (tmp_path / "raw" / name).write_text(text)
        draft = draft_project(tmp_path / "acme", [tmp_path / "raw"])
        change(draft)
        draft.write()
        samples = {
            plan.name: take_sample(plan.sheet, tmp_path / "first" / plan.name, most=most)
            for plan in draft.plans
        }
        trial = try_draft(draft, samples, Storage(spark, str(tmp_path / "warehouse")))
        printed = apply_trial(draft, trial)
        draft.write()
        return draft, trial, printed

    return tried


def line_of(draft: Draft, target: str, source: int = 0) -> str:
    """The text of the line of a source's YAML."""
    text = (draft.directory / "sources" / f"{draft.plans[source].name}.yml").read_text()
    return next(line.strip() for line in text.splitlines() if f"{target}:" in line)


def test_a_trial_counts_rows_and_writes_what_each_line_fills_and_keeps(
    tried: Callable[..., tuple[Draft, Trial, list[str]]],
) -> None:
    rows = people()
    # Ten of forty addresses are none, which the header's test of values allows; two rows have nothing to match on.
    for row in rows[:10]:
        row[3] = "none at all"
    rows += [["K900", "", "", "", ""], ["K901", "", "", "", ""]]
    draft, trial, printed = tried({"people.csv": table(HEADER, rows)})
    assert trial.runs
    source = trial.sources["people"]
    assert (source.rows, source.landed, source.whole) == (42, 42, True)
    [person] = source.tables
    assert (person.emitted, person.in_silver, person.quarantined) == (42, 40, 2)
    assert person.rules == {"has_something_to_match_on": 2}
    emails = trial.lines["people", 0, "emails"]
    assert (emails.rows, emails.given, emails.kept) == (42, 40, 30)
    assert "emails: array_compact(array(email))   # 71% filled, 75% fit" in line_of(draft, "emails")
    assert "given_name: first_name   # 95% filled, 100% fit" in line_of(draft, "given_name")
    assert "what Spark measured on all 42 rows" in (draft.directory / "sources/people.yml").read_text()
    assert any("2 in quarantine (has_something_to_match_on: 2)" in line for line in printed)


def test_lines_that_lose_more_than_expected_are_to_confirm_and_lines_that_fail_are_left_out(
    tried: Callable[..., tuple[Draft, Trial, list[str]]],
) -> None:
    def spoil(draft: Draft) -> None:
        wrong = {
            "birth_date": "cast(try_to_timestamp(date_of_birth, 'dd.MM.yyyy') as date)",
            "given_name": "no_such_column",
            "family_name": "cast(last_name as int)",
        }
        for line in draft.plans[0].emits[0].lines:
            line.sql = wrong.get(line.target, line.sql)

    draft, trial, printed = tried({"people.csv": table(HEADER, people())}, change=spoil)
    assert trial.runs
    left_out = {line.target: reason for line, reason in draft.plans[0].emits[0].left_out}
    assert left_out.keys() == {"given_name", "family_name"}
    assert "no column" in left_out["given_name"]
    assert "CAST_INVALID_INPUT" in left_out["family_name"]
    written = yaml.safe_load((draft.directory / "sources/people.yml").read_text())
    assert written["emits"][0]["columns"].keys() == {"emails", "birth_date"}
    assert line_of(draft, "# given_name") == "# given_name: no_such_column"
    lost = "  to confirm: person.birth_date: in the trial 0% of its values are kept; 100% were expected"
    assert lost in printed
    # No value of a customer, even where Spark's error quotes it.
    assert not any("Miller" in line for line in printed)


def test_a_source_that_cannot_land_is_named_and_the_others_are_tried(
    tried: Callable[..., tuple[Draft, Trial, list[str]]],
) -> None:
    orders = [[f"O{n}", f"K{n % 40:03d}", "2024-02-03", "19.90"] for n in range(60)]

    def spoil(draft: Draft) -> None:

        plan = next(plan for plan in draft.plans if plan.name == "orders")
        plan.key = replace(plan.key, sql="order_nr")

    files = {
        "people.csv": table(HEADER, people()),
        "orders.csv": table(["order_no", "customer_no", "ordered_on", "total"], orders),
    }
    _, trial, printed = tried(files, change=spoil)
    assert not trial.runs
    assert trial.sources["orders"].landed is None
    assert trial.sources["people"].tables[0].in_silver == 40
    [fault] = trial.faults
    assert "source orders" in fault
    assert printed[-1] == f"does not run: {fault}"


def test_of_a_large_file_the_first_rows_are_tried(
    tried: Callable[..., tuple[Draft, Trial, list[str]]],
) -> None:
    draft, trial, _ = tried({"people.csv": table(HEADER, people())}, most=25)
    source = trial.sources["people"]
    assert (source.rows, source.landed, source.whole) == (25, 25, False)
    assert trial.lines["people", 0, "emails"].rows == 25
    assert "what Spark measured on the first 25 rows" in (draft.directory / "sources/people.yml").read_text()


def test_full_names_are_measured_beside_names_in_parts(
    tried: Callable[..., tuple[Draft, Trial, list[str]]],
) -> None:
    members = [
        [f"M{n}", f"{NAMES[n % 10]} Miller", f"m{n}@post.de", "f" if n % 2 else "m"] for n in range(20)
    ]
    files = {
        "people.csv": table(HEADER, people()),
        "members.csv": table(["member_no", "full_name", "email", "gender"], members),
    }
    _, trial, printed = tried(files)
    number = {name[0]: name[1] for name in trial.lines}
    for name, rows in (
        ("full_name", trial.lines["members", number["members"], "full_name"]),
        ("given_name", trial.lines["people", number["people"], "given_name"]),
    ):
        assert rows.given == rows.kept == rows.rows > 0, name
    assert not any("to confirm" in line for line in printed)
