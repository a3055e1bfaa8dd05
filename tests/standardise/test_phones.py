from cdi_spark.standardise.phones import phones


def _phones(apply, numbers, countries):
    return apply(phones, numbers, countries, kind="array<string>")


def test_one_line_has_one_number_however_it_is_written(apply):
    ways = ["020 7946 0018", "+44 (0)20 7946 0018", "0044 20 7946 0018", "(020) 79460018", "٠٢٠ ٧٩٤٦ ٠٠١٨"]
    assert _phones(apply, [ways], ["GB"]) == [["+442079460018"]]


def test_the_country_says_how_a_number_without_code_is_read(apply):
    numbers = [["(212) 736-5000"], ["030 901820"], ["(212) 736-5000"]]
    assert _phones(apply, numbers, ["US", "DE", "GB"]) == [["+12127365000"], ["+4930901820"], None]


def test_without_a_country_the_default_region_reads_the_number(apply):
    assert _phones(apply, [["020 7946 0018"]], [None]) == [["+442079460018"]]
    american = apply(
        lambda n, c: phones(n, c, default_region="US"), [["212 736 5000"]], [None], kind="array<string>"
    )
    assert american == [["+12127365000"]]


def test_a_number_with_country_code_needs_no_country(apply):
    assert _phones(apply, [["+12127365000"], ["0201234"]], ["AQ", "AQ"]) == [["+12127365000"], None]


def test_numbers_that_no_line_has_and_placeholders_go(apply):
    wrong = [
        "",
        "x",
        "12",
        "0000000000",
        "1111111111",
        "01234567890",
        "07777 777777",
        "+44 20",
        "9" * 40,
        None,
    ]
    assert _phones(apply, [wrong], ["GB"]) == [None]


def test_phones_are_distinct_and_sorted_and_null_when_none_is_left(apply):
    given = [["020 7946 0018", None, "+12127365000", "02079460018"], [], None]
    assert _phones(apply, given, ["GB"] * 3) == [["+12127365000", "+442079460018"], None, None]


def test_an_extension_is_dropped(apply):
    assert _phones(apply, [["020 7946 0018 ext. 12"]], ["GB"]) == [["+442079460018"]]


def test_phones_change_their_own_result_no_more(apply, odd_texts):
    given = [
        ["020 7946 0018"],
        ["02 5556 0123"],
        ["0664 1234568"],
        ["06 6988 1234"],
        *([t] for t in odd_texts),
    ]
    countries = ["GB", "AU", "AT", "IT", *("GB" for _ in odd_texts)]
    once = _phones(apply, given, countries)
    assert _phones(apply, once, countries) == once
    assert all(found is not None for found in once[:4])
