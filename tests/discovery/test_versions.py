"""The date of a row's version: which column it is, and which never is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from faker import Faker

from tests.discovery.conftest import Init, Written, table

Fake = Callable[[str], Faker]
ROWS = 40


def history(init: Init, made: Faker, column: str, dates: tuple[str, str], *, more: str = "") -> Written:
    """A file with two rows of each of its people, which differ in the town and in a date."""
    rows = []
    for n in range(ROWS):
        person = [f"C{5_000 + n}", made.first_name(), made.last_name()]
        rows += [[*person, made.city(), date, "1" if more else ""] for date in dates]
    header = ["customer_no", "first_name", "last_name", "city", column, more or "note"]
    return init({"customers.csv": table(header, rows, delimiter=";")})


@pytest.mark.parametrize(
    "column",
    [
        "as of", "AsOfDate", "valid_from", "effective date", "last modified date", "Stand", "Datenstand", "gültig ab",
        "zuletzt geändert am", "Letzte Aktualisierung", "Stichtag", "fecha de actualización", "Última modificación",
        "vigente desde", "mis à jour le", "Date de dernière mise à jour", "date d'effet", "bijgewerkt op", "Peildatum",
        "laatst gewijzigd", "Data aggiornamento", "Ultima modifica", "aggiornato al", "data_de_atualizacao",
        "última alteração", "Data aktualizacji", "ostatnia zmiana", "senast uppdaterad", "sist endret", "Päivitetty",
        "datum aktualizace", "frissítve", "data actualizării", "güncelleme tarihi", "дата обновления", "更新日",
    ],
)  # fmt: skip
def test_the_later_of_two_rows_of_one_key_holds(init: Init, fake: Fake, column: str) -> None:
    written = history(init, fake("de_DE"), column, ("2023-01-05", "2024-02-06"))
    source = written.sources["customers"]
    assert source["key"] == "customer_no"
    assert source["updated_at"].startswith("try_cast(")
    assert "per_key" not in source["emits"][0]


@pytest.mark.parametrize(
    "column", ["geburtsdatum", "date of birth", "created_at", "angelegt am", "Kunde seit"]
)
def test_a_birth_date_or_a_creation_date_is_no_version(init: Init, fake: Fake, column: str) -> None:
    written = history(init, fake("de_DE"), column, ("1983-01-05", "1983-01-05"))
    source = written.sources["customers"]
    assert "updated_at" not in source
    assert source["emits"][0]["per_key"] == "merge"


def test_the_time_of_the_last_change_is_preferred_to_the_day_since_when_the_row_holds(
    init: Init, fake: Fake
) -> None:
    made = fake("en_US")
    rows = [
        [
            f"C{5_000 + n // 2}",
            made.first_name(),
            made.last_name(),
            "2023-01-01",
            f"2024-0{n % 2 + 1}-01 10:00",
        ]
        for n in range(80)
    ]
    rows = [[row[0], *rows[n - n % 2][1:3], *row[3:]] for n, row in enumerate(rows)]
    written = init(
        {
            "customers.csv": table(
                ["customer_no", "first_name", "last_name", "valid_from", "last_modified"], rows
            )
        }
    )
    assert "last_modified" in written.sources["customers"]["updated_at"]


def test_a_history_with_the_days_of_each_row_is_a_list_of_people(init: Init, fake: Fake) -> None:
    made = fake("de_DE")
    rows = []
    for n in range(ROWS):
        person = [f"{5_000 + n}", made.first_name(), made.last_name()]
        rows += [
            [*person, made.street_address(), "01.02.2020", "31.12.2022"],
            [*person, made.street_address(), "01.01.2023", ""],
        ]
    header = ["Nr", "Vorname", "Nachname", "Anschrift", "gültig ab", "gültig bis"]
    written = init({"stammdaten.csv": table(header, rows, delimiter=";")})
    source = written.sources["stammdaten"]
    assert [emit["table"] for emit in source["emits"]] == ["person"]
    assert source["key"] == "Nr"
    assert "gültig ab" in source["updated_at"]


def test_a_list_of_contracts_begins_on_the_day_from_which_they_are_valid(init: Init) -> None:
    rows = [[f"V{n}", f"C{5_000 + n}", "basic", "2023-01-01", "9.90"] for n in range(ROWS)]
    header = ["contract_no", "customer_no", "plan", "valid_from", "monthly_fee"]
    people = [[f"C{5_000 + n}", "Ann", "Lee"] for n in range(ROWS)]
    written = init(
        {
            "contracts.csv": table(header, rows),
            "customers.csv": table(["customer_no", "first_name", "last_name"], people),
        }
    )
    assert "valid_from" in written.columns("contracts", "subscription")["started_on"]
