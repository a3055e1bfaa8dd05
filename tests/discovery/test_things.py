"""Files of things and of other people than customers are named as what they look like."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from faker import Faker

from tests.discovery.conftest import Init, table

PEOPLE = ["id", "first_name", "last_name", "email"]
PLACE = ["Nord", "Bahnhofstrasse 4", "8001", "Zug", "041 711 22 33"]


def people(made: Faker) -> str:
    return table(PEOPLE, [[n, made.first_name(), made.last_name(), made.email()] for n in range(30)])


@pytest.mark.parametrize(
    ("name", "header", "row", "word"),
    [
        ("stores.csv", "store_id,store_name,street,postcode,city,phone", ["{n}", *PLACE], "places"),
        ("Filialen.csv", "nr,bezeichnung,strasse,plz,ort,telefon", ["{n}", *PLACE], "places"),
        ("magasins.csv", "code,libelle,rue,cp,ville,telephone", ["{n}", *PLACE], "places"),
        (
            "geo.csv",
            "city,postcode,latitude,longitude,population",
            ["Ulm", "89073", "48.4", "9.{n}", "1"],
            "places",
        ),
        ("artykuły.csv", "sku,nazwa,cena,kategoria", ["S{n}", "lampa", "9,99", "x"], "describes no people"),
        ("productos.csv", "codigo,descripcion,precio", ["P{n}", "silla", "9.99"], "products"),
        ("Preisliste 2024.csv", "artikelnummer,preis,gueltig_ab", ["A{n}", "9,99", "01.01.2024"], "prices"),
        ("inventory.csv", "sku,on_hand,bin", ["S{n}", "4", "A1"], "stock"),
        ("kurse.csv", "waehrung,datum,kurs", ["EUR", "2024-01-01", "1.0{n}"], "currencies"),
        (
            "dim_date.csv",
            "date_key,weekday,is_holiday,fiscal_year",
            ["2024{n}", "Mon", "0", "24"],
            "calendar",
        ),
        ("app.csv", "timestamp,level,logger,message", ["2024-01-01T00:00:{n}Z", "INFO", "a.b", "ok"], "log"),
        ("lieferanten.csv", "id,firma,telefon", ["{n}", "Abt GmbH", "030 1234{n}"], "suppliers"),
    ],
)
def test_a_list_of_things_is_named(
    init: Init, fake: Callable[[str], Faker], name: str, header: str, row: list[str], word: str
) -> None:
    rows = [[cell.format(n=n) for cell in row] for n in range(10, 40)]
    written = init({"customers.csv": people(fake("en_US")), name: table(header.split(","), rows)})
    assert written.sources.keys() == {"customers"}
    [skipped] = [line for line in written.printed if line.startswith("skipped")]
    assert word in skipped


def test_employees_are_left_out_beside_customers_and_mapped_without_any(
    init: Init, fake: Callable[[str], Faker]
) -> None:
    us = fake("en_US")
    staff = table(
        ["employee_id", "first_name", "last_name", "email", "hire_date"],
        [[n, us.first_name(), us.last_name(), us.email(), "2020-01-01"] for n in range(30)],
    )
    both = init({"a/customers.csv": people(us), "a/employees.csv": staff}, only="a")
    assert both.sources.keys() == {"customers"}
    assert "employees" in "".join(line for line in both.printed if line.startswith("skipped"))
    assert init({"b/employees.csv": staff}, only="b", name="b").sources.keys() == {"employees"}


def test_a_list_of_customers_that_is_called_like_a_place_is_one_of_people(
    init: Init, fake: Callable[[str], Faker]
) -> None:
    assert init({"shop_berlin.csv": people(fake("de_DE"))}).sources.keys() == {"shop_berlin"}


def test_companies_without_anything_that_links_them_are_left_out(
    init: Init, fake: Callable[[str], Faker]
) -> None:
    firms = table(["firm", "city"], [[f"Abt {n} Ltd", "Leeds"] for n in range(30)])
    written = init({"customers.csv": people(fake("en_US")), "firms.csv": firms})
    assert written.sources.keys() == {"customers"}
    assert "looks like a list of companies" in "".join(written.printed)
