"""A key that is re-used for another person: new id, an event, and decisions that are set aside until confirmed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.cli import main
from cdi_spark.config import load_project
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import STAGES, run_stages
from cdi_spark.queries.confirmations import decisions_to_confirm
from cdi_spark.queries.history import history
from cdi_spark.schema import CONTENT_CHANGE, EVENT, MEMBER
from cdi_spark.stewardship.judgements import Verdict
from cdi_spark.stewardship.judging import judge
from cdi_spark.stewardship.overriding import confirm_override, override
from cdi_spark.storage import Storage
from tests import tiny_company
from tests.tiny_company import FirstDay


def hand_over(folder: Path, key: int, *, day: int) -> None:
    """Write in the customers of a day that the key is Priya's."""
    file = folder / "customers" / f"{day}.csv"
    rows = [row for row in file.read_text().splitlines() if not row.startswith(f"{key},")]
    priya = f"{key},Priya,Quist,priya@quist.example,1991-07-01,2024-01-0{day}"
    file.write_text("\n".join([*rows, priya]) + "\n")


def ids(storage: Storage) -> dict[str, str]:
    return {
        r["record_id"]: r["entity_id"] for r in storage.read(MEMBER.name).where("valid_to IS NULL").collect()
    }


def handed_over(storage: Storage) -> list[tuple[list[str], list[str]]]:
    rows = storage.read(EVENT.name).where("kind = 'handed_over'").collect()
    return sorted((row["before"], row["after"]) for row in rows)


def golden(storage: Storage, entity: str) -> tuple[str, list[str]]:
    row = storage.read("gold.customer_360").where(f"entity_id = '{entity}'").first()
    assert row is not None
    return str(row["birth_date"]), row["emails"]


def test_a_re_used_key_is_another_person_and_decisions_about_it_wait_for_confirmation(
    spark: SparkSession, first_day: FirstDay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = first_day.copy(tmp_path)
    storage, project = company.storage, load_project(company.conf)
    said = {"birth_date": "1949-12-31", "emails": "private@odo.example"}
    override(storage, project, "crm:33", said, by="pat", why="called")
    override(storage, project, "crm:36", {"birth_date": "1949-12-30"}, by="pat", why="called")
    judge(storage, ("crm:33", "crm:40"), Verdict.CANNOT_LINK, by="pat", why="brothers")
    before = ids(storage)
    odo = before["crm:33"]
    tiny_company.change(tmp_path)
    hand_over(tmp_path, 33, day=2)
    list(run_stages(Run(project, storage), list(STAGES)))

    now = ids(storage)
    priya = now["crm:33"]
    assert priya not in before.values()
    assert ([odo], [priya]) in handed_over(storage)
    # Another key went to a person who has a record already.
    assert ([now["crm:32"]], [now["crm:30"]]) in handed_over(storage)
    assert len(handed_over(storage)) == 2
    assert golden(storage, priya) == ("1991-07-01", ["priya@quist.example"])
    assert golden(storage, now["crm:36"])[0] == "1949-12-30"
    # Odo's id ends, and does not lead to Priya.
    past = history(storage, odo)
    assert (past.successor_id, past.records) == (None, [])
    assert [event.kind for event in past.events] == ["created", "handed_over", "retired"]

    where = ["--project", str(company.conf), "--warehouse", storage.warehouse]
    capsys.readouterr()
    assert main(["review", "--decisions", "--json", *where]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["what"], one["is_set_aside"], one["confirm"]) for one in listed] == [
        ("birth_date", True, "cdi override confirm crm:33 birth_date"),
        ("emails", True, "cdi override confirm crm:33 emails"),
        ("cannot-link", True, "cdi judge cannot crm:33 crm:40"),
    ]
    assert main(["why", odo, *where]) == 1
    assert f"re-used for another person, {priya}" in " ".join(capsys.readouterr().err.split())
    assert main(["override", "withdraw", "crm:33", "emails", "--by", "pat", "--why", "his", *where]) == 0
    confirm_override(storage, "crm:33", "birth_date", by="pat", why="hers too")
    assert judge(storage, ("crm:33", "crm:40"), Verdict.CANNOT_LINK, by="pat", why="no brothers")
    assert decisions_to_confirm(storage, project.survivorship) == []
    list(run_stages(Run(project, storage), ["publish"]))
    assert golden(storage, priya) == ("1949-12-31", ["priya@quist.example"])


@pytest.mark.launch
def test_hand_overs_are_the_same_in_full_and_retrained_and_interrupted_runs(
    spark: SparkSession, first_day: FirstDay, tmp_path: Path
) -> None:
    company = first_day.copy(tmp_path)
    project = load_project(company.conf)
    before = ids(company.storage)

    def copied(name: str, of: Storage) -> Storage:
        return Storage(spark, shutil.copytree(of.warehouse, tmp_path / name))

    def found(storage: Storage) -> tuple[dict[str, list[str]], set[tuple[str, bool]]]:
        changes = storage.read(CONTENT_CHANGE.name).collect()
        assert len({(c["record_id"], c["content_after"]) for c in changes}) == len(changes)
        return tiny_company.outcome(storage), {(c["record_id"], c["is_handed_over"]) for c in changes}

    tiny_company.change(tmp_path)
    hand_over(tmp_path, 33, day=2)
    full, retrained, killed = (copied(name, company.storage) for name in ("full", "retrained", "killed"))
    list(run_stages(Run(project, company.storage), list(STAGES)))
    list(run_stages(Run(project, full, full=True), list(STAGES)))
    list(run_stages(Run(project, retrained, retrain=True), list(STAGES)))
    tiny_company.run(spark, company.conf, Path(killed.warehouse), "ingest", "standardise", "train")
    # Around the write of the change, and of linkage.linked, which forgets the earlier content.
    for count in (3, 4, 5):
        assert tiny_company.killed(company.conf, Path(killed.warehouse), "score", count, "before")
    tiny_company.run(spark, company.conf, Path(killed.warehouse))
    results = [found(storage) for storage in (company.storage, full, retrained, killed)]
    assert ("crm:33", True) in results[0][1]
    assert all(result[1] == results[0][1] for result in results)
    assert results[1] == results[3] == results[0]
    assert all(len(handed_over(storage)) == 2 for storage in (company.storage, full, retrained, killed))

    # A deleted key comes back as another person's; one that comes back as it was has its id again.
    third = tmp_path / "customers" / "3.csv"
    yesterday = (tmp_path / "customers" / "2.csv").read_text()
    first = tiny_company.make(tmp_path / "again").parent / "customers" / "1.csv"
    as_it_was = next(row for row in first.read_text().splitlines() if row.startswith("6,"))
    third.write_text(f"{yesterday}{as_it_was}\n")
    (tmp_path / "customers" / "2.csv").unlink()
    hand_over(tmp_path, 3, day=3)
    for storage, is_full in ((company.storage, False), (full, True)):
        list(run_stages(Run(project, storage, full=is_full), list(STAGES)))
        assert ids(storage)["crm:6"] == before["crm:6"]
        assert ids(storage)["crm:3"] == ids(storage)["crm:33"] != before["crm:3"]
        assert ([before["crm:3"]], [ids(storage)["crm:3"]]) in handed_over(storage)
        assert storage.read("linkage.departed").where("record_id IN ('crm:3', 'crm:6')").isEmpty()
    assert found(company.storage) == found(full)
