"""`cdi review`: which pairs stewards are shown and why, the forms they fill in, and their answers as judgements."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from cdi_spark.cli import main
from cdi_spark.errors import CdiError
from cdi_spark.reports.review import review_page
from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT, MEMBER, PAIR, PERSON
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.judgements import Verdict, active_judgements
from cdi_spark.stewardship.review_sheet import COLUMNS, read_sheet, sheet
from cdi_spark.storage import Storage
from tests.stewardship.pairs import pair_row, shown_pair

AT = datetime(2025, 1, 1, tzinfo=UTC)
HOSTILE = '<script src="https://evil.example/x.js"></script>\'"&'


def test_a_sheet_has_all_values_and_can_be_read_back(tmp_path: Path) -> None:
    pairs = [
        shown_pair(given_name_l="=1+1", city_l="@SUM(1)", street_r='5, "The\nMews"', phones_l=["+44", "+49"]),
        shown_pair(record_id_l="web:ä;-1\n,'", city_r="\tx", family_name_l="'=1", postcode_l="a;=b;c"),
        shown_pair(record_id_r="shop:3"),
    ]
    text = sheet(pairs)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["given_name_l"], rows[0]["city_l"], rows[0]["phones_l"]) == (
        "'=1+1",
        "'@SUM(1)",
        "'+44, +49",
    )
    assert (rows[0]["street_r"], rows[0]["match_weight"], rows[0]["answer"]) == ('5, "The\nMews"', "-1.5", "")
    assert (rows[1]["city_r"], rows[1]["family_name_l"], rows[1]["postcode_l"]) == ("'\tx", "''=1", "a;'=b;c")
    for row, answer, note in zip(rows, (" Same", "D", ""), ('\'=, \n"x"', "", "later"), strict=True):
        row.update(answer=answer, note=note)
    file = tmp_path / "answers.csv"
    # As a spreadsheet writes it where the comma stands in numbers.
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    found = read_sheet(file)
    assert [(a.row, a.decision.records, a.decision.verdict, a.decision.why) for a in found.answers] == [
        (2, ("crm:1", "crm:2"), Verdict.MUST_LINK, '=, \n"x"'),
        (3, ("web:ä;-1\n,'", "crm:2"), Verdict.CANNOT_LINK, "review"),
    ]
    assert (found.empty, found.faults) == (1, {})


@given(st.text("=;' \ta1", max_size=8))
def test_no_cell_begins_a_formula_and_every_id_comes_back(tmp_path_factory: Any, text: str) -> None:
    file = tmp_path_factory.mktemp("sheet") / "a.csv"
    file.write_text(sheet([shown_pair(record_id_l=f":{text}", city_l=text)]).replace(",crm:2,,", ",crm:2,y,"))
    city = next(csv.DictReader(io.StringIO(file.read_text(), newline="")))["city_l"]
    assert not any(re.match(" *=|\t", cell) for cell in city.split(";"))
    (answer,) = read_sheet(file).answers
    assert answer.decision.records[0] == f":{text}"


def test_a_file_that_is_not_a_sheet_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    head = b"record_id_l,record_id_r,answer,note\n"
    wrong = {
        b"": "row 1: missing columns: record_id_l, record_id_r, answer, note",
        b"record_id_l,record_id_r,note\n": "row 1: missing columns: answer",
        head + b'crm:1,crm:2,same,"\n': "a.csv, line 2: is not CSV",
        head + "crm:1,crm:2,s,ü".encode("latin-1"): "the file is not in UTF-8",
    }
    for content, message in wrong.items():
        file.write_bytes(content)
        with pytest.raises(CdiError, match=message):
            read_sheet(file)
    with pytest.raises(CdiError, match=r"no\.csv: cannot be read"):
        read_sheet(tmp_path / "no.csv")
    file.write_bytes(head + b"crm:1,crm:2,perhaps,\ncrm:1,,yes,\n\ncrm:1,crm:2\ncrm:1,crm:2,0,\n")
    found = read_sheet(file)
    assert list(found.faults) == [2, 3, 5]
    assert [answer.row for answer in found.answers] == [6]
    assert not any("perhaps" in fault for fault in found.faults.values())


def test_the_page_needs_nothing_else_and_shows_values_as_text() -> None:
    page = review_page(
        [shown_pair(record_id_l=f"crm:{HOSTILE}", family_name_l=HOSTILE, city_l="Bath", city_r="BATH",
              emails_l=["a@x.uk", "b@x.uk"], emails_r=["a@x.uk"], street_l="1 Way")]
    )  # fmt: skip
    assert "Confidential" in page
    assert "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'" in page
    seen = _Seen()
    seen.feed(page)
    assert seen.scripts == [{}]
    assert not seen.references
    assert next(tag for tag in seen.tags if tag.get("class") == "pair")["data-left"] == f"crm:{HOSTILE}"
    assert HOSTILE in seen.texts
    # What the other contradicts is marked; capitals, and what only one says, are no contradiction.
    assert seen.marked == ["b@x.uk"]
    assert "no pair to review" in review_page([])


class _Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[dict[str, str | None]] = []
        self.scripts: list[dict[str, str | None]] = []
        self.references: list[str] = []
        self.texts: list[str] = []
        self.marked: list[str] = []
        self._inside: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(dict(attrs))
        self._inside = tag
        if tag == "script":
            self.scripts.append(dict(attrs))
        if tag in ("link", "img", "iframe", "base", "form", "object"):
            self.references.append(tag)
        self.references += [
            name for name, _ in attrs if name in ("src", "href", "srcset") or name[:2] == "on"
        ]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._inside == "mark":
            self.marked.append(data)
        self._inside = ""


@pytest.fixture
def customers(spark: SparkSession, storage: Storage) -> Storage:
    """X has crm:1 and web:1, Y has crm:2; beside them what is no longer."""
    persons = [
        {"record_id": record, "is_deleted": False, "given_name": name, "emails": [f"{name}@x.uk"]}
        for record, name in (("crm:1", "Ann"), ("crm:2", "Anna"), ("web:1", "=Ann"))
    ]
    members = [
        ("crm:1", "X", AT, None, "r"), ("web:1", "X", AT, None, "r"), ("crm:2", "Y", AT, None, "r"),
        ("web:1", "Y", AT, AT, "r"),
    ]  # fmt: skip
    pairs = [
        pair_row("crm:1", "web:1", 12.0),
        pair_row("crm:1", "crm:2", 3.0),
        pair_row("crm:2", "web:1", 1.0),
    ]
    storage.replace(MEMBER, local_rows(spark, members, MEMBER.schema))
    storage.replace(PAIR, local_rows(spark, pairs, PAIR.schema))
    rows = [tuple(person.get(name) for name in PERSON.names) for person in persons]
    storage.replace(PERSON, local_rows(spark, rows, PERSON.schema))
    return storage


def test_a_clerk_answers_and_what_is_right_is_on_record(
    customers: Storage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--project", "conf/demo", "--warehouse", customers.warehouse]
    csv_file, page = tmp_path / "pairs.csv", tmp_path / "pairs.html"
    assert main(["review", *place, "--csv", str(csv_file), "--html", str(page), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(pair["record_id_l"], pair["record_id_r"]) for pair in found] == [
        ("crm:1", "crm:2"), ("crm:1", "web:1")
    ]  # fmt: skip
    assert (found[0]["given_name_r"], found[0]["emails_l"], found[0]["entity_id_l"]) == (
        "Anna",
        ["Ann@x.uk"],
        "X",
    )
    assert "crm:2" in page.read_text()
    assert "'=Ann" in csv_file.read_text()
    assert main(["review", *place, "--pairs", "1"]) == 0
    shown = capsys.readouterr().out
    assert "Anna" in shown
    assert "web:1" not in shown

    head, *_ = csv_file.read_text().splitlines()
    rows = ("crm:1,crm:2,different,", "crm:2,crm:1,D,", "web:1,crm:1,same,one, they say", "crm:2,web:1,yes,",
            "crm:9,crm:1,n,", "crm:1,web:1,,", "crm:1,web:1,who knows,")  # fmt: skip
    csv_file.write_text("\n".join((head, *rows)) + "\n")
    assert main(["review", *place, "--answers", str(csv_file), "--by", "ann"]) == 1
    out, err = capsys.readouterr()
    assert "2 recorded, 1 already decided, 1 empty, 2 refused" in out
    assert "row 5: judge: crm:2 and web:1 cannot be one person" in out
    assert "row 6: judge: crm:9: no such record" in out
    assert f"{csv_file}: not recorded: row 5, 6, 8" in err
    assert "who knows" not in out + err
    held = active_judgements(*map(customers.read_or_empty, (JUDGEMENT, CONTENT_CHANGE)))
    assert [(j.pair, j.verdict, j.by, j.why) for j in held] == [
        (("crm:1", "crm:2"), Verdict.CANNOT_LINK, "ann", "review"),
        (("crm:1", "web:1"), Verdict.MUST_LINK, "ann", "one"),
    ]
    csv_file.write_text("\n".join((head, *rows[:3])) + "\n")
    assert main(["review", *place, "--answers", str(csv_file), "--by", "bob", "--json"]) == 0
    taken = json.loads(capsys.readouterr().out)
    assert taken == {"recorded": 0, "known": 3, "refused": {}, "empty": 0, "faults": {}}


def test_options_that_do_not_go_together_are_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--answers", "a.csv"]) == 2
    assert main(["review", "--by", "ann"]) == 2
    assert main(["review", "--answers", "a.csv", "--by", "ann", "--csv", "b.csv"]) == 2
    assert "give --answers FILE with --by NAME" in capsys.readouterr().err
