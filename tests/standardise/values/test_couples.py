import pytest

from cdi_spark.standardise.values.couples import BETWEEN
from cdi_spark.standardise.values.full_names import Name, full_name

TOGETHER = [
    "Rob & Beth Eddowes", "Rob and Beth Eddowes", "ROB AND BETH EDDOWES", "rob & beth eddowes", "Rob+Beth Eddowes",
    "Rob / Beth Eddowes", "Rob/Beth Eddowes", "Rob &amp; Beth Eddowes", "Rob und Beth Eddowes", "Rob et Beth Eddowes",
    "Rob y Beth Eddowes", "Rob e Beth Eddowes", "Rob en Beth Eddowes", "Rob og Beth Eddowes", "Rob och Beth Eddowes",
    "Rob i Beth Eddowes", "Rob a Beth Eddowes", "Rob és Beth Eddowes", "Rob ve Beth Eddowes", "Rob or Beth Eddowes",
    "Eddowes, Rob & Beth", "Eddowes Rob & Beth", "Eddowes, Mr Rob and Mrs Beth", "EDDOWES Rob and Beth",
    "Mr Rob Eddowes & Mrs Beth Eddowes", "Rob Eddowes and Beth", "Rob T. & Beth Eddowes",
]  # fmt: skip
ONE_PERSON = [
    "Artur Costa e Silva", "José Ortega y Gasset", "Antoni Gaudí i Cornet", "JOHN PAUL E SMITH", "Mary A. Jones",
    "Jan Coreth von und zu Coredo und Starkenberg", "Rajan a/l Muthu", "Mr and Mrs John Smith",
]  # fmt: skip
HOUSEHOLDS = {
    "Mr & Mrs Smith": "Smith", "Mr/Mrs Smith": "Smith", "Familie Müller": "Müller", "M. et Mme Dupont": "Dupont",
    "Herr und Frau Schmidt": "Schmidt", "Sr. y Sra. García": "García", "Dhr. en Mevr. Jansen": "Jansen",
    "Sig. e Sig.ra Rossi": "Rossi", "Rodzina Nowak": "Nowak", "Müller, Familie": "Müller", "The Smith Family": "Smith",
}  # fmt: skip


@pytest.mark.parametrize("text", TOGETHER)
def test_a_couple_with_one_family_name_keeps_both_given_names(text: str) -> None:
    name = full_name(text)
    assert name == Name("Rob & Beth", None, name.family if name else None)
    assert name is not None
    assert name.family in ("Eddowes", "eddowes")
    assert BETWEEN in (name.given or "")


@pytest.mark.parametrize("text", ONE_PERSON)
def test_a_word_between_two_family_names_names_no_second_person(text: str) -> None:
    name = full_name(text)
    assert name is not None
    assert BETWEEN not in (name.given or "")


@pytest.mark.parametrize(("text", "family"), HOUSEHOLDS.items())
def test_a_household_has_only_its_family_name(text: str, family: str) -> None:
    assert full_name(text) == Name(None, None, family)


@pytest.mark.parametrize(
    "text", ["John Smith & Mary Jones", "Smith, John & Jones, Mary", "Smith, John; Jones, Mary"]
)
def test_of_two_people_with_two_family_names_the_first_is_read(text: str) -> None:
    assert full_name(text) == Name("John", None, "Smith")
