"""Which columns a draft uses: the conf and the page say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdi_spark.discovery.draft.confidence import find_uses
from cdi_spark.discovery.draft.project import draft_project
from tests.corpus.truth import Case
from tests.discovery.conftest import Init, table


def test_the_columns_of_a_composite_id_are_used(tmp_path: Path) -> None:
    draft = draft_project(tmp_path / "acme", [Case("refs_of_two_columns").raw])
    uses = {plan.name: find_uses(plan) for plan in draft.plans}
    assert uses["klienci"]["nr_sklepu"] == uses["klienci"]["nr_klienta"] == ["key"]
    assert "order: person" in uses["sprzedaz"]["nr_sklepu"]


def test_columns_of_exploded_records_that_keys_name_are_used(init: Init) -> None:
    people = [
        {
            "id": f"P{n}",
            "name": ["Ann Lee", "Bo Ek", "Cy Poe"][n % 3],
            "email": f"a{n}@example.org",
            "shoe": n,
        }
        for n in range(30)
    ]
    written = init({"people.json": str({"people": people}).replace("'", '"')})
    text = (written.folder / "sources/people.yml").read_text()
    assert "# columns that are not mapped: people.shoe" in text


@pytest.mark.parametrize("name", ["sequence", "Sequence No", "Zeile", "poz", "line_number"])
def test_the_number_of_a_line_is_a_part_of_its_key(init: Init, name: str) -> None:
    people = table(
        ["customer_no", "first_name", "last_name"], [[f"C{n}", "Ann", f"Lee{n}"] for n in range(8)]
    )
    lines = [
        [f"O{n // 3}", str(n % 3 + 1), f"C{n % 8}", f"2024-03-{n % 28 + 1:02d}", f"SKU{n % 2}", "9.90"]
        for n in range(36)
    ]
    header = ["order_no", name, "customer_no", "ordered_on", "sku", "price"]
    written = init({"customers.csv": people, "order_lines.csv": table(header, lines)})
    assert name in written.sources["order_lines"]["key"]
