"""Files of one form are one source if their keys mean the same things, and sources of their own if not."""

from __future__ import annotations

from collections.abc import Callable

from faker import Faker

from tests.discovery.conftest import Init, table

HEADER = ["customer_no", "first_name", "last_name", "email", "city"]


def people(made: Faker, first: int = 1, rows: int = 40) -> list[list[str]]:
    return [
        [f"K-{n:05d}", made.first_name(), made.last_name(), made.email(), made.city()]
        for n in range(first, first + rows)
    ]


def test_numbered_files_whose_keys_mean_other_people_are_sources_that_say_so(
    init: Init, fake: Callable[[str], Faker]
) -> None:
    us = fake("en_US")
    written = init({f"party{n}.csv": table(HEADER, people(us)) for n in range(3)})
    assert written.sources.keys() == {"party0", "party1", "party2"}
    assert "40 keys are in several of 3 files" in written.text.replace("\n# ", " ")


def test_later_versions_of_most_people_are_one_source(init: Init, fake: Callable[[str], Faker]) -> None:
    us = fake("en_US")
    first = people(us)
    later = [[*row[:3], us.email(), us.city()] for row in first[5:]] + people(us, 100, 9)
    written = init({"customers_2023.csv": table(HEADER, first), "customers_2024.csv": table(HEADER, later)})
    assert written.sources["customers"]["key"] == "customer_no"
    assert written.sources["customers"]["order_by"] == "_file"


def test_files_without_a_common_key_are_parts_of_one_list(init: Init, fake: Callable[[str], Faker]) -> None:
    us = fake("en_US")
    parts = {f"members_{n}.csv": table(HEADER, people(us, 1000 * n)) for n in range(1, 4)}
    assert init(parts).sources.keys() == {"members"}


def test_rows_of_equal_keys_that_agree_by_halves_are_kept_apart_and_said(
    init: Init, fake: Callable[[str], Faker]
) -> None:
    us = fake("en_US")
    first = people(us)
    other = first[:18] + [[row[0], *new[1:]] for row, new in zip(first[18:], people(us), strict=False)]
    written = init({"list_1.csv": table(HEADER, first), "list_2.csv": table(HEADER, other)})
    assert len(written.sources) == 2
    assert "it is not sure" in written.text.replace("\n# ", " ")


def test_an_order_in_two_quarters_has_one_key(init: Init, fake: Callable[[str], Faker]) -> None:
    orders = [[f"O{n}", f"K-{n % 40 + 1:05d}", f"2024-0{n % 9 + 1}-11", f"{n}.50"] for n in range(90)]
    header = ["order_no", "customer_no", "order_date", "amount"]
    written = init(
        {
            "customers.csv": table(HEADER, people(fake("en_US"))),
            "orders Q1-2024.csv": table(header, orders[:60]),
            "orders Q2-2024.csv": table(header, orders[40:]),
        }
    )
    assert written.sources["orders"]["key"] == "order_no"
    assert written.sources["orders"]["order_by"].endswith(", _file)")


def test_two_lists_of_the_same_people_share_a_kind_of_number_and_lists_of_others_do_not(
    init: Init, fake: Callable[[str], Faker]
) -> None:
    us = fake("en_US")
    first, second = people(us), people(us)
    same = init({"old/clients_old.csv": table(HEADER, first), "old/clients_new.csv": table(HEADER, first)})
    kinds = {same.columns(name)["account_ids"] for name in same.sources}
    assert len(kinds) == 1
    other = init(
        {"new/shop_a.csv": table(HEADER, first), "new/shop_b.csv": table(HEADER, second)},
        only="new",
        name="b",
    )
    assert all("account_ids" not in other.columns(name) for name in other.sources)
