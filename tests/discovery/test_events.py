"""Files of events: which table they fill, to whom they belong, and how amounts and times are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest
from faker import Faker

from tests.discovery.conftest import Init, table

Fake = Callable[[str], Faker]
ROWS = 60


def customers(made: Faker, keys: list[str]) -> str:
    rows = [[key, made.first_name(), made.last_name(), made.email()] for key in keys]
    return table(["customer_id", "first_name", "last_name", "email"], rows)


def test_events_refer_to_the_person_of_another_file(init: Init, fake: Fake, dice: Random) -> None:
    us = fake("en_US")
    keys = [f"C-{n:04d}" for n in range(ROWS)]
    orders = [
        [n, dice.choice(keys), f"2024-03-{n % 28 + 1:02d} 10:00", "paid", f"{n}.50", "USD"]
        for n in range(ROWS)
    ]
    header = ["order_id", "cust_ref", "order_date", "status", "total", "currency"]
    written = init({"customers.csv": customers(us, keys), "orders.csv": table(header, orders)})
    assert written.emit("orders", "order") == {
        "table": "order",
        "person": "cust_ref",
        "person_source": "customers",
        "columns": {
            "ordered_at": "try_cast(order_date as timestamp)",
            "status": "status",
            "amount": "total",
            "currency": "currency",
        },
    }
    assert [emit["table"] for emit in written.sources["orders"]["emits"]] == ["order"]
    assert (written.sources["orders"]["load"], written.sources["customers"]["load"]) == (
        "changes",
        "snapshot",
    )


def test_small_numbers_that_are_keys_by_chance_are_no_reference(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    staff = table(["employee_id", "name", "email"], [[n, us.name(), us.email()] for n in range(ROWS)])
    sales = table(
        ["sale_id", "shop_id", "sold_on", "total"],
        [[n, n % 9, f"2024-01-{n % 28 + 1:02d}", "1.00"] for n in range(ROWS)],
    )
    written = init({"staff.csv": staff, "sales.csv": sales})
    assert written.sources.keys() == {"staff"}
    assert any(line.startswith("skipped: sales.csv") for line in written.printed)


def test_the_key_of_a_list_of_staff_is_their_number_not_another_that_is_unique_too(
    init: Init, fake: Fake
) -> None:
    us = fake("en_US")
    staff = [[f"{100 + n}", n, us.last_name(), us.first_name(), us.email()] for n in range(ROWS)]
    written = init(
        {"employees.csv": table(["extension", "employeeID", "lastName", "firstName", "mail"], staff)}
    )
    assert written.sources["employees"]["key"] == "employeeID"


def test_an_order_belongs_to_its_customer_not_to_its_recipient(init: Init, fake: Fake, dice: Random) -> None:
    us = fake("en_US")
    keys = [f"C-{n:04d}" for n in range(ROWS)]
    orders = [
        [n, dice.choice(keys), f"2024-03-{n % 28 + 1:02d}", us.name(), us.street_address(), us.city()]
        for n in range(ROWS)
    ]
    header = ["order_id", "customer_id", "order_date", "ship_name", "ship_address", "ship_city"]
    named = table(["customer_id", "name", "email"], [[key, us.name(), us.email()] for key in keys])
    written = init({"customers.csv": named, "orders.csv": table(header, orders)})
    order = written.emit("orders", "order")
    assert (order["person"], order["person_source"]) == ("customer_id", "customers")


def test_the_cost_of_delivery_is_not_the_amount_of_an_order(init: Init, fake: Fake) -> None:
    keys = [f"C-{n:04d}" for n in range(ROWS)]
    orders = [[n, keys[n], f"2024-03-{n % 28 + 1:02d}", f"{n}.50"] for n in range(ROWS)]
    header = ["order_id", "customer_id", "order_date", "freight"]
    written = init({"customers.csv": customers(fake("en_US"), keys), "orders.csv": table(header, orders)})
    assert written.emit("orders", "order")["columns"].keys() == {"ordered_at"}


OF_CUSTOMERS = "array_compact(array(concat('customers.customer_id:', customer_id)))"


def test_ids_that_two_files_share_only_in_part_link_them_as_accounts(
    init: Init, fake: Fake, dice: Random
) -> None:
    us = fake("en_US")
    keys = [f"CRM{n:05d}" for n in range(ROWS)]
    cards = [[us.numerify("6300########"), dice.choice([*keys, "", ""]), us.name()] for _ in range(ROWS)]
    written = init(
        {
            "customers.csv": customers(us, keys),
            "cards.csv": table(["card_no", "customer_id", "holder"], cards),
        }
    )
    assert written.columns("customers")["account_ids"] == OF_CUSTOMERS
    assert written.columns("cards")["account_ids"] == OF_CUSTOMERS


def test_numbers_of_events_without_a_file_of_people_are_of_one_kind_by_what_they_number(
    init: Init, fake: Fake
) -> None:
    us = fake("en_US")
    orders = [[n, f"C-{n % 40:04d}", "2024-05-06", "12.00"] for n in range(ROWS)]
    tickets = [[n, f"C-{n % 40:04d}", "2024-05-07T10:00:00Z", us.sentence()] for n in range(ROWS)]
    visits = [[n, f"{n % 40}", "2024-05-08", "9.00"] for n in range(ROWS)]
    written = init(
        {
            "orders.csv": table(["order_no", "customer_no", "order_date", "total"], orders),
            "tickets.csv": table(["ticket_id", "customerId", "opened_at", "subject"], tickets),
            "club_orders.csv": table(["order_no", "member_no", "order_date", "total"], visits),
        }
    )
    for source, sql in (
        ("orders", "concat('customer:', customer_no)"),
        ("tickets", "concat('customer:', customerId)"),
        ("club_orders", "concat('member:', member_no)"),
    ):
        assert written.columns(source)["account_ids"] == f"array_compact(array({sql}))"


def test_addresses_in_a_file_of_their_own_are_linked_by_the_key_of_the_people(
    init: Init, fake: Fake, dice: Random
) -> None:
    us = fake("en_US")
    keys = [f"C-{n:04d}" for n in range(ROWS)]
    homes = [[n, dice.choice(keys), us.street_address(), us.city(), us.zipcode()] for n in range(ROWS)]
    header = ["address_id", "customer_id", "addr_ln_1", "city", "zip"]
    written = init({"customers.csv": customers(us, keys), "addresses.csv": table(header, homes)})
    assert written.columns("addresses").keys() == {"street", "city", "postcode", "account_ids"}
    assert "account_ids" in written.columns("customers")


def test_events_of_guests_are_people_themselves(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    rows = [[n, us.name(), us.email(), "2024-05-06T10:00:00Z", "12.00", "EUR"] for n in range(ROWS)]
    written = init(
        {"orders.csv": table(["order_no", "name", "email", "placed_at", "total", "currency"], rows)}
    )
    assert written.columns("orders") == {"full_name": "name", "emails": "array_compact(array(email))"}
    assert "person" not in written.emit("orders", "order")


def test_rows_of_one_customer_number_are_one_person(init: Init, fake: Fake, dice: Random) -> None:
    us = fake("en_US")
    rows = [[n, dice.randint(10_000, 10_020), us.email(), "2024-05-06", "12.00"] for n in range(ROWS)]
    written = init({"orders.csv": table(["order_no", "customer_no", "email", "order_date", "total"], rows)})
    person = written.emit("orders", "person")
    assert (person["key"], person["per_key"]) == ("customer_no", "merge")
    assert written.emit("orders", "order")["person"] == "customer_no"


def test_usage_belongs_to_the_cookie_that_every_row_has(init: Init, fake: Fake, dice: Random) -> None:
    us = fake("en_US")
    cookies = [us.uuid4() for _ in range(20)]
    rows = [
        [
            us.uuid4(),
            1_700_000_000_000 + n,
            dice.choice(cookies),
            dice.choice(["u7", "u8", ""]),
            dice.choice(["view", "buy"]),
        ]
        for n in range(ROWS)
    ]
    written = init({"events.csv": table(["event_id", "ts", "cookie_id", "user_id", "event"], rows)})
    person = written.emit("events", "person")
    assert (person["key"], person["columns"]["device_ids"]) == (
        "cookie_id",
        "array_compact(array(cookie_id))",
    )
    assert written.columns("events", "usage")["occurred_at"] == (
        "timestamp_micros(try_multiply(try_cast(substring_index(ts, '.', 1) as bigint), 1000L))"
    )


def test_a_row_per_order_line_emits_lines_and_their_orders(init: Init, fake: Fake, dice: Random) -> None:
    us = fake("en_US")
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    rows = [
        [500 + n // 3, f"A{n % 3}", us.word(), dice.randint(1, 9), "12/1/2023 8:26", "2.55", 17_000 + n // 3]
        for n in range(ROWS)
    ]
    written = init({"retail.csv": table(header, rows)})
    assert written.sources["retail"]["key"] == "concat_ws('-', InvoiceNo, StockCode)"
    lines, order = written.emit("retail", "order_line"), written.emit("retail", "order")
    assert lines["columns"]["order_key"] == order["key"] == "InvoiceNo"
    assert lines["columns"]["amount"].startswith("try_cast(try_multiply(")
    assert order["per_key"] == "merge"


def test_arrays_in_a_record_are_its_events_down_to_the_lines(init: Init, fake: Fake) -> None:
    gb = fake("en_GB")
    records = [
        {"customerId": f"C{n}", "fullName": gb.name(), "email": gb.email(),
         "orders": [{"orderNumber": f"O{n}", "placedAt": "2024-02-03T10:00:00Z",
                     "total": {"amount": 9.5, "currency": "GBP"},
                     "items": [{"sku": "A1", "qty": 2, "price": 4.75}]}]}
        for n in range(ROWS)
    ]  # fmt: skip
    written = init({"customers.json": json.dumps(records)})
    order, line = written.emit("customers", "order"), written.emit("customers", "order_line")
    assert (order["explode"], order["key"]) == ("orders", "item.orderNumber")
    assert order["columns"]["amount"] == "item.total.amount"
    assert line["explode"].startswith("flatten(transform(filter(orders, p -> p.items is not null)")
    assert line["columns"]["order_key"] == "item.parent.orderNumber"
    assert line["columns"]["currency"] == "item.parent.total.currency"


def test_arrays_in_records_of_one_object_refer_to_the_records_around_them(init: Init, fake: Fake) -> None:
    gb = fake("en_GB")
    records = [
        {
            "id": f"C{n}",
            "name": gb.name(),
            "orders": [{"no": f"O{n}", "date": "2024-02-03", "lines": [{"sku": "A", "qty": 1}]}],
        }
        for n in range(ROWS)
    ]
    written = init({"customers.json": json.dumps({"customers": records})})
    order, line = written.emit("customers", "order"), written.emit("customers", "order_line")
    assert (order["key"], order["person"]) == ("item.child.no", "item.parent.id")
    assert line["person"] == "item.parent.parent.id"
    assert line["columns"]["order_key"] == "item.parent.child.no"
    assert line["columns"]["product_code"] == "item.child.sku"


CURRENCY = (
    "trim(regexp_replace(regexp_replace(s, "
    "'(?i)(^|[^a-z])(cr|cred|credit|deb|debit|dr|h|haben|kredit|s|soll)([^a-z]|$)', ' '), '[^\\\\p{L}\\\\p{Sc}]', ''))"
)


@pytest.mark.parametrize(
    ("sums", "amount", "currency"),
    [
        (["1234.50", "7.00"], "s", "'USD'"),
        # Silver reads one value; that the point groups digits, only the column shows.
        (["1.234,50", "7,00"], "replace(replace(s, '.', ''), ',', '.')", "'USD'"),
        (["1.234", "7"], "replace(replace(s, '.', ''), ',', '.')", "'USD'"),
        (["1,234.50", "7.00"], "s", "'USD'"),
        (["(1,234.50)", "7.00-"], "s", "'USD'"),
        (["12.50 CR", "7.00 DR"], "s", "'USD'"),
        (["£1,234.50", "£7.00"], "s", CURRENCY),
    ],
)  # fmt: skip
def test_amounts_are_read_in_every_notation(
    init: Init, fake: Fake, sums: list[str], amount: str, currency: str
) -> None:
    us = fake("en_US")
    rows = [[n, us.email(), us.numerify("(2##) 555-####"), "2024-05-06", sums[n % 2]] for n in range(ROWS)]
    text = table(["order_id", "email", "phone", "order_date", "order_total"], rows)
    columns = init({"orders.csv": text}).columns("orders", "order")
    assert (
        columns["amount"].replace("order_total", "s"),
        columns["currency"].replace("order_total", "s"),
    ) == (amount, currency)


@pytest.mark.parametrize(
    ("name", "header", "row", "expected"),
    [
        ("rechnungen", "Rechnungsnr;Kundennr;Rechnungsdatum;Fällig am;Betrag EUR",
         "R{n};{k};03.04.2024;17.04.2024;12,50",
         {"invoice": {"issued_on", "due_on", "amount", "currency"}}),
        ("abos", "abo_id;kundennr;plan;start;ende;monthly_price", "A{n};{k};pro;2024-01-01;;9.90",
         {"subscription": {"started_on", "plan", "amount", "currency"}}),
        ("tickets", "Ticket ID;customer_no;Subject;Created At;Priority;Status", "{n};{k};help;2024-01-01 10:00;P1;open",
         {"support_case": {"opened_at", "subject", "priority", "status"}}),
        ("zahlungen", "zahlung_id;kundennr;Zahlungsdatum;Zahlungsart;Betrag EUR", "Z{n};{k};03.04.2024;card;12,50",
         {"payment": {"paid_on", "method", "amount", "currency"}}),
        ("calls", "call_id;customer_no;timestamp;channel;score", "A{n};{k};2024-01-01T10:00:00Z;phone;7",
         {"interaction": {"occurred_at", "channel", "score"}}),
        ("consents", "consent_id;customer_no;granted_at;purpose;channel;granted", "N{n};{k};2024-01-01;ads;mail;yes",
         {"consent": {"given_at", "purpose", "channel", "granted"}}),
    ],
)  # fmt: skip
def test_each_kind_of_event_finds_its_table(
    init: Init, fake: Fake, name: str, header: str, row: str, expected: dict[str, set[str]]
) -> None:
    de = fake("de_DE")
    people = table(
        ["Kundennr", "Vorname", "Nachname"],
        [[40_000 + n, de.first_name(), de.last_name()] for n in range(ROWS)],
    )
    lines = [header, *(row.format(n=n, k=40_000 + n * 7 % ROWS) for n in range(ROWS))]
    written = init({"kunden.csv": people, f"{name}.csv": "\n".join(lines)})
    [emit] = written.sources[name]["emits"]
    assert {emit["table"]: set(emit["columns"])} == expected
    assert emit["person_source"] == "kunden"
