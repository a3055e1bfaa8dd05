"""Files of people in many styles: which column fills which column of silver.person, and how it is read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from random import Random

import pytest
from faker import Faker

from tests.discovery.conftest import Init, table

Fake = Callable[[str], Faker]
ROWS = 60


def born(made: Faker, form: str) -> str:
    return made.date_of_birth(minimum_age=18, maximum_age=90).strftime(form)


def test_a_german_list_with_old_encoding_is_read_whole(init: Init, fake: Fake, dice: Random) -> None:
    de = fake("de_DE")
    rows = [
        [10_000 + n, dice.choice(["Herr", "Frau"]), de.first_name(), de.last_name(), de.street_name(),
         dice.randint(1, 99), de.postcode(), de.city(), de.phone_number(), de.email(), born(de, "%d.%m.%Y"), "5 €"]
        for n in range(ROWS)
    ]  # fmt: skip
    header = ["Kd-Nr.", "Anrede", "Vorname", "Name", "Straße", "Hausnr.", "PLZ", "Ort", "Tel. privat", "E-Mail",
              "Geb.-Datum", "Bonus"]  # fmt: skip
    written = init({"Kunden.csv": table(header, rows, delimiter=";").encode("cp1252")})
    source = written.sources["kunden"]
    assert source["key"] == "`Kd-Nr.`"
    assert source["options"] == {"delimiter": ";", "encoding": "windows-1252"}
    assert written.project["default_country"] == "DE"
    assert written.project["spark"] == {"spark.sql.legacy.javaCharsets": "true"}
    assert written.columns("kunden") == {
        "given_name": "Vorname",
        "family_name": "Name",
        "gender": "case when lower(trim(Anrede)) in ('herr') then 'male' "
        "when lower(trim(Anrede)) in ('frau') then 'female' end",
        "birth_date": "cast(try_to_timestamp(`Geb.-Datum`, 'd.M.yyyy') as date)",
        "emails": "array_compact(array(`E-Mail`))",
        "phones": "array_compact(array(`Tel. privat`))",
        "street": "concat_ws(' ', `Straße`, `Hausnr.`)",
        "city": "Ort",
        "postcode": "PLZ",
    }


@pytest.mark.parametrize(
    ("locale", "country", "header", "expected"),
    [
        ("fr_FR", "FR", "N° client;Prénom;Nom;Né(e) le;Adresse;CP;Ville;Tél. portable;Courriel",
         {"given_name": "`Prénom`", "family_name": "Nom", "postcode": "CP", "city": "Ville"}),
        ("it_IT", "IT", "ID;Nome;Cognome;Data di nascita;Indirizzo;CAP;Comune;Cellulare;Email",
         {"given_name": "Nome", "family_name": "Cognome", "postcode": "CAP", "city": "Comune"}),
        ("pl_PL", "PL", "nr_klienta;imię;nazwisko;data urodzenia;ulica;kod pocztowy;miasto;telefon;adres e-mail",
         {"given_name": "`imię`", "family_name": "nazwisko", "postcode": "`kod pocztowy`", "city": "miasto"}),
        ("nl_NL", "NL", "klantnummer;voornaam;achternaam;geboortedatum;adres;postcode;woonplaats;mobiel;e-mailadres",
         {"given_name": "voornaam", "family_name": "achternaam", "postcode": "postcode", "city": "woonplaats"}),
        ("es_ES", "ES", "NUM_SOCIO;NOMBRE;APELLIDOS;F_NACIMIENTO;DOMICILIO;COD_POSTAL;POBLACION;TLF_MOVIL;CORREO",
         {"given_name": "NOMBRE", "family_name": "APELLIDOS", "postcode": "COD_POSTAL", "city": "POBLACION"}),
        ("en_GB", "GB", "CUST_REF;FORENAME;SURNAME;DOB;ADDR1;PCODE;TOWN;TEL_NO;EMAIL_ADDR",
         {"given_name": "FORENAME", "family_name": "SURNAME", "postcode": "PCODE", "city": "TOWN"}),
    ],
)  # fmt: skip
def test_headers_of_many_languages_are_recognised(
    init: Init, fake: Fake, locale: str, country: str, header: str, expected: dict[str, str]
) -> None:
    made = fake(locale)
    rows = [
        [n, made.first_name(), made.last_name(), born(made, "%d/%m/%Y"), made.street_address().replace("\n", " "),
         made.postcode(), made.city(), made.phone_number(), made.email()]
        for n in range(ROWS)
    ]  # fmt: skip
    names = header.split(";")
    written = init({"people.csv": table(names, rows)})
    columns = written.columns("people")
    assert expected.items() <= columns.items()
    assert {"birth_date", "street", "phones", "emails"} <= columns.keys()
    assert names[0] in written.sources["people"]["key"]
    assert written.project["default_country"] == country


@pytest.mark.parametrize("header", [None, [f"c{n}" for n in range(10)]])
def test_values_alone_show_what_columns_hold(init: Init, fake: Fake, header: list[str] | None) -> None:
    us = fake("en_US")
    rows = [
        [n + 1000, us.first_name(), us.last_name(), us.email(), us.numerify("(2##) 555-####"), born(us, "%m/%d/%Y"),
         us.street_address(), us.city(), us.state_abbr(), us.zipcode()]
        for n in range(ROWS)
    ]  # fmt: skip
    written = init({"dump.csv": table(header, rows)})
    c = ["_c{}" if header is None else "c{}"][0]
    assert written.columns("dump") == {
        "given_name": c.format(1),
        "family_name": c.format(2),
        "birth_date": f"cast(try_to_timestamp({c.format(5)}, 'M/d/yyyy') as date)",
        "emails": f"array_compact(array({c.format(3)}))",
        "phones": f"array_compact(array({c.format(4)}))",
        "street": c.format(6),
        "city": c.format(7),
        "region": c.format(8),
        "postcode": c.format(9),
    }
    assert written.sources["dump"].get("options", {}) == ({"header": "false"} if header is None else {})
    assert written.project["default_country"] == "US"


def test_one_column_of_full_names_in_any_order_is_split_by_silver(init: Init, fake: Fake) -> None:
    gb = fake("en_GB")
    people = [(gb.first_name(), gb.last_name(), gb.email()) for _ in range(ROWS)]
    written = init(
        {
            "a.csv": table(
                ["id", "name", "mail"], [[n, f"{g} {f}", m] for n, (g, f, m) in enumerate(people)]
            ),
            "b.csv": table(
                ["id", "Member Name", "mail"], [[n, f"{f}, {g}", m] for n, (g, f, m) in enumerate(people)]
            ),
            "c.csv": table(
                ["id", "name", "mail"], [[n, f"{f.upper()} {g}", m] for n, (g, f, m) in enumerate(people)]
            ),
        }
    )
    assert [written.columns(source)["full_name"] for source in "abc"] == [
        "name", "`Member Name`", "regexp_replace(name, '^([^ ,]+) ([^,]+)$', '$1, $2')",
    ]  # fmt: skip


def test_parts_of_names_and_births_in_several_columns_are_put_together(
    init: Init, fake: Fake, dice: Random
) -> None:
    nl = fake("nl_NL")
    rows = [
        [n, nl.first_name(), dice.choice(["", "van", "de"]), nl.last_name(), dice.randint(1940, 2000),
         dice.randint(1, 12), dice.randint(1, 28)]
        for n in range(ROWS)
    ]  # fmt: skip
    columns = init(
        {"leden.csv": table(["nr", "voornaam", "tussenvoegsel", "achternaam", "by", "bm", "bd"], rows)}
    ).columns("leden")
    assert columns["family_name"] == "concat_ws(' ', tussenvoegsel, achternaam)"
    day = "try_cast(concat(by, '-', lpad(bm, 2, '0'), '-', lpad(bd, 2, '0')) as date)"
    assert columns["birth_date"] == (
        "case when by between '1850' and cast(year(_ingested_at) as string) "
        f"and coalesce({day} <= cast(_ingested_at as date), true) then coalesce(cast({day} as string), "
        "case when lpad(bm, 2, '0') between '01' and '12' then concat(by, '-', lpad(bm, 2, '0')) end, by) end"
    )


@pytest.mark.parametrize(
    ("spelled", "sql"),
    [
        (["male", "female"], "sex"),
        (["мужской", "женский"], "sex"),
        # Words for "not known" are no third gender.
        (["M", "F", "U"], "sex"),
        (
            ["M", "K", "unknown", "N"],
            "case when lower(trim(sex)) in ('m') then 'male' when lower(trim(sex)) in ('k') then 'female' end",
        ),
        (
            ["M", "K"],
            "case when lower(trim(sex)) in ('m') then 'male' when lower(trim(sex)) in ('k') then 'female' end",
        ),
        (
            ["H", "M"],
            "case when lower(trim(sex)) in ('h') then 'male' when lower(trim(sex)) in ('m') then 'female' end",
        ),
        (
            ["1", "2"],
            "case when lower(trim(sex)) in ('1') then 'male' when lower(trim(sex)) in ('2') then 'female' end",
        ),
    ],
)
def test_genders_are_spelled_out_where_silver_does_not_read_them(
    init: Init, fake: Fake, spelled: list[str], sql: str
) -> None:
    gb = fake("en_GB")
    rows = [[n, gb.first_name(), gb.last_name(), spelled[n % len(spelled)]] for n in range(ROWS)]
    assert init({"p.csv": table(["id", "first", "last", "sex"], rows)}).columns("p")["gender"] == sql


def test_of_several_addresses_one_is_taken_whole(init: Init, fake: Fake, dice: Random) -> None:
    us = fake("en_US")
    rows = [
        [n, us.email(), us.street_address(), us.city(), us.zipcode(), *([us.street_address(), us.city(), us.zipcode()]
         if dice.random() < 0.3 else ["", "", ""])]
        for n in range(ROWS)
    ]  # fmt: skip
    header = [
        "id",
        "email",
        "billing_street",
        "billing_city",
        "billing_zip",
        "ship_street",
        "ship_city",
        "ship_zip",
    ]
    columns = init({"p.csv": table(header, rows)}).columns("p")
    assert (columns["street"], columns["city"], columns["postcode"]) == (
        "billing_street",
        "billing_city",
        "billing_zip",
    )


def test_an_address_in_one_line_is_cut(init: Init, fake: Fake) -> None:
    gb = fake("en_GB")
    rows = [
        [
            n,
            gb.name(),
            f"{gb.building_number()} {gb.street_name()}, {gb.city()}, {gb.postcode()}",
            gb.phone_number(),
        ]
        for n in range(ROWS)
    ]
    columns = init({"p.csv": table(["id", "name", "Address", "Phone"], rows)}).columns("p")
    assert columns["street"] == "trim(split_part(Address, ',', 1))"
    assert columns["city"] == "nullif(trim(split_part(Address, ',', 2)), '')"
    assert "regexp_extract(Address" in columns["postcode"]


def test_numbers_that_lost_their_zeros_or_got_a_fraction_are_fixed(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    rows = [
        [f"{n}.0", us.name(), us.numerify("212555####.0"), us.zipcode().lstrip("0"), us.state_abbr()]
        for n in range(ROWS)
    ] + [["999.0", us.name(), "2125550000.0", "2134", "MA"]] * 1
    written = init({"p.csv": table(["id", "name", "cell", "zip", "state"], rows)})
    columns = written.columns("p")
    assert written.sources["p"]["key"] == "regexp_replace(id, '[.]0$', '')"
    assert columns["phones"] == "array_compact(array(regexp_replace(cell, '[.]0$', '')))"
    assert columns["postcode"] == "lpad(zip, 5, '0')"


def test_other_people_of_the_row_are_not_taken_for_the_person(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    header = ["id", "name", "email", "spouse_name", "emergency_contact_phone", "Account Owner", "owner_email"]
    rows = [
        [n, us.name(), us.email(), us.name(), us.phone_number(), us.name(), us.email()] for n in range(ROWS)
    ]
    assert init({"p.csv": table(header, rows)}).columns("p") == {
        "full_name": "name",
        "emails": "array_compact(array(email))",
    }


def test_a_column_of_which_records_are_one_person_is_never_mapped(init: Init, fake: Fake) -> None:
    gb = fake("en_GB")
    rows = [[n, gb.first_name(), gb.last_name(), n // 3, f"E{n // 3}"] for n in range(ROWS)]
    written = init({"p.csv": table(["unique_id", "first_name", "surname", "cluster", "entity_id"], rows)})
    assert written.columns("p") == {"given_name": "first_name", "family_name": "surname"}
    assert written.sources["p"]["key"] == "unique_id"


def test_lists_in_one_cell_are_left_to_silver_and_words_for_nothing_are_null(
    init: Init, fake: Fake, dice: Random
) -> None:
    gb = fake("en_GB")
    rows = [
        [n, dice.choice([gb.name(), "\\N"]), dice.choice([f"{gb.email()}; {gb.email()}", gb.email(), "\\N"]),
         dice.choice([born(gb, "%d/%m/%Y"), "01/01/1900"])]
        for n in range(ROWS)
    ]  # fmt: skip
    written = init({"p.csv": table(["id", "full name", "mail", "born"], rows)})
    assert written.sources["p"]["options"] == {"nullValue": "\\N"}
    assert written.columns("p")["emails"] == "array_compact(array(mail))"
    assert written.columns("p")["birth_date"].startswith(
        "nullif(cast(try_to_timestamp(born, 'd/M/yyyy') as date), "
    )


def test_quotes_of_every_cell_change_nothing(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    rows = [[n, us.name(), us.email()] for n in range(ROWS)]
    quoted = table(["id", "name", "email"], rows, quoting=csv.QUOTE_ALL)
    assert init({"p.csv": quoted}).columns("p").keys() == {"full_name", "emails"}
