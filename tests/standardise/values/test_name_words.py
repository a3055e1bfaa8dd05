"""Particles count only with what follows, and spellings of one name meet."""

import pytest

from cdi_spark.standardise.values.name_words import PersonName, person_name


def family(name: str) -> str:
    found = person_name("Ann", None, name).family
    assert found
    return found.text


@pytest.mark.parametrize(
    "spellings",
    [
        ["van der Hoeven", "Hoeven, van der", "v.d. Hoeven", "vd Hoeven", "Vanderhoeven", "VAN DER HOEVEN"],
        ["De La Cruz", "de la Cruz", "Delacruz", "DeLaCruz", "Cruz, de la"],
        ["Mc Donald", "McDonald", "MCDONALD"],
        ["O Neil", "O'Neil", "O’Neil", "ONEIL", "Ó Neil"],
        ["St John", "St. John", "Saint John", "Saint-John"],
        ["al-Hassan", "Al Hassan", "Alhassan"],
        ["D'Souza", "D Souza", "DSouza"],
        ["'t Hart", "T Hart", "Thart"],
        ["in 't Veld", "in ’t Veld", "Intveld"],
        ["García y Vega", "García Vega", "Garcia-Vega"],
        ["von Mekk", "фон Мекк"],
        ["Le Blanc", "LeBlanc", "Leblanc"],
        ["бин Салман", "bin Salman"],
    ],
)  # fmt: skip
def test_spellings_of_one_family_name_are_equal(spellings: list[str]) -> None:
    assert len(set(map(family, spellings))) == 1


def test_different_family_names_stay_different() -> None:
    names = [
        "Hoeven",
        "van Hoeven",
        "van der Hoeven",
        "Donald",
        "McDonald",
        "Neil",
        "O'Neil",
        "John",
        "St John",
    ]
    assert len(set(map(family, names))) == len(names)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("van der Hoeven", {"hoeven", "vanderhoeven"}),
        ("Vanderhoeven", {"hoeven", "vanderhoeven"}),
        ("von und zu Guttenberg", {"guttenberg", "vonundzuguttenberg"}),
        ("auf der Heide", {"heide", "aufderheide"}),
        ("del Carmen García", {"carmen", "delcarmen", "garcia"}),
        ("ibn al-Rashid", {"rashid", "ibnalrashid"}),
        ("بن سلمان", {"سلمان", "بنسلمان"}),
        ("McDonald", {"mcdonald"}),
        ("Mc Donald", {"mcdonald"}),
        ("Van", {"van"}),
        ("Le", {"le"}),
        ("San", {"san"}),
        ("Delaney", {"delaney"}),
        ("van der", {"vander"}),
        ("李", {"李"}),
        ("Smith J", {"smith"}),
    ],
)  # fmt: skip
def test_a_particle_is_a_word_only_with_what_follows(name: str, tokens: set[str]) -> None:
    found = person_name("Ann", None, name).family
    assert found
    assert set(found.tokens) == tokens
    assert set(found.words) <= tokens


def texts(name: PersonName) -> tuple[list[str], str | None, str | None]:
    return (
        [part.text for part in name.given],
        name.middle and name.middle.text,
        name.family and name.family.text,
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Piet", "van der", "Hoeven"), (["piet"], None, "vanderhoeven")),
        (("Piet van der", None, "Hoeven"), (["piet"], None, "vanderhoeven")),
        (("Jan", "van", "Dijk"), (["jan"], None, "vandijk")),
        (("Minh", "Van", "Nguyen"), (["minh"], "van", "nguyen")),
        (("Xiao Le", None, "Li"), (["xiao le"], None, "li")),
        (("Ann", "Le", "Smith"), (["ann"], "le", "smith")),
        (("Van", "Maximilian", "Carlsen"), (["van"], "maximilian", "carlsen")),
        (("Van", None, "Le"), (["van"], None, "le")),
        (("Abdul Rahman", None, "Khan"), (["abdulrahman"], None, "khan")),
        (("María del Carmen", None, None), (["maria delcarmen"], None, None)),
        (("Rob & Beth", None, "Eddowes"), (["rob", "beth"], None, "eddowes")),
        (("太郎＆花子", None, "山田"), (["太郎", "花子"], None, "山田")),
        (("Hans und Grete", None, "Roth"), (["hans", "grete"], None, "roth")),
        (("Mr & Mrs", None, "Smith"), ([], None, "smith")),
        (("M. et Mme", None, "Smith"), ([], None, "smith")),
        (("Familie", None, "Roth"), ([], None, "roth")),
        (("Dr. Ann", None, "Lee"), (["ann"], None, "lee")),
        (("John E", None, "Smith"), (["john e"], None, "smith")),
        (("山田 (Taro)", None, "山田 Yamada"), (["taro"], None, "yamada")),
        ((None, None, None), ([], None, None)),
        (("&", "-", "'"), ([], None, None)),
    ],
)  # fmt: skip
def test_parts_of_a_name(
    parts: tuple[str | None, str | None, str | None], expected: tuple[list[str], str | None, str | None]
) -> None:
    assert texts(person_name(*parts)) == expected


def test_words_of_both_scripts_are_kept() -> None:
    found = person_name("太郎 Taro", None, "山田 Yamada")
    assert found.family is not None
    assert (found.family.text, found.family.script, set(found.family.tokens)) == (
        "yamada",
        "latin",
        {"山田", "yamada"},
    )
