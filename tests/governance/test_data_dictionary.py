"""The data dictionary: complete, honest about what is missing, safe to open anywhere; and the tables it shows."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from cdi_spark.config import Project, Rule, load_project
from cdi_spark.governance.data_dictionary import RULES, dictionary_page, feeds, landed_columns
from cdi_spark.schema import EVENT_TABLES, LANDING, PII, SCHEMAS, TABLES, Pii, Table
from tests.paths import CONF, ROOT

VOID = {"meta", "br", "link", "img"}

SOURCE = """
name: crm
path: "{raw}/crm.csv"
format: csv
key: id
updated_at: try_cast(changed as timestamp)
load: changes
deleted: gone = 'y'
emits:
  - table: person
    where: id is not null
    columns: {full_name: holder.name, emails: "array_compact(array(mail, `Second Mail`))"}
  - table: order_line
    explode: lines
    key: concat(id, '-', item_no)
    columns: {product_code: item.sku, currency: currency, quantity: pieces}
"""


class Page(HTMLParser):
    """The tags of a page as a reader's browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.bare_headers = 0
        self.rows: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        self.bare_headers += tag == "th" and "scope" not in given
        if tag == "tr":
            self.rows.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "tr" in self.open:
            self.rows[-1] += " " + " ".join(data.split())

    def row(self, *words: str) -> str:
        """The one row that has all the words."""
        found = [" ".join(row.split()) for row in self.rows if all(word in row for word in words)]
        assert len(found) == 1, found
        return found[0]


@pytest.fixture(scope="module")
def demo() -> Project:
    return load_project(CONF / "demo", lenient=True)


@pytest.fixture(scope="module")
def page(demo: Project) -> Page:
    return Page(dictionary_page(demo))


def project(folder: Path, source: str, **files: str) -> Project:
    (folder / "sources").mkdir(parents=True)
    (folder / "quality").mkdir()
    (folder / "project.yml").write_text(files.get("project", f"name: tiny\nvars: {{raw: {folder}/raw}}\n"))
    (folder / "sources" / "crm.yml").write_text(source)
    if "quality" in files:
        (folder / "quality" / "person.yml").write_text(files["quality"])
    return load_project(folder)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_is_declared_in_full(table: Table) -> None:
    assert table.name.split(".")[0] in SCHEMAS
    assert table.owner
    assert table.comment
    assert table.key
    assert set(table.key) <= set(table.names)
    assert len(set(table.names)) == len(table.names)
    for column in table.columns:
        assert column.comment, column.name
        assert not column.comment.endswith("."), column.name
        assert column.pii in PII, column.name


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_columns_type_is_spelt_as_spark_spells_it(table: Table) -> None:
    assert [(c.name, c.type) for c in table.columns] == [
        (field.name, field.dataType.simpleString()) for field in table.schema
    ]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_columns_comment_names_the_unit_that_its_type_leaves_open(table: Table) -> None:
    for column in table.columns:
        if column.type == "timestamp":
            assert "UTC" in column.comment, column.name
        if column.type.startswith("decimal"):
            assert re.search("`currency`|the reporting currency", column.comment), column.name
            assert "currency" in table.names or "`currency`" not in column.comment
        if column.type == "double":
            assert re.search(
                r"bits|seconds|0 to 1|as a share|`unit`|in the unit that the source has|the reporting currency",
                column.comment,
            ), column.name


def test_what_identifies_a_person_or_may_name_one_is_never_classed_as_none() -> None:
    identifying = re.compile(
        r"(entity|record|cookie|device)_id|record_id_[lr]|order_key|(content|row)_hash|_?key|_?raw|row|subject|value"
    )
    for table in TABLES.values():
        for column in table.columns:
            is_key = table in EVENT_TABLES and column.name in table.key
            if is_key or (column.type == "string" and identifying.fullmatch(column.name)):
                assert column.pii != "none", (table.name, column.name)
    assert {c.name: c.pii for c in LANDING if identifying.fullmatch(c.name)} == {
        "_key": "identifier",
        "_raw": "identifier",
    }


def test_every_class_and_every_survivorship_rule_is_explained() -> None:
    assert set(PII) == set(get_args(Pii))
    named = {name for part in get_args(Rule) for name in (get_args(part) or (part,))}
    assert set(RULES) == named


def test_the_page_shows_every_table_and_every_column(demo: Project, page: Page) -> None:
    assert set(TABLES) | {f"bronze.{source.name}" for source in demo.sources} <= set(page.ids)
    text = " ".join(page.rows)
    for table in TABLES.values():
        for column in table.columns:
            assert column.comment in text, (table.name, column.name)
    comment = "sum of orders by ISO 4217 currency, void ones left out"
    assert page.row("order_total") == f"order_total MAP<STRING,DECIMAL(18,3)> {comment} none"


def test_a_source_that_leaves_out_what_ownership_needs_is_shown_as_such(tmp_path: Path) -> None:
    silent = project(tmp_path / "silent", SOURCE)
    lines = "description: contacts\nowner: sales\npurpose: to sell\nconsumers: [marketing, finance]\n"
    stated = project(tmp_path / "stated", lines + SOURCE)
    shown = dictionary_page(silent)
    assert ": what it holds, owner, purpose, consumers</li>" in shown
    assert shown.count("not stated") == 5  # its row of the ownership table, and the owner of its content
    full = dictionary_page(stated)
    assert "not stated" not in full
    assert "Every source states" in full
    assert "sales to sell marketing, finance csv changes 9 silver.person" in Page(full).row(
        "marketing, finance"
    )


def test_lineage_names_the_landed_columns_behind_every_silver_column(tmp_path: Path) -> None:
    tiny = project(tmp_path, SOURCE)
    found = {(name, feed.column): feed for name, rows in feeds(tiny).items() for feed in rows}
    assert found["silver.person", "family_name"].reads == ("holder.name",)
    assert found["silver.person", "emails"].reads == ("Second Mail", "mail")
    assert found["silver.person", "is_deleted"].sql == "gone = 'y'"
    assert found["silver.order_line", "product_code"].reads == ("lines[].sku",)
    assert found["silver.order_line", "order_line_id"].reads == ("id",)
    assert found["silver.order_line", "record_id"].sql == "id"
    assert landed_columns(tiny.sources[0]) == [
        "Second Mail", "changed", "currency", "gone", "holder", "id", "lines", "mail", "pieces",
    ]  # fmt: skip


def test_every_mapped_column_of_the_demo_has_its_lineage(demo: Project, page: Page) -> None:
    found = {(name, feed.column, feed.source) for name, rows in feeds(demo).items() for feed in rows}
    for source in demo.sources:
        for emit in source.emits:
            for column in emit.columns:
                columns = ("given_name", "family_name") if column == "full_name" else (column,)
                assert {(f"silver.{emit.table}", name, source.name) for name in columns} <= found
    assert "requester.email array_compact(array(requester.email))" in page.row("emails", "support")


def test_a_table_that_no_source_fills_is_shown_as_empty(tmp_path: Path) -> None:
    shown = dictionary_page(project(tmp_path, SOURCE))
    empty = re.findall(
        r'id="([a-z_0-9.]+)"><code>(?:(?!<section).)*?No source of this project', shown, re.DOTALL
    )
    unfilled = {"order", "invoice", "subscription", "support_case", "usage"} & {
        n.split(".")[1] for n in TABLES
    }
    assert {f"{schema}.{name}" for schema in ("silver", "gold") for name in unfilled} <= set(empty)
    assert not {"silver.person", "silver.order_line", "gold.order_line", "silver.quarantine"} & set(empty)


def test_rules_expectations_and_survivorship_are_shown_with_their_table(page: Page) -> None:
    assert "birth_date <= cast(_ingested_at as date)" in page.row("birth_date_not_in_future")
    assert page.row("ExpectColumnValuesToNotBeNull", "family_name").endswith("family_name mostly 0.8")
    assert page.row("recent, then trusted", "occupation") == "occupation recent, then trusted"
    assert page.row("device_ids", "all values").endswith("all values of all records are kept")


def test_texts_of_a_conf_are_text_never_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'&"
    lines = f"description: {json.dumps(evil)}\nowner: <i>\n"
    source = lines + SOURCE.replace("quantity: pieces", "quantity: \"'<b>'\"")
    rules = "table: silver.person\nrules: {'<u>': \"given_name <> '</table>'\"}\n"
    shown = dictionary_page(project(tmp_path, source, quality=rules))
    assert not {"script", "b", "i", "u"} & set(Page(shown).tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "&lt;/table&gt;" in shown


def test_the_page_needs_no_other_file(demo: Project, page: Page) -> None:
    html = dictionary_page(demo)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert page.links
    assert all(link.startswith("#") for link in page.links)
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_the_page_names_no_place_of_a_machine(tmp_path: Path) -> None:
    tiny = project(tmp_path, SOURCE)
    assert str(tmp_path) in tiny.sources[0].path
    shown = dictionary_page(tiny)
    assert str(tmp_path) not in shown
    assert str(ROOT) not in shown


def test_the_page_can_be_navigated(page: Page) -> None:
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.headings.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in zip(page.headings, page.headings[1:], strict=False))
    assert page.bare_headers == 0


def test_the_same_conf_makes_the_same_page(demo: Project) -> None:
    assert dictionary_page(demo) == dictionary_page(load_project(CONF / "demo", lenient=True))
