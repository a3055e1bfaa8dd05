"""References across files: how the key of one file is found in another that writes it in another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from faker import Faker

from tests.discovery.conftest import Init, table

Fake = Callable[[str], Faker]
ROWS = 60
NUMBERS = [731_000 + 37 * n for n in range(ROWS)]


def people(made: Faker, keys: list[str], key: str = "customer_no") -> str:
    return table([key, "first_name", "last_name"], [[k, made.first_name(), made.last_name()] for k in keys])


def orders(keys: list[str], column: str = "customer_no") -> str:
    rows = [[n, key, f"2024-03-{n % 28 + 1:02d}", f"{n}.50", "EUR"] for n, key in enumerate(keys)]
    return table(["order_id", column, "order_date", "total", "currency"], rows)


def read(sql: str, column: str, value: str) -> str:
    """The value of an expression of a drafted source, computed by DuckDB in place of Spark."""
    import duckdb

    text = sql.replace("$1$2", "\\1\\2").replace("$1", "\\1").replace("\\\\", "\\")
    for groups in ("''", "'\\1'", "'\\1\\2'"):
        text = text.replace(f", {groups})", f", {groups}, 'g')")
    return str(duckdb.sql(f"select {text} from (select ? as {column})", params=[value]).fetchall()[0][0])


@pytest.mark.parametrize(
    ("key", "reference"),
    [
        ("{n}", "{n:010d}"),
        ("{n:010d}", "{n}"),
        ("{n}", "K-{n}"),
        ("K-{n}", "{n}"),
        ("K-{n:08d}", "CUST:{n}"),
        ("{n}", "{n}.0"),
        ("KD{n}", "kd {n}"),
        ("{n}", "Kd.-Nr. {n:08d}"),
        ("{n}", "731 {r}"),
        ("a{n}f", "A{n}F"),
    ],
)
def test_a_key_that_another_file_writes_in_another_way_is_found(
    init: Init, fake: Fake, key: str, reference: str
) -> None:
    keys = [key.format(n=n) for n in NUMBERS]
    if "{r}" in reference:
        keys = [str(731_000 + n) for n in range(ROWS)]
        said = [f"{k[:3]} {k[3:]}" for k in keys]
    else:
        said = [reference.format(n=n) for n in NUMBERS]
    written = init({"customers.csv": people(fake("en_US"), keys), "orders.csv": orders(said)})
    [emit] = written.sources["orders"]["emits"]
    assert (emit["table"], emit["person_source"]) == ("order", "customers")
    ours, theirs = emit["person"], written.sources["customers"]["key"]
    assert {
        (read(ours, "customer_no", a), read(theirs, "customer_no", b))
        for a, b in zip(said, keys, strict=True)
    } == {(read(theirs, "customer_no", b),) * 2 for b in keys}


def test_a_side_that_needs_no_rewriting_is_left_as_it_is(init: Init, fake: Fake) -> None:
    written = init(
        {
            "customers.csv": people(fake("en_US"), [str(n) for n in NUMBERS]),
            "orders.csv": orders([f"{n:010d}" for n in NUMBERS]),
        }
    )
    assert written.sources["customers"]["key"] == "customer_no"
    person = written.emit("orders", "order")["person"]
    assert person == "regexp_replace(customer_no, '^([^0-9]*)0+([0-9])', '$1$2')"


def test_numbers_that_are_equal_only_where_different_keys_are_too_are_no_reference(
    init: Init, fake: Fake
) -> None:
    keys = [f"{n}" for n in NUMBERS[:30]] + [f"0{n}" for n in NUMBERS[:30]]
    written = init(
        {
            "customers.csv": people(fake("en_US"), keys),
            "orders.csv": orders([f"{n:010d}" for n in NUMBERS[:30]] * 2),
        }
    )
    assert written.sources["customers"]["key"] == "customer_no"
    assert "person_source" not in written.emit("orders", "order")
    note = (
        "customer_no: none of its values are keys of customers; without leading zeros all are, "
        "but different keys of customers would be equal"
    )
    assert any(note in line for line in written.printed)
    text = " ".join((written.folder / "sources" / "orders.yml").read_text().replace("# ", "").split())
    assert note in text


def test_a_product_code_is_no_customer_number_with_another_prefix(init: Init, fake: Fake) -> None:
    rows = [[n, f"P-{n % ROWS + 1:05d}", f"2024-03-{n % 28 + 1:02d}", "9.50"] for n in range(ROWS)]
    written = init(
        {
            "customers.csv": people(fake("en_US"), [f"C-{n + 1:05d}" for n in range(ROWS)]),
            "sales.csv": table(["sale_id", "article", "sold_on", "total"], rows),
        }
    )
    assert "sales" not in written.sources


def test_files_that_write_one_key_in_three_ways_all_find_it(init: Init, fake: Fake) -> None:
    written = init(
        {
            "customers.csv": people(fake("en_US"), [f"K-{n}" for n in NUMBERS]),
            "orders.csv": orders([f"{n:010d}" for n in NUMBERS]),
            "invoices.csv": table(
                ["invoice_no", "customer", "invoice_date", "amount"],
                [[f"R{n}", f"cust:{n}", "2024-05-06", "12.00"] for n in NUMBERS],
            ),
            "payments.csv": table(
                ["payment_id", "customer_no", "paid_on", "amount"],
                [[n, f"K-{n}", "2024-05-07", "12.00"] for n in NUMBERS],
            ),
        }
    )
    key = read(written.sources["customers"]["key"], "customer_no", f"K-{NUMBERS[7]}")
    for source, column, value in (
        ("orders", "customer_no", f"{NUMBERS[7]:010d}"),
        ("invoices", "customer", f"cust:{NUMBERS[7]}"),
        ("payments", "customer_no", f"K-{NUMBERS[7]}"),
    ):
        emit = written.sources[source]["emits"][-1]
        assert emit["person_source"] == "customers"
        assert read(emit["person"], column, value) == key


def test_a_text_that_names_the_customer_in_most_rows_links_its_rows(init: Init, fake: Fake) -> None:
    rows = [
        [n, f"2024-03-{n % 28 + 1:02d} 10:00", f"moving house, customer no. {NUMBERS[n]}" if n % 5 else "no answer"]
        for n in range(ROWS)
    ]  # fmt: skip
    written = init(
        {
            "customers.csv": people(fake("en_US"), [f"K-{n}" for n in NUMBERS]),
            "tickets.csv": table(["ticket_id", "opened_at", "subject"], rows),
        }
    )
    assert written.emit("tickets", "support_case")["columns"]["subject"] == "subject"
    kind = "customers.customer_no:"
    for source in ("customers", "tickets"):
        assert kind in written.columns(source)["account_ids"]


def test_numbers_in_a_text_that_are_no_keys_are_no_reference(init: Init, fake: Fake) -> None:
    rows = [[n, "2024-03-01 10:00", f"parcel {900_000 + n} is late"] for n in range(ROWS)]
    files = {
        "customers.csv": people(fake("en_US"), [str(n) for n in NUMBERS]),
        "tickets.csv": table(["ticket_id", "opened_at", "subject"], rows),
    }
    assert "tickets" not in init(files).sources


@pytest.mark.parametrize(
    "column", ["referred_by", "parent_account", "geworben von Kundennr", "parrain", "recomendado_por"]
)
def test_the_number_of_another_person_is_neither_a_reference_nor_an_account(
    init: Init, fake: Fake, column: str
) -> None:
    made = fake("en_US")
    rows = [[f"C{n}", made.first_name(), made.last_name(), f"C{NUMBERS[n - 1]}"] for n in range(ROWS)]
    rows = [[f"C{NUMBERS[n]}", *row[1:]] for n, row in enumerate(rows)]
    written = init({"customers.csv": table(["customer_no", "first_name", "last_name", column], rows)})
    assert written.columns("customers").keys() == {"given_name", "family_name"}
    sold = [[n, f"C{NUMBERS[n]}", "2024-05-06", "9.00"] for n in range(ROWS)]
    more = init(
        {
            "customers.csv": people(made, [f"C{n}" for n in NUMBERS]),
            "orders.csv": table(["order_id", column, "order_date", "total"], sold),
        },
        name="other",
    )
    assert "person_source" not in str(more.sources.get("orders", ""))


def test_rows_reach_their_customer_through_a_file_between(init: Init, fake: Fake) -> None:
    accounts = [[f"DE{7_000 + n}", f"C{NUMBERS[n % 30]}", "2020-01-01"] for n in range(ROWS)]
    moves = [[n, f"DE{7_000 + n % ROWS}", "2024-05-06", "12.00"] for n in range(90)]
    written = init(
        {
            "customers.csv": people(fake("en_US"), [f"C{n}" for n in NUMBERS]),
            "accounts.csv": table(["account_no", "customer_no", "opened"], accounts),
            "payments.csv": table(["payment_id", "account_no", "paid_on", "amount"], moves),
        }
    )
    [person] = [e for e in written.sources["accounts"]["emits"] if e["table"] == "person"]
    assert "concat('customers.customer_no:', customer_no)" in person["columns"]["account_ids"]
    payment = written.emit("payments", "payment")
    assert (payment["person"], payment["person_source"]) == ("account_no", "accounts")
    assert "customers.customer_no:" in written.columns("customers")["account_ids"]


def test_lines_reach_the_customer_of_their_order(init: Init, fake: Fake) -> None:
    lines = [[f"A{4_000 + n // 2}", n % 2 + 1, f"SKU{n % 7}", 2, "4.50"] for n in range(2 * ROWS)]
    sold = [[f"A{4_000 + n}", f"C{NUMBERS[n % 30]}", "2024-05-06", "12.00"] for n in range(ROWS)]
    written = init(
        {
            "customers.csv": people(fake("en_US"), [f"C{n}" for n in NUMBERS]),
            "orders.csv": table(["order_no", "customer_no", "order_date", "total"], sold),
            "order_lines.csv": table(["order_no", "line", "sku", "quantity", "unit_price"], lines),
        }
    )
    assert written.emit("orders", "order")["person_source"] == "customers"
    assert "concat('orders.order_no:', order_no)" in written.columns("orders")["account_ids"]
    assert written.columns("order_lines")["account_ids"] == (
        "array_compact(array(concat('orders.order_no:', order_no)))"
    )
    assert written.emit("order_lines", "order_line")["columns"]["order_key"] == "order_no"


def test_a_key_of_two_columns_is_found_by_both(init: Init, fake: Fake) -> None:
    made = fake("en_US")
    held = [[f"F{s}", n, made.first_name(), made.last_name()] for s in range(3) for n in range(40)]
    sold = [[n, f"F{n % 3}", n % 40, "2024-05-06", "9.00"] for n in range(ROWS)]
    written = init(
        {
            "customers.csv": table(["shop_id", "customer_no", "first_name", "last_name"], held),
            "orders.csv": table(["order_id", "shop_id", "customer_no", "order_date", "total"], sold),
        }
    )
    [emit] = written.sources["orders"]["emits"]
    assert (emit["person"], emit["person_source"]) == ("concat_ws('-', shop_id, customer_no)", "customers")
    assert written.sources["customers"]["key"] == emit["person"]


def test_a_reference_to_a_column_that_is_not_the_key_links_by_it(init: Init, fake: Fake) -> None:
    made = fake("en_US")
    held = [
        [f"C{n}", f"L{9_000_000 + n}" if n % 10 else "", made.first_name(), made.last_name()] for n in NUMBERS
    ]
    sold = [[n, f"00{9_000_000 + NUMBERS[n]}", "2024-05-06", "9.00"] for n in range(1, 9)] * 3
    sold = [[n, *row[1:]] for n, row in enumerate(sold)]
    written = init(
        {
            "customers.csv": table(["customer_id", "loyalty_card", "first_name", "last_name"], held),
            "till.csv": table(["receipt_id", "card", "sold_on", "total"], sold),
            "orders.csv": orders([f"C{n}" for n in NUMBERS], "customer_id"),
        }
    )
    assert written.sources["customers"]["key"] == "customer_id"
    assert "customers.loyalty_card:" in written.columns("customers")["account_ids"]
    assert "customers.loyalty_card:" in written.columns("till")["account_ids"]


def test_hashes_are_found_in_any_case(init: Init, fake: Fake) -> None:
    from hashlib import sha256

    keys = [sha256(str(n).encode()).hexdigest() for n in NUMBERS]
    written = init(
        {
            "customers.csv": people(fake("en_US"), keys, "customer_hash"),
            "orders.csv": orders([key.upper() for key in keys], "customer_hash"),
        }
    )
    emit = written.emit("orders", "order")
    assert emit["person_source"] == "customers"
    assert written.sources["customers"]["key"] == "upper(customer_hash)"


def test_people_that_are_keyed_by_their_address_are_found_by_it(init: Init, fake: Fake) -> None:
    made = fake("en_US")
    mails = [f"{made.user_name()}{n}@example.org" for n in range(ROWS)]
    held: list[list[Any]] = [[m, made.first_name(), made.last_name()] for m in mails]
    written = init(
        {
            "customers.csv": table(["user", "first_name", "last_name"], held),
            "orders.csv": orders(mails, "customer"),
        }
    )
    assert written.columns("orders")["emails"] == "array_compact(array(customer))"
    assert written.columns("customers")["emails"] == "array_compact(array(user))"
