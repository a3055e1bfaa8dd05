"""How many people the names beside one mailbox or phone are."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdi_spark.linkage.model.owners import Name, count_people
from cdi_spark.linkage.model.record_features import FEATURE_RULES
from cdi_spark.standardise.batches import record_values

NAMES = ("given_name", "middle_name", "family_name")


def people(*names: str, at_most: int = 99) -> int:
    """Count the people of names written as given|family or given|middle|family."""
    return count_people(map(as_features, names), at_most=at_most)


def as_features(name: str) -> Name:
    parts = [part or None for part in name.split("|")]
    first, last = parts[0], parts[-1]
    middle = parts[1] if len(parts) > 2 else None
    record = {"emails": None} | dict(zip(NAMES, (first, middle, last), strict=True))
    made = record_values([rule for rule in FEATURE_RULES if rule.inputs == NAMES], record)
    return made["given"], made["middle"], made["family"]


@pytest.mark.parametrize(
    "names",
    [
        ["Ann|Smith", "Smith|Ann"],
        ["Ann|Smith", "Ann|Smyth", "Ann|Simth"],
        ["Margaret|Smith", "Margraet|Smith", "Margaert|Smiht"],
        ["Dr. Ann|Smith", "Ann|Smith", "Frau Ann|Smith", "Ann|Smith PhD"],
        ["Bob|Lee", "Robert|Lee", "Rob|Lee"],
        ["A|Smith", "Ann|Smith", "A.|Smyth"],
        ["Ann|Smith", "Ann|Miller"],
        ["Ann|Smith-Miller", "Ann|Miller", "A|Smith"],
        ["Ann|Maria|Smith", "Ann Maria|Smith", "Maria|Smith", "Ann|M|Smith"],
        ["Jean-Luc|Picard", "Jeanluc|Picard", "Jean Luc|Picard", "Jean|Picard"],
        ["Piet|van der Hoeven", "Piet|Hoeven", "Piet|v.d. Hoeven", "van der Hoeven|Piet"],
        ["John|Smith", "John|Smith Jr", "John|Smith III"],
        ["Gabriel|García Márquez", "Gabriel|García|Márquez", "Gabriel|García"],
        ["Иван|Петров", "Ivan|Petrov", "Petrov|Ivan"],
        ["太郎|山田", "Taro|Yamada"],
        ["たろう|やまだ", "Taro|Yamada", "タロウ|ヤマダ"],
        ["Νίκος|Παπαδόπουλος", "Nikos|Papadopoulos"],
        ["Ann|", "Ann|Smith", "|Smith"],
        ["Ann Smith|", "Ann|Smith"],
        ["Rob & Beth|Eddowes"],
        ["Rob & Beth|Eddowes", "Rob|Eddowes", "Robert and Beth|Eddowes"],
        ["Mr & Mrs|Smith", "Familie|Smith", "M. et Mme|Smith", "Ann|Smith", "Herr und Frau|Smith"],
        ["Nguyễn|Minh", "Minh|Nguyen"],
        ["Zażółć|Gęślą", "Zazolc|Gesla"],
    ],
    ids="; ".join,
)  # fmt: skip
def test_one_person_in_many_forms_is_one(names: list[str]) -> None:
    assert people(*names) == 1


@pytest.mark.parametrize(
    ("names", "number"),
    [
        (["Ann|Smith", "Bob|Smith"], 2),
        (["Ann|Smith", "A|Smith", "Alan|Smith"], 2),
        (["Mark|Smith", "Mary|Smith"], 2),
        (["Paul|Roux", "Paula|Roux"], 2),
        (["Mario|Rossi", "Maria|Rossi"], 2),
        (["Ann|García López", "Bob|García López"], 2),
        (["Maria del Carmen|García", "Maria Luisa|García"], 2),
        (["Ann|Smith", "Bob|Smith", "Rob & Ann|Smith", "Smith|Ann", "Mr & Mrs|Smith"], 2),
        (["Ann|Smith", "Bob|Smith", "Tim & Una|Jones"], 3),
        (["Smith|Ann", "Smith|Bob", "Bob|Smith"], 2),
        (["Peter|Thomas", "Thomas|Miller"], 2),
        (["太郎|山田", "花子|山田"], 2),
        (["太郎|山田", "花子|山田", "Taro|Yamada"], 2),
        (["محمد|سلمان", "علي|سلمان"], 2),
        (["Иван|Петров", "Мария|Петрова"], 2),
        (["Li|Wang", "Wei|Wang", "Wang|Li"], 2),
        (["Familie|Smith", "|Smith", "Mr & Mrs|Jones"], 0),
        ([], 0),
    ],
    ids=str,
)  # fmt: skip
def test_different_people_are_counted(names: list[str], number: int) -> None:
    assert people(*names) == number


def test_colleagues_at_a_switchboard_are_counted_up_to_the_limit() -> None:
    first = [
        "Ann",
        "Bob",
        "Carla",
        "Dmitri",
        "Elif",
        "Farid",
        "Greta",
        "Hugo",
        "Ines",
        "Jürgen",
        "Kofi",
        "Lena",
    ]
    names = [f"{one}|{other}{number}" for number in range(300) for one in first for other in ("Smith", "Roe")]
    assert people(*names, at_most=99) == 12
    assert people(*names, at_most=10) == 10


def test_the_order_of_the_names_does_not_matter() -> None:
    names = ["Ann|Smith", "A|Smith", "Alan|Smith", "Smith|Alan", "Rob & Ann|Smith"]
    assert {people(*some) for some in permutations(names)} == {2}


PARTS = st.sampled_from(
    ["ann", "a", "bob", "ann maria", "smith", "smyth", "rob & beth", "山田", "", None, "van der hoeven"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(PARTS, PARTS, PARTS), max_size=8), st.integers(1, 5))
def test_any_names_can_be_counted(names: list[Name], at_most: int) -> None:
    found = count_people(names, at_most=at_most)
    assert 0 <= found <= min(at_most, len(names))
    assert found == count_people(names[::-1] + names, at_most=at_most)
    assert found == min(at_most, count_people(names, at_most=99))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [("jon", "john", True), ("tim", "tom", False), ("maragret", "margaret", True), ("margaret", "margart", True),
     ("xargaret", "margarex", True), ("xxrgaret", "margarex", False), ("giuseppe", "fernando", False),
     ("erik", "erick", True), ("hans", "jens", False)],
)  # fmt: skip
def test_near_misses_are_one_error_or_two_in_long_words(one: str, other: str, is_same: bool) -> None:
    assert count_people([(one, None, "roth"), (other, None, "roth")], at_most=9) == (1 if is_same else 2)
