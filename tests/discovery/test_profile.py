"""The profile page: every column, masked, escaped, and readable without network, mouse or a wide screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from faker import Faker

from cdi_spark.discovery.draft.project import draft_project
from cdi_spark.discovery.profile.page import profile_page
from cdi_spark.discovery.trial.results import SourceResult, TableResult, Trial
from tests.discovery.conftest import table


def rows_of(made: Faker) -> list[list[str]]:
    return [
        [f"K{n:04d}", made.first_name(), made.last_name(), made.email(), made.date_of_birth().isoformat(), "x<y"]
        for n in range(60)
    ]  # fmt: skip


def draft_page(folder: Path, rows: list[list[str]], trial: Trial | None = None) -> str:
    header = ["customer_no", "first_name", "last_name", "email", "date_of_birth", "<script>alert(1)</script>"]
    (folder / "people.csv").write_text(table(header, rows))
    (folder / "places.csv").write_text("place,height\n" + "Ulm,478\n" * 20)
    return profile_page(draft_project(folder / "acme", [folder]), trial)


def test_no_value_is_on_the_page_and_every_text_is_escaped(
    tmp_path: Path, fake: Callable[[str], Faker]
) -> None:
    rows = rows_of(fake("en_GB"))
    page = draft_page(tmp_path, rows)
    values = {cell for row in rows for cell in row[:5]}
    assert not [value for value in values if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", page)]
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_every_column_has_its_meaning_confidence_and_use(
    tmp_path: Path, fake: Callable[[str], Faker]
) -> None:
    page = draft_page(tmp_path, rows_of(fake("en_GB")))
    rows = {
        match[1]: match[2]
        for match in re.finditer(r'scope="row"[^>]*><code>(.*?)</code></th>(.*?)</tr>', page)
    }
    assert rows.keys() >= {"customer_no", "first_name", "last_name", "email", "date_of_birth"}
    assert "9999-99-99" in rows["date_of_birth"]
    assert "<code>person.birth_date</code>" in rows["date_of_birth"]
    assert ">high<" in rows["email"]
    assert "<code>key</code>" in rows["customer_no"]
    assert "not used" in rows["&lt;script&gt;alert(1)&lt;/script&gt;"]
    assert "places.csv" in page


def test_the_page_needs_no_network_and_a_keyboard_reaches_what_scrolls(
    tmp_path: Path, fake: Callable[[str], Faker]
) -> None:
    page = draft_page(tmp_path, rows_of(fake("en_GB")))
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "default-src 'none'" in page
    for region in re.findall(r'<div class="wide"[^>]*>', page):
        assert 'tabindex="0"' in region
        assert re.search(r'aria-labelledby="[^"]+"', region)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_rows_of_the_trial_are_shown_with_the_rules_that_they_fail(
    tmp_path: Path, fake: Callable[[str], Faker]
) -> None:
    from collections import Counter

    person = TableResult("person", 60, 0, 51, 0, 0, 9, Counter({"has_key": 9}))
    trial = Trial({"people": SourceResult(60, True, 60, [person])})
    page = draft_page(tmp_path, rows_of(fake("en_GB")), trial)
    assert '<td class="n">51</td>' in page
    assert "<code>has_key</code> 9" in page
