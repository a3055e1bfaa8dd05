import pytest

from cdi_spark.standardise.values.companies import company_name
from cdi_spark.standardise.values.full_names import full_name

COMPANIES = [
    "Brightwater Plumbing Ltd", "Müller GmbH & Co. KG", "Siemens AG", "Garcia Hermanos S.A.", "Smith & Sons Ltd.",
    "Hotel Adler", "Johnson & Johnson", "Praxis Dr. Müller", "Yılmaz İnşaat A.Ş.", "山田製作所株式会社",
]  # fmt: skip
ROLES = [
    "Accounts Payable", "info", "SALES TEAM", "The Occupier", "HR Department", "Head of Sales", "Buchhaltung",
    "Service comptabilité", "Księgowość", "Бухгалтерия",
]  # fmt: skip
PEOPLE = [
    "Anna Sales", "Björn Lager", "Vinod A.S.", "Smith, B.V.", "Rob & Beth", "Mr & Mrs Smith", "Ann Lee", "Prakash KC",
    "Peter Hotelling",
]  # fmt: skip


@pytest.mark.parametrize("text", COMPANIES)
def test_a_company_is_no_person_and_keeps_its_name(text: str) -> None:
    assert (full_name(text), company_name(text)) == (None, text)


@pytest.mark.parametrize("text", ROLES)
def test_a_post_or_department_is_neither_a_person_nor_a_company(text: str) -> None:
    assert (full_name(text), company_name(text)) == (None, None)


@pytest.mark.parametrize("text", PEOPLE)
def test_a_person_is_no_company(text: str) -> None:
    assert full_name(text) is not None
    assert company_name(text) is None


def test_a_companys_contact_is_not_in_its_name() -> None:
    assert company_name("Red Bull Ltd, Attn: Max Mayer") == "Red Bull Ltd"
