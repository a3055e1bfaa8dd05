"""The generated families of the bench: the same from the same seed, with the truth apart from the records."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import phonenumbers
import pytest

from tests.benchmarks.quality import asia, corruption, countries
from tests.benchmarks.quality.families import FAMILIES
from tests.benchmarks.quality.family import Family
from tests.benchmarks.quality.letters import latin, unaccented
from tests.benchmarks.quality.people import COUNTRIES, Population

# One of each generator.
MADE = (
    "names_city", "names_birth", "no_names", "ids_only", "five_lists", "duplicates_1", "duplicates_60", "JP",
    "households", "businesses",
)  # fmt: skip


@pytest.fixture(scope="module")
def made() -> dict[str, Family]:
    return {name: FAMILIES[name](1) for name in MADE}


@pytest.mark.parametrize("name", ["ids_only", "JP", "households"])
def test_the_same_seed_gives_the_same_records_and_another_seed_others(
    made: dict[str, Family], name: str
) -> None:
    assert FAMILIES[name](1) == made[name]
    assert FAMILIES[name](2).records != made[name].records


def test_families_have_thousands_of_records_with_unique_ids_and_one_truth_each(
    made: dict[str, Family],
) -> None:
    for family in made.values():
        assert 3000 <= len(family.records) <= 6000, family.name
        assert len(family.people) == len(family.records)
        assert len({record["record_id"] for record in family.records}) == len(family.records)


def test_no_record_names_its_person(made: dict[str, Family]) -> None:
    for family in made.values():
        for record, person in zip(family.records, family.people, strict=True):
            assert person is None or person not in record.values()


def test_the_order_of_records_says_nothing_about_whose_they_are(made: dict[str, Family]) -> None:
    for family in made.values():
        beside = sum(a == b for a, b in zip(family.people, family.people[1:], strict=False))
        assert beside < 20, family.name


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("names_city", {"given_name", "middle_name", "family_name", "city"}),
        ("names_birth", {"given_name", "middle_name", "family_name", "birth_date"}),
        ("no_names", {"birth_date", "street", "postcode", "city", "emails", "phones"}),
        ("five_lists", {"given_name", "middle_name", "family_name", "city", "postcode"}),
    ],
)
def test_a_family_has_the_columns_that_it_is_about(
    made: dict[str, Family], name: str, columns: set[str]
) -> None:
    assert {c for record in made[name].records for c in record} == {"record_id", *columns}


def test_a_person_is_at_most_once_in_each_of_the_five_lists_and_three_in_five_are_in_several(
    made: dict[str, Family],
) -> None:
    lists = Counter(zip(map(_source, made["five_lists"].records), made["five_lists"].people, strict=True))
    assert set(lists.values()) == {1}
    several = Counter(person for _, person in lists)
    assert sum(count > 1 for count in several.values()) / len(several) == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize(("name", "share"), [("duplicates_1", 0.01), ("duplicates_60", 0.63)])
def test_the_share_of_duplicates_is_as_the_name_says(
    made: dict[str, Family], name: str, share: float
) -> None:
    people = made[name].people
    assert 1 - len(set(people)) / len(people) == pytest.approx(share, rel=0.3)


def test_only_joint_names_are_nobodys(made: dict[str, Family]) -> None:
    nobodys = [
        r for r, p in zip(made["households"].records, made["households"].people, strict=True) if p is None
    ]
    assert len(nobodys) > 30
    assert all(record["full_name"] for record in nobodys)
    assert all(None not in family.people for name, family in made.items() if name != "households")


def test_some_sons_have_the_name_and_the_address_of_their_father(made: dict[str, Family]) -> None:
    people = defaultdict(set)
    for record, person in zip(made["households"].records, made["households"].people, strict=True):
        if person and record["given_name"] and record["street"]:
            people[record["given_name"], record["family_name"], record["street"]].add(person)
    assert sum(len(found) > 1 for found in people.values()) > 5


def test_japanese_records_are_in_kanji_kana_and_latin_letters(made: dict[str, Family]) -> None:
    names = [record.get("family_name") or "" for record in made["JP"].records]
    latin_letters = sum(name.isascii() and name.isalpha() for name in names)
    katakana = sum(bool(name) and all("ァ" <= c <= "ヿ" for c in name) for name in names)
    assert min(latin_letters, katakana, len(names) - latin_letters - katakana) > len(names) / 10


@pytest.mark.parametrize("country", COUNTRIES)
def test_phones_are_valid_numbers_of_the_country(country: str) -> None:
    population = Population(country, Random(1))
    numbers = [number for _ in range(50) for number in (population.mobile(), population.landline())]
    valid = [phonenumbers.is_possible_number(phonenumbers.parse(number)) for number in numbers]
    assert all(valid)


def test_nobody_has_the_mailbox_of_another() -> None:
    population = Population("GB", Random(1))
    mailboxes = [mail for _ in range(3000) if (mail := population.person().email)]
    assert len(set(mailboxes)) == len(mailboxes)


def test_a_corrupted_word_is_mostly_one_letter_away() -> None:
    rng = Random(1)
    words = [corruption.edit("Montgomery", rng) for _ in range(300)]
    assert all(abs(len(word) - 10) <= 1 for word in words)
    assert sum(word != "Montgomery" for word in words) > 270


def test_errors_in_another_script_stay_in_it() -> None:
    rng = Random(1)
    for _ in range(100):
        assert not any(c.isascii() for c in corruption.edit("ヤマモト", rng))


def test_wrong_dates_are_dates() -> None:
    rng = Random(1)
    wrong = {corruption.wrong_date("1984-03-05", rng) for _ in range(200)}
    assert "1984-05-03" in wrong
    assert all(len(day) == 10 for day in wrong)


def test_hindi_names_and_readings_in_latin_letters_and_kana() -> None:
    assert latin("अमित शर्मा") == "Amit Sharma"
    assert asia.kana("Yamamoto") == "ヤマモト"
    assert unaccented("Łukasz Żółć") == "Lukasz Zolc"


def test_a_polish_wife_has_the_female_form_of_the_name() -> None:
    population = Population("PL", Random(1))
    people = [countries.person("PL", population) for _ in range(500)]
    assert any(p.family.endswith("ska") for p in people if p.sex == "female")
    assert not any(p.family.endswith("ski") for p in people if p.sex == "female")


def _source(record: dict[str, object]) -> str:
    return str(record["record_id"]).partition(":")[0]
