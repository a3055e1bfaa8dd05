import pytest

from cdi_spark.standardise.values.name_parts import family_part, given_part
from cdi_spark.standardise.values.names import name_part

GIVEN = {
    "Mr & Mrs R": "R", "Rob and Beth": "Rob & Beth", "Rob + Beth": "Rob & Beth", "ROB & BETH": "Rob & Beth",
    "Dr. Ann Mary": "Ann Mary", "Ana y Luis": "Ana & Luis", "J. & M.": "J. & M.", "Ann": "Ann", "Mary E": "Mary E",
    "MARY E JANE": "Mary E Jane", "Mr": None, "Dr.": None, "Prof": None, "Hon": "Hon",
    "Herr und Frau": None, "null": None, "Major": "Major",
    "Jean-Luc": "Jean-Luc", "José Ma.": "José Ma.", "王小明": "王小明",
}  # fmt: skip
FAMILY = {
    "Okonjo, Mr": "Okonjo", "Mr & Mrs Okonjo": "Okonjo", "Familie Müller": "Müller", "SMITH, DR.": "Smith",
    "Berg, van den": "van den Berg", "Costa e Silva": "Costa e Silva", "Ortega y Gasset": "Ortega y Gasset",
    "Herr": "Herr", "Graf": "Graf", "King": "King", "O'Neil": "O'Neil",
    "von und zu Guttenberg": "von und zu Guttenberg",
    "NA": "Na", "Nan": "Nan", "Test": "Test", "null": None, "n/a": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "given"), GIVEN.items())
def test_a_given_name_has_no_title_and_names_both_of_two_people(text: str, given: str | None) -> None:
    assert given_part(text) == given


@pytest.mark.parametrize(("text", "family"), FAMILY.items())
def test_a_family_name_has_no_title_and_its_particles_in_front(text: str, family: str | None) -> None:
    assert family_part(text, has_given=True) == family


@pytest.mark.parametrize(
    ("text", "has_given", "family"),
    [("Null", True, "Null"), (" Null ", True, "Null"), ("NULL", True, None), ("null", True, None),
     ("Null", False, None),
     ("None", True, None)],
)  # fmt: skip
def test_null_is_a_family_name_only_in_title_case_beside_a_given_name(
    text: str, has_given: bool, family: str | None
) -> None:
    assert family_part(text, has_given=has_given) == family


@pytest.mark.parametrize("part", [*filter(None, GIVEN.values()), *filter(None, FAMILY.values())])
def test_a_standard_part_stays(part: str) -> None:
    assert name_part(part) == part
    assert family_part(part) == part
