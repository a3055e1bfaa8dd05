import unicodedata

import pytest

from cdi_spark.standardise.values.text import clean_text, fold, is_placeholder, title_case

CLEAN = {
    "  a \t b\u00a0\u3000c\r\n": "a b c",
    "a\u200bb\ufeff": "ab",
    "\u202eabc\u202c": "abc",
    "a\x00b": "a b",
    "a\x85b\u2028c": "a b c",
    "plain": "plain",
    "a  b": "a b",
    " x ": "x",
}
PLACEHOLDERS = [
    "", " ", "-", "--", "...", "?", "***", "/", "\u200b", "_", "«—»", "。", "unknown", "UNKNOWN", "n/a", "N.A.", "none",
    "Null", "(null)", "<none>", "xxx", "XXXX", "not known", "Not Given", "…n/a…",
]  # fmt: skip
# Namibia and a surname, given names, signs of money: values of some field.
NO_PLACEHOLDERS = [
    "NA",
    "nan",
    "Nil",
    "test",
    "x",
    "Nuller",
    "none of the above",
    "€",
    "$",
    "xXo",
    "Nunknown",
]
FOLDED = {
    "Élan  Vital": "elan vital", "Straße": "strasse", "STRASSE": "strasse", "Łódź": "lodz", "Søren Ærø": "soren aero",
    "O'Neil": "oneil", "O\u2019Neil": "oneil", "O`Neil": "oneil", "Jean-Luc": "jean luc", "M.B. Fife": "m b fife",
    "Σίσυφος": "σισυφοσ", "ΣΊΣΥΦΟΣ": "σισυφοσ", "राम": "राम", "王小明": "王小明", "مُحَمَّد": "محمد", "Ёлка": "елка",
    "İstanbul": "istanbul", "ISTANBUL": "istanbul", "Þór Ðá": "thor da", "Nguyễn": "nguyen",
    # Each of these was kept as a letter of its own: what keyboards and forms change must fold alike.
    "Əliyev": "eliyev", "Ɗan": "dan", "Ɔyɛ": "oye", "Hawaiʻi": "hawaii", "Ｊｏｈｎ": "john", "ﬁnn": "finn",
    "محـــمد": "محمد", "ﻣﺤﻤﺪ": "محمد", "١٢": "١٢", "ｶﾞ": "ガ",
}  # fmt: skip
TITLED = {
    "o'neil": "O'Neil", "JEAN-LUC": "Jean-Luc", "mcdonald": "McDonald", "anne of cleves": "Anne of Cleves",
    "king's road": "King's Road", "h.o. forbes": "H.O. Forbes", "van der berg": "Van der Berg", "élodie": "Élodie",
    "ВЛАДИМИР": "Владимир", "12A HIGH ST": "12a High St", "of": "Of", "d'arcy (anne)": "D'Arcy (Anne)",
    # Mixed case stays as given.
    "de Gaulle": "de Gaulle", "McDonald": "McDonald", "iPhone Ltd": "iPhone Ltd",
}  # fmt: skip


@pytest.mark.parametrize(("given", "clean"), CLEAN.items())
def test_clean_text_keeps_visible_characters_and_single_spaces(given: str, clean: str) -> None:
    assert clean_text(given) == clean


@pytest.mark.parametrize("word", ["Zoë", "Ågot Ñandú", "Ёлка Йод", "Ώρα", "x\u0332", "한국", "ガ", "مآب"])
def test_clean_text_writes_letter_and_accent_as_one_character(word: str) -> None:
    assert clean_text(unicodedata.normalize("NFD", word)) == word


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_placeholder_values_are_none(text: str) -> None:
    assert clean_text(text) is None
    assert is_placeholder(text.replace("\u200b", ""))


@pytest.mark.parametrize("text", NO_PLACEHOLDERS)
def test_words_that_are_values_in_some_field_are_no_placeholders(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(("given", "folded"), FOLDED.items())
def test_fold_keeps_small_letters_digits_and_single_spaces(given: str, folded: str) -> None:
    assert fold(given) == folded
    assert fold(unicodedata.normalize("NFD", given)) == folded


@pytest.mark.parametrize("text", ["👍", "--", "", " ", "'", "\u0301"])
def test_fold_of_symbols_is_none(text: str) -> None:
    assert fold(text) is None


@pytest.mark.parametrize(("given", "titled"), TITLED.items())
def test_title_case_knows_names_and_small_words(given: str, titled: str) -> None:
    assert title_case(given) == titled
