import pytest

from cdi_spark.linkage.model.record_features import FEATURE_RULES
from cdi_spark.standardise.values.identifiers import device_ids, identifier, identifiers, kind_of

STANDARD = {
    "C-17": "C-17", "crm.customer:C-17": "crm.customer:C-17", " CRM.Customer : C-17 ": "crm.customer:C-17",
    "SSN:123-45-6789": "ssn:123-45-6789", "Código_DNI:12345678Z": "codigo_dni:12345678Z",
    "шоп.клиент:17": "шоп.клиент:17", "会員:17": "会員:17",
    # The number of a kind may hold a colon, a number without a kind too, and an address of the web has no kind.
    "shop:12:34": "shop:12:34", "12:34": "12:34", "https://example.org/17": "https://example.org/17",
    # A kind without a number is nothing.
    "crm.customer:": None, "crm.customer:n/a": None, "crm.customer: - ": None, "unknown": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize(("given", "standard"), STANDARD.items())
def test_an_identifier_is_its_kind_folded_and_its_number_as_clean_text(
    given: str, standard: str | None
) -> None:
    assert identifier(given) == standard
    if standard is not None:
        assert identifier(standard) == standard


def test_identifiers_are_clean_distinct_and_sorted_and_none_when_none_is_left() -> None:
    assert identifiers(["b ", "a", None, " a", "n/a", "é", "Shop:a"]) == ["a", "b", "shop:a", "é"]
    assert [identifiers(given) for given in ([], [None], ["-", "unknown"])] == [None, None, None]


def test_the_address_of_a_device_has_no_kind() -> None:
    assert device_ids(["A4:5E:60:B1", "fe80::1", " A4:5E:60:B1", None]) == ["A4:5E:60:B1", "fe80::1"]


def test_the_kind_of_an_identifier_is_empty_without_one() -> None:
    assert [kind_of(one) for one in ("crm.customer:C-17", "C-17", "12:34")] == ["crm.customer", "", ""]


def test_numbers_are_compared_without_separators_and_kinds_as_they_are() -> None:
    compared = next(rule.make for rule in FEATURE_RULES if rule.columns == ("national_id",))
    assert compared("ssn:123-45-6789") == "ssn:123456789"
    assert compared("ab 12 34") == "AB1234"
    assert compared("ssn:--") is None
    kinds = next(rule.make for rule in FEATURE_RULES if rule.columns == ("account_kinds",))
    assert kinds(["crm:1", "crm:2", "3"]) == ["crm", ""]
