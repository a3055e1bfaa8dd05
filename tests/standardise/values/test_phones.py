import pytest

from cdi_spark.standardise.values.phones import dropped_phones, is_placeholder_phone, mobiles, phone, phones

READ = [
    ("020 7946 0018", "GB", "+442079460018"), ("+44 (0)20 7946 0018", "GB", "+442079460018"),
    ("0044 20 7946 0018", "GB", "+442079460018"), ("(020) 79460018", "GB", "+442079460018"),
    ("٠٢٠ ٧٩٤٦ ٠٠١٨", "GB", "+442079460018"), ("020 7946 0018 ext. 12", "GB", "+442079460018"),
    # The country says how a number without code is read.
    ("(212) 736-5000", "US", "+12127365000"), ("030 901820", "DE", "+4930901820"), ("(212) 736-5000", "GB", None),
    # With a code no country is needed, nor one that has no phones.
    ("+12127365000", "AQ", "+12127365000"), ("0201234", "AQ", None), ("+12127365000", "", "+12127365000"),
    ("02 5556 0123", "AU", "+61255560123"), ("0664 1234568", "AT", "+436641234568"), 
    ("06 6988 1234", "IT", "+390669881234"),
]  # fmt: skip
WRONG = [
    "",
    "x",
    "12",
    "0000000000",
    "1111111111",
    "01234567890",
    "07777 777777",
    "+44 20",
    "9" * 40,
    "1" * 2000,
]


@pytest.mark.parametrize(("written", "region", "number"), READ)
def test_one_line_has_one_number_however_it_is_written(written: str, region: str, number: str | None) -> None:
    assert phone(written, region) == number
    assert number is None or phone(number, region) == number


@pytest.mark.parametrize("wrong", WRONG)
def test_numbers_that_no_line_has_and_placeholders_are_none(wrong: str) -> None:
    assert phone(wrong, "GB") is None


def test_a_placeholder_value_differs_from_an_invalid_number() -> None:
    assert [wrong for wrong in WRONG if is_placeholder_phone(wrong)] == [
        "0000000000", "1111111111", "01234567890", "07777 777777", "9" * 40, "1" * 2000,
    ]  # fmt: skip


def test_phones_are_distinct_and_sorted_and_none_when_none_is_left() -> None:
    given = ["020 7946 0018", None, "+12127365000", "02079460018"]
    assert phones(given, "GB") == ["+12127365000", "+442079460018"]
    assert [phones(given, "GB") for given in ([], [None], ["x"])] == [None, None, None]


def test_mobile_lines_are_chosen_where_the_numbering_plan_separates_them() -> None:
    assert mobiles(["+447911123456", "+442079460018", "+12127365000", "x"]) == [
        "+447911123456",
        "+12127365000",
    ]


SEVERAL = [
    ("0171 1234568 / 030 901820", "DE", ["+491711234568", "+4930901820"]), ("0171/1234568", "DE", ["+491711234568"]),
    ("0171 1234568 (Mutter)", "DE", ["+491711234568"]), ("privat: 0171 1234568", "DE", ["+491711234568"]),
    ("0171 1234568 nach 18 Uhr", "DE", ["+491711234568"]), ("ask for Ana 020 7946 0018", "GB", ["+442079460018"]),
    ("(212) 736-5000 or (718) 555-0134", "US", ["+12127365000", "+17185550134"]),
    ("(212) 736-5000 ext. 12", "US", ["+12127365000"]), ("1-800-FLOWERS", "US", ["+18003569377"]),
    ("447911123456.0", "GB", ["+447911123456"]), ("4.47911123456E+11", "GB", ["+447911123456"]),
    ("030/901820/21", "DE", ["+4930901820"]), ("020 7946 0018\n07911 123456", "GB", ["+442079460018", "+447911123456"]),
    ("03-3211-5679 内線 12", "JP", ["+81332115679"]), ("8 (495) 123-45-68 доб. 12", "RU", ["+74951234568"]),
    ("\u202a+44 20 7946 0018\u202c", "GB", ["+442079460018"]),
     ("06\u00a098\u00a071\u00a054\u00a032", "FR", ["+33698715432"]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "region", "numbers"), SEVERAL)
def test_one_value_may_hold_several_numbers_and_remarks(
    written: str, region: str, numbers: list[str]
) -> None:
    assert phones([written], region) == sorted(numbers)
    assert dropped_phones(written, region) == ()


@pytest.mark.parametrize(
    ("written", "reasons"),
    [("4.47E+11", ("damaged by a spreadsheet",)), ("########", ("damaged by a spreadsheet",)),
     ("020 7946 0018 / 555 0100 99", ("no valid phone number",)), ("00000000000", ("placeholder",)),
     ("unbekannt", ("placeholder",)), ("ann@x.org", ("an e-mail address",)), ("", ()), (" ", ())],
)  # fmt: skip
def test_what_is_dropped_has_a_reason(written: str, reasons: tuple[str, ...]) -> None:
    assert dropped_phones(written, "GB") == reasons
