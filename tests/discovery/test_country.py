"""The country of the files is found by their values and headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from faker import Faker

from tests.discovery.conftest import Init, table


@pytest.mark.parametrize(
    "locale", ["de_CH", "fr_FR", "it_IT", "en_AU", "sk_SK", "uk_UA", "th_TH", "ro_RO", "en_IN"]
)
def test_phones_alone_show_the_country(init: Init, fake: Callable[[str], Faker], locale: str) -> None:
    us, made = fake("en_US"), fake(locale)
    rows = [[n, us.first_name(), us.last_name(), made.phone_number()] for n in range(60)]
    written = init({"people.csv": table(["id", "first_name", "last_name", "phone"], rows)})
    assert written.project["default_country"] == locale[-2:]


@pytest.mark.parametrize(
    ("header", "country"),
    [
        ("id,meno,priezvisko,mesto", "SK"),
        ("id,ime,prezime,grad", "HR"),
        ("id,имя,фамилия,город", "RU"),
        ("id,氏名,住所,電話番号", "JP"),
        ("id,nama,alamat,kota", "ID"),
        ("id,nome,sobrenome,cidade", "BR"),
    ],
)
def test_the_language_of_the_headers_shows_the_country(
    init: Init, fake: Callable[[str], Faker], header: str, country: str
) -> None:
    us = fake("en_US")
    rows = [[n, us.first_name(), us.last_name(), us.email()] for n in range(30)]
    written = init({"people.csv": table([*header.split(",")[:3], "email"], rows)})
    assert written.project["default_country"] == country


@pytest.mark.parametrize(
    ("code", "countries"),
    [
        ("9{n:04d}", {"US", "DE", "FR"}),
        ("9{n:04d}-1234", {"US"}),
        ("{n:02d}-123", {"PL"}),
        ("LS1 {n}AB", {"GB"}),
    ],
)
def test_a_country_writes_its_postcodes_like_those_of_the_files(
    init: Init, fake: Callable[[str], Faker], code: str, countries: set[str]
) -> None:
    us = fake("en_US")
    rows = [[n, us.first_name(), us.last_name(), code.format(n=n % 9 + 1)] for n in range(60)]
    written = init({"people.csv": table(["id", "first_name", "last_name", "postal_code"], rows)})
    assert written.project["default_country"] in countries
