"""Ledgers, and amounts whose side is written in another column or in two columns."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from cdi_spark.discovery.draft.amount_sql import amount_number
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.meaning import Guess
from tests.discovery.conftest import Init, table

ROWS = 40
PEOPLE = table(
    ["customer_no", "first_name", "last_name"], [[f"C{5_000 + n}", "Ann", "Lee"] for n in range(ROWS)]
)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("accounts", "account_no;booking date;debit;credit"),
        ("konten", "Konto;Buchungsdatum;Soll;Haben"),
        ("buchungen", "Konto;Belegdatum;Soll EUR;Haben EUR"),
        ("transactions", "account;date;Debit Amount;Credit Amount"),
        ("movimientos", "cuenta;fecha;Debe;Haber"),
        ("ecritures", "compte;date comptable;Débit;Crédit"),
        ("prima_nota", "conto;data contabile;Dare;Avere"),
        ("rekening", "rekening;boekdatum;Af;Bij"),
        ("zapisy", "konto;data operacji;Wn;Ma"),
        ("bank", "account;value date;Paid out;Paid in"),
        ("hareketler", "hesap;tarih;Borç;Alacak"),
    ],
)
def test_accounts_with_debit_and_credit_become_ledger_entries(init: Init, name: str, header: str) -> None:
    sums = [("", f"{n + 10}.50") if n % 2 else (f"{n + 10}.50", "") for n in range(ROWS)]
    lines = [f"{1_000 + n % 4};2024-03-{n % 28 + 1:02d};{one};{other}" for n, (one, other) in enumerate(sums)]
    written = init({"customers.csv": PEOPLE, f"{name}.csv": "\n".join([header, *lines])})
    [source] = [s for s in written.sources if s != "customers"]
    [emit] = written.sources[source]["emits"]
    assert emit["table"] == "ledger_entry"
    assert {"booked_on", "amount", "currency"} <= emit["columns"].keys()
    debit, credit = (f"`{c}`" if " " in c or not c.isascii() else c for c in header.split(";")[2:])
    amount = emit["columns"]["amount"]
    assert amount == (
        f"coalesce(try_cast({debit} as decimal(18,3)) - try_cast({credit} as decimal(18,3)), "
        f"try_cast({debit} as decimal(18,3)), -try_cast({credit} as decimal(18,3)))"
    )


def test_a_ledger_names_the_documents_of_other_files(init: Init) -> None:
    invoices = [[f"R{9_000 + n}", f"C{5_000 + n}", "2024-03-04", f"{n}.50"] for n in range(ROWS)]
    booked = [[n, "2024-03-05", f"R{9_000 + n}", f"{n}.50", "EUR"] for n in range(ROWS)]
    written = init(
        {
            "customers.csv": PEOPLE,
            "invoices.csv": table(["invoice_no", "customer_no", "invoice_date", "total"], invoices),
            "ledger.csv": table(["entry", "booked_on", "document_no", "amount", "currency"], booked),
        }
    )
    columns = written.columns("ledger", "ledger_entry")
    assert (columns["document"], columns["document_id"]) == (
        "'invoice'",
        "concat('invoices:', document_no)",
    )


def test_the_kind_of_a_booked_document_is_read_from_its_code(init: Init) -> None:
    booked = [[n, "05.03.2024", "RE" if n % 3 else "ZE", "12,50" if n % 3 else "", "" if n % 3 else "12,50"]
              for n in range(ROWS)]  # fmt: skip
    written = init(
        {
            "customers.csv": PEOPLE,
            "journal.csv": table(["Nr", "Buchungsdatum", "Belegart", "Soll", "Haben"], booked, delimiter=";"),
        }
    )
    assert written.columns("journal", "ledger_entry")["document"] == (
        "case when lower(Belegart) in ('re') then 'invoice' when lower(Belegart) in ('ze') then 'payment' end"
    )


@pytest.mark.parametrize(
    ("name", "date", "column", "marks", "negative"),
    [
        ("payments", "paid_on", "D/C", ("D", "C"), "d"),
        ("zahlungen", "Zahldatum", "SH-Kennzeichen", ("S", "H"), "s"),
        ("invoices", "invoice_date", "Debit/Credit", ("Debit", "Credit"), "credit"),
        ("facturas", "fecha factura", "D/H", ("Debe", "Haber"), "haber"),
        ("rechnungen", "Rechnungsdatum", "Soll/Haben", ("Soll", "Haben"), "haben"),
        ("pagamenti", "data pagamento", "segno", ("-", "+"), "-"),
        ("betalingen", "betaaldatum", "Af Bij", ("Af", "Bij"), "af"),
    ],
)
def test_the_sign_of_an_amount_is_read_from_another_column(
    init: Init, name: str, date: str, column: str, marks: tuple[str, str], negative: str
) -> None:
    rows = [[n, f"C{5_000 + n}", "2024-03-04", "12.50", marks[n % 2]] for n in range(ROWS)]
    text = table(["no", "customer_no", date, "total", column], rows)
    written = init({"customers.csv": PEOPLE, f"{name}.csv": text})
    amount = written.sources[name]["emits"][-1]["columns"]["amount"]
    quoted = column if column.isalpha() else f"`{column}`"
    plain = "try_cast(total as decimal(18,3))"
    assert amount == f"case when lower({quoted}) in ('{negative}') then -{plain} else {plain} end"


@pytest.mark.parametrize("word", ["CR", "cred", "Kredit", "credit", "H", "Haben"])
def test_a_word_for_credit_beside_an_amount_is_its_sign(word: str) -> None:
    column = Column(("a",), values=Counter({f"12,50 {word}": 1, "13,00": 1}), rows=2, filled=2, distinct=2)
    [sign] = re.findall(r"rlike '(.*?)', '-', ''", amount_number(Guess(column, "amount")))
    assert re.search(sign.replace("(?i)", "").replace("\\\\", "\\"), f"12,50 {word}", re.IGNORECASE)


def test_an_amount_with_a_sign_of_its_own_keeps_it(init: Init) -> None:
    rows = [
        [n, f"C{5_000 + n}", "2024-03-04", "-12.50" if n % 2 else "12.50", "DC"[n % 2]] for n in range(ROWS)
    ]
    text = table(["no", "customer_no", "paid_on", "total", "dc"], rows)
    written = init({"customers.csv": PEOPLE, "payments.csv": text})
    assert written.columns("payments", "payment")["amount"] == "try_cast(total as decimal(18,3))"


def test_payments_in_two_columns_are_positive_where_the_customer_pays(init: Init) -> None:
    rows = [
        [n, f"C{5_000 + n}", "2024-03-04", "" if n % 9 else "3.00", "12.50" if n % 9 else ""]
        for n in range(ROWS)
    ]
    text = table(["payment_id", "customer_no", "paid_on", "debit", "credit"], rows)
    written = init({"customers.csv": PEOPLE, "payments.csv": text})
    amount = written.columns("payments", "payment")["amount"]
    assert amount.startswith("coalesce(try_cast(credit as decimal(18,3)) - try_cast(debit")
    assert written.emit("payments", "payment")["person_source"] == "customers"


def test_a_list_of_people_with_a_debit_and_a_credit_is_one_of_people(init: Init) -> None:
    rows = [[f"C{n}", "Ann", "Lee", "2020-01-01", "1.00", "2.00"] for n in range(ROWS)]
    written = init(
        {"members.csv": table(["member", "first_name", "last_name", "date", "debit", "credit"], rows)}
    )
    assert written.sources["members"]["emits"][0]["table"] == "person"
