"""The demo company's raw sources: repeatable, true to truth.csv, faulty as promised."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import phonenumbers
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdi_spark.demo.generate import generate
from cdi_spark.demo.people import LAST_DAY, at, population

PEOPLE = 300
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    generate(folder, people=PEOPLE)
    return folder


def bytes_by_file(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def csv_rows(path: Path, delimiter: str = ",") -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def raw_rows(out: Path, source: str) -> Rows:
    match source:
        case "crm":
            return csv_rows(out / "crm" / "contacts.csv", ";")
        case "billing":
            lines = (out / "billing" / "accounts.jsonl").read_text(encoding="utf-8").splitlines()
            return [json.loads(line) for line in lines]
        case "shop":
            rows: Rows = pq.read_table(out / "shop" / "orders.parquet").to_pylist()
            return rows
        case "support":
            cases: Rows = json.loads((out / "support" / "cases.json").read_text(encoding="utf-8"))
            return cases
        case "usage":
            return csv_rows(out / "usage" / "events.csv")
        case "marketing":
            lines = (out / "marketing" / "events.jsonl").read_text(encoding="utf-8").splitlines()
            return [json.loads(line) for line in lines]
        case "products":
            products: Rows = json.loads((out / "products" / "products.json").read_text(encoding="utf-8"))
            return products
        case "contact_centre":
            return csv_rows(out / "contact_centre" / "contacts.csv")
        case _:
            return csv_rows(out / source / f"{source}.csv")


KEYS = {
    "crm": "contact_id",
    "billing": "account_id",
    "shop": "order_id",
    "support": "case_id",
    "usage": "cookie_id",
}


def test_the_same_seed_gives_the_same_bytes_in_another_process(out: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cdi_spark.demo.generate import generate; "
        f"generate(Path(sys.argv[1]), people={PEOPLE})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    assert bytes_by_file(tmp_path) == bytes_by_file(out)


def test_another_seed_gives_other_people(out: Path, tmp_path: Path) -> None:
    generate(tmp_path, people=PEOPLE, seed=43)
    ours, theirs = bytes_by_file(out), bytes_by_file(tmp_path)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] == theirs[name]] == ["products/products.json"]


def test_the_rows_written_are_counted(out: Path, tmp_path: Path) -> None:
    written = generate(tmp_path, people=PEOPLE)
    follows = ("payments", "rates", "ledger", "marketing", "contact_centre", "products")
    assert written == {source: len(raw_rows(out, source)) for source in (*KEYS, *follows)}


@pytest.mark.parametrize("source", KEYS)
def test_every_key_of_the_truth_is_in_its_source_once(out: Path, source: str) -> None:
    truth = [row["key"] for row in csv_rows(out / "truth.csv") if row["source"] == source]
    keys = {str(row[KEYS[source]]) for row in raw_rows(out, source)}
    assert len(truth) == len(set(truth)) > 50
    assert set(truth) <= keys


@pytest.mark.parametrize("source", KEYS)
def test_the_truth_misses_only_the_rows_that_quality_must_refuse(out: Path, source: str) -> None:
    truth = {row["key"] for row in csv_rows(out / "truth.csv") if row["source"] == source}
    keys = {str(row[KEYS[source]]) for row in raw_rows(out, source)}
    assert len(keys - truth) <= 0.03 * len(keys) + 3


@pytest.mark.parametrize("source", KEYS)
def test_every_source_has_rows_without_a_key(out: Path, source: str) -> None:
    assert any(row[KEYS[source]] in (None, "") for row in raw_rows(out, source))


def test_every_source_of_people_has_rows_that_identify_nobody(out: Path) -> None:
    crm = ("first_nm", "middle_nm", "last_nm", "email", "mobile", "landline")
    shop = ("customer_first", "customer_last", "email", "phone")
    assert any(not any(row[c] for c in crm) for row in raw_rows(out, "crm"))
    assert any(not any(row[c] for c in shop) for row in raw_rows(out, "shop"))
    assert any(not any(row["requester"].values()) for row in raw_rows(out, "support"))
    assert any(
        not row["holder"]["name"]["full"] and not any(row["contact"].values())
        for row in raw_rows(out, "billing")
    )


def test_some_births_lie_in_the_future(out: Path) -> None:
    assert any(row["dob"].endswith("/2087") for row in raw_rows(out, "crm"))
    assert any((row["holder"]["born"] or "") > "2080" for row in raw_rows(out, "billing"))


def test_some_sums_and_currencies_mean_nothing(out: Path) -> None:
    invoices = [invoice for row in raw_rows(out, "billing") for invoice in row["invoices"]]
    assert any(not any(c.isdigit() for c in invoice["total"]) for invoice in invoices)
    assert any(invoice["currency"] == "Taler" for invoice in invoices)
    assert any(row["currency"] == "ZZZ" for row in raw_rows(out, "shop"))
    assert any(row["total"] < 0 for row in raw_rows(out, "shop"))


def test_some_cases_close_before_they_open(out: Path) -> None:
    cases = [row for row in raw_rows(out, "support") if row["closed"]]
    assert any(row["closed"] < row["opened"] for row in cases)
    assert sum(row["closed"] < row["opened"] for row in cases) < 0.05 * len(cases)


def test_money_is_never_a_float(out: Path) -> None:
    schema = pq.read_schema(out / "shop" / "orders.parquet")
    assert schema.field("total").type == pa.decimal128(18, 2)
    assert schema.field("lines").type.value_type.field("unit_price").type == pa.decimal128(18, 2)
    orders = [row for row in raw_rows(out, "shop") if row["total"] > 0]
    assert all(
        row["total"] == sum((x["quantity"] * x["unit_price"] for x in row["lines"]), Decimal(0))
        for row in orders
    )
    for row in raw_rows(out, "billing"):
        assert all(isinstance(invoice["total"], str) for invoice in row["invoices"])
        assert all(isinstance(plan["monthly_price"], str) for plan in row["subscriptions"])


def test_every_number_is_valid_and_only_a_resold_one_has_two_holders() -> None:
    people = population(1_000, Random("numbers"))
    mobiles = [number for person in people for _, number in person.mobiles]
    homes = {home for person in people for _, home in person.homes}
    landlines = [home.landline for home in homes if home.landline]
    offices = {person.company.switchboard for person in people if person.company}
    for number in {*mobiles, *landlines, *offices}:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number
    assert len(landlines) == len(set(landlines))
    assert not set(mobiles) & set(landlines)
    assert max(Counter(mobiles).values()) == 2
    assert sum(count - 1 for count in Counter(mobiles).values()) < 0.03 * len(mobiles)


def test_households_hold_twins_and_namesakes_and_share_mailboxes() -> None:
    people = population(2_000, Random("households"))
    born = Counter((p.birth, p.homes[0][1]) for p in people)
    assert max(born.values()) >= 2
    named = Counter((p.given, at(p.families, LAST_DAY), p.homes[0][1]) for p in people)
    assert max(named.values()) == 2
    assert max(Counter(p.family_email for p in people if p.family_email).values()) >= 4


def test_one_surname_in_fifty_is_the_commonest() -> None:
    people = population(2_000, Random("names"))
    commonest = Counter(p.families[0][1] for p in people).most_common(1)[0][1]
    assert commonest >= len(people) / 50


def test_nobody_is_born_after_the_last_day() -> None:
    assert all(date(1930, 1, 1) < p.birth < LAST_DAY for p in population(500, Random("births")))


def test_too_small_a_town_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        generate(tmp_path, people=99)


def test_the_ledger_has_every_valid_document_that_is_not_void_to_the_cent(out: Path) -> None:
    booked = {
        (row["document"], row["document_id"]): Decimal(row["amount"]) for row in raw_rows(out, "ledger")
    }
    wanted: dict[tuple[str, str], Decimal] = {}
    for row in raw_rows(out, "billing"):
        for invoice in row["invoices"]:
            digits = "".join(c for c in invoice["total"] if c.isdigit())
            if digits and invoice["currency"] != "Taler" and invoice["status"] != "void":
                sign = -1 if invoice.get("kind") == "credit_note" else 1
                wanted["invoice", f"billing:{invoice['id']}"] = sign * Decimal(digits) / 100
    for row in raw_rows(out, "shop"):
        if row["order_id"] and row["total"] >= 0 and row["currency"] != "ZZZ" and row["status"] != "returned":
            wanted["order", f"shop:{row['order_id']}"] = row["total"]
    for row in raw_rows(out, "payments"):
        sign = -1 if row["kind"] == "refund" else 1
        wanted["payment", f"payments:{row['payment_id']}"] = sign * Decimal(row["amount"])
    assert booked == wanted
    assert min(booked.values()) < 0


def test_what_is_paid_is_an_invoice_of_the_account_in_full(out: Path) -> None:
    invoices = {i["id"]: row["account_id"] for row in raw_rows(out, "billing") for i in row["invoices"]}
    paid = raw_rows(out, "payments")
    assert all(invoices[row["invoice_id"]] == row["account_id"] for row in paid)
    assert all(row["paid_on"] <= LAST_DAY.isoformat() for row in paid)
    ledger = {row["document_id"]: Decimal(row["amount"]) for row in raw_rows(out, "ledger")}
    by_invoice: Counter[str] = Counter()
    for row in paid:
        by_invoice[row["invoice_id"]] += Decimal(row["amount"])  # type: ignore[assignment]
    assert all(abs(ledger[f"billing:{key}"]) == total for key, total in by_invoice.items())


def test_true_values_are_written_for_everybody_with_a_record(out: Path) -> None:
    known = {row["person"]: row for row in csv_rows(out / "truth_people.csv")}
    assert known.keys() == {row["person"] for row in csv_rows(out / "truth.csv")}
    assert all(row["family_name"] and row["birth_date"] and row["street"] for row in known.values())
