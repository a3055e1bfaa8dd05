"""Several columns for one thing: gaps are filled, people and addresses are never mixed, the rest is listed."""

from __future__ import annotations

from tests.discovery.conftest import Init, table

ROWS = 20
_GIVEN = (
    "Ruth Marcus Delia Peter Nora Gavin Iris Leon Tess Owen Ada Hugh Rosa Carl Edna Jude Lena Milo Nell Otto"
)
_FAMILY = "Alder Boone Cray Dunne Ewell Frost Gale Hobbs Ivers Jarvis Kemp Lyle Moss Nash Orr Pike Quill Rowe Shaw Tate"
GIVEN, FAMILY = _GIVEN.split(), _FAMILY.split()


def test_a_full_name_is_read_where_a_part_is_missing(init: Init) -> None:
    rows = [
        [n, f"{GIVEN[n]} {FAMILY[n]}" if n < 2 else "", "" if n < 2 else GIVEN[n], "" if n < 2 else FAMILY[n]]
        for n in range(ROWS)
    ]
    columns = init({"p.csv": table(["id", "full_name", "first_name", "last_name"], rows)}).columns("p")
    lacks = "nullif(trim(first_name), '') is null or nullif(trim(last_name), '') is null"
    assert columns == {
        "full_name": f"case when {lacks} then full_name end",
        "given_name": "first_name",
        "family_name": "last_name",
    }


def test_a_given_name_alone_is_read_only_where_no_full_name_is(init: Init) -> None:
    rows = [[n, f"{GIVEN[n]} {FAMILY[n]}" if n % 2 else "", GIVEN[n]] for n in range(ROWS)]
    columns = init({"p.csv": table(["id", "full name", "first name"], rows)}).columns("p")
    assert columns["given_name"] == "case when nullif(trim(`full name`), '') is null then `first name` end"
    assert columns["full_name"] == "`full name`"


def test_columns_of_one_meaning_fill_each_other(init: Init) -> None:
    rows = [
        [
            n,
            GIVEN[n],
            FAMILY[n],
            *((f"{1950 + n}-02-03", "") if n % 3 else ("", f"0{1 + n % 9}.04.{1950 + n}")),
        ]
        for n in range(ROWS)
    ]
    columns = init({"p.csv": table(["id", "first", "last", "birth_date", "geb_dat"], rows)}).columns("p")
    assert columns["birth_date"] == (
        "coalesce(try_cast(birth_date as date), cast(try_to_timestamp(geb_dat, 'd.M.yyyy') as date))"
    )


def test_columns_of_two_people_are_not_mixed_but_listed(init: Init) -> None:
    rows = [
        [n, f"{GIVEN[n]} {FAMILY[n]}" if n % 4 else "", f"{GIVEN[-n]} {FAMILY[n]}", f"u{n}@example.org"]
        for n in range(ROWS)
    ]
    written = init({"p.csv": table(["id", "insured name", "tenant name", "email"], rows)})
    assert "coalesce" not in written.columns("p")["full_name"]
    assert "left out:" in written.text


def test_two_numbered_addresses_are_read_whole(init: Init) -> None:
    one, two = ("1 Elm Road", "Leeds", "LS1 4AB"), ("2 Oak Lane", "York", "YO1 7HH")
    rows = [
        [n, GIVEN[n], FAMILY[n], *(one if n % 4 else ("", "", "")), *(two if n % 2 == 0 else ("", "", ""))]
        for n in range(ROWS)
    ]
    header = ["id", "first", "last", "street 1", "city 1", "postcode 1", "street 2", "city 2", "postcode 2"]
    columns = init({"p.csv": table(header, rows)}).columns("p")
    assert columns["city"].endswith("then `city 2` else `city 1` end")
    assert columns["city"].startswith("case when nullif(trim(`street 1`), '') is null and ")


def test_a_year_of_birth_alone_is_kept_as_a_year(init: Init) -> None:
    rows = [[n, GIVEN[n], FAMILY[n], 1940 + n] for n in range(ROWS)]
    columns = init({"p.csv": table(["id", "Vorname", "Nachname", "Jahrgang"], rows)}).columns("p")
    assert columns["birth_date"] == (
        "case when Jahrgang between '1850' and cast(year(_ingested_at) as string) then Jahrgang end"
    )


def test_years_among_dates_of_birth_are_kept_as_years(init: Init) -> None:
    rows = [[n, GIVEN[n], FAMILY[n], str(1940 + n) if n % 2 else f"{1940 + n}-05-06"] for n in range(ROWS)]
    columns = init({"p.csv": table(["id", "first", "last", "born"], rows)}).columns("p")
    assert columns["birth_date"].startswith("coalesce(case when trim(born) rlike '^((18|19|20)[0-9]{2}|")
    assert columns["birth_date"].endswith("cast(try_cast(born as date) as string))")
