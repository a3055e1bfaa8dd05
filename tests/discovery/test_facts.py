"""The facts of a line: shares, which the trial measures again, and notes, which stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.draft.project import Draft, draft_project
from cdi_spark.discovery.trial.apply import apply_trial
from cdi_spark.discovery.trial.results import LineResult, SourceResult, Trial
from tests.discovery.conftest import table

# Each of these lines has a note: names in one order, a title for the gender, valid phones, two columns of one
# address, two addresses, account numbers in another form.
_MEMBERS = table(
    ["member_no", "title", "full_name", "phone", "street", "zip_city", "delivery_street", "delivery_zip_city"],
    [
        [f"{n:05d}", "Herr" if n % 2 else "Frau", f"Vogel{chr(97 + n)}, Anna", f"0172 55512{n:02d}",
         f"Lange Str. {n}" if n % 3 else "", f"{20000 + n} Hamburg" if n % 3 else "",
         f"Kurze Str. {n}", f"{80000 + n} Ulm"]
        for n in range(24)
    ],
)  # fmt: skip
_ORDERS = table(
    ["order_no", "member_no", "ordered_on", "quantity", "unit_price"],
    [[f"B{n}", str(n), f"2024-03-{n + 1:02d}", "2", f"{n},50 €"] for n in range(24)],
)


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "members.csv").write_text(_MEMBERS)
    (raw / "orders.csv").write_text(_ORDERS)
    return draft_project(tmp_path / "acme", [raw])


def _list_lines(draft: Draft) -> dict[tuple[str, int, str], ConfLine]:
    return {
        (plan.name, number, line.target): line
        for plan in draft.plans
        for number, emit in enumerate(plan.emits)
        for line in emit.lines
    }


def test_the_trial_replaces_the_shares_of_a_line_and_keeps_its_notes(draft: Draft) -> None:
    lines = _list_lines(draft)
    before = {name: (line.facts, line.shares) for name, line in lines.items()}
    assert sum(facts != shares for facts, shares in before.values()) >= 6
    trial = Trial(
        {plan.name: SourceResult(24, True, 24) for plan in draft.plans},
        {name: LineResult(24, 20, 15, 10) for name in lines},
    )
    apply_trial(draft, trial)
    assert {name: line.facts for name, line in lines.items()} == {
        name: "62% filled, 50% fit" + (f"; {facts}" if facts and not shares else facts.removeprefix(shares))
        for name, (facts, shares) in before.items()
    }
    draft.write()
    written = " ".join((draft.directory / "sources" / "members.yml").read_text().replace("#", " ").split())
    assert "62% filled, 50% fit; derived from the title" in written
