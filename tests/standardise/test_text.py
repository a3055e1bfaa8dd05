import unicodedata

import pycountry
import pytest

from cdi_spark.standardise.text import clean_text, fold, fold_word, look_up, title_case


def test_clean_text_trims_and_keeps_single_spaces_and_visible_characters(apply):
    given = ["  a \t b\u00a0\u3000c\r\n", "a\u200bb\ufeff", "\u202eabc\u202c", "a\x00b", "plain", None]
    assert apply(clean_text, given) == ["a b c", "ab", "abc", "a b", "plain", None]


def test_clean_text_writes_letter_and_accent_as_one_character(apply):
    words = ["Zoë", "Ågot Ñandú", "Ёлка Йод", "Ώρα", "x\u0332"]
    assert apply(clean_text, [unicodedata.normalize("NFD", w) for w in words]) == words


def test_clean_text_of_nothing_but_signs_is_null(apply):
    signs = ["", " ", "-", "--", "...", "?", "***", "/", "\u200b", "_"]
    assert apply(clean_text, signs) == [None] * len(signs)


def test_clean_text_of_a_placeholder_word_is_null(apply):
    words = [
        "unknown",
        "UNKNOWN",
        "n/a",
        "N.A.",
        "none",
        "Null",
        "(null)",
        "<none>",
        "xxx",
        "XXXX",
        "not known",
    ]
    assert apply(clean_text, words) == [None] * len(words)


def test_words_that_are_values_in_some_field_are_no_placeholders(apply):
    words = ["NA", "nan", "Nil", "test", "x", "Nuller", "none of the above", "€", "$"]
    assert apply(clean_text, words) == words


def test_fold_keeps_lower_case_letters_digits_and_single_spaces(apply):
    given = [
        "Élan  Vital",
        "Straße",
        "Łódź",
        "Søren Ærø",
        "O'Neil",
        "O\u2019Neil",
        "Jean-Luc",
        "M.B. Fife",
        "Σίσυφος",
    ]
    folded = [
        "elan vital",
        "strasse",
        "lodz",
        "soren aero",
        "oneil",
        "oneil",
        "jean luc",
        "m b fife",
        "σισυφοσ",
    ]
    assert apply(fold, given) == folded


def test_fold_keeps_vowels_that_are_marks(apply):
    assert apply(fold, ["राम", "王小明", "مُحَمَّد"]) == ["राम", "王小明", "محمد"]


def test_fold_of_signs_is_null(apply):
    assert apply(fold, ["👍", "--", "", None]) == [None] * 4


def test_fold_word_says_in_python_what_fold_says_in_spark(apply, odd_texts):
    texts = [country.name for country in pycountry.countries] + odd_texts
    assert [fold_word(t) or None for t in texts] == apply(fold, texts)


@pytest.mark.parametrize("rule", [clean_text, fold, title_case])
def test_a_text_rule_changes_its_own_result_no_more(apply, odd_texts, rule):
    once = apply(rule, odd_texts)
    assert apply(rule, once) == once


def test_title_case_knows_names_and_small_words(apply):
    given = ["o'neil", "JEAN-LUC", "mcdonald", "anne of cleves", "king's road", "h.o. forbes", "van der berg"]
    titled = [
        "O'Neil",
        "Jean-Luc",
        "McDonald",
        "Anne of Cleves",
        "King's Road",
        "H.O. Forbes",
        "Van der Berg",
    ]
    assert apply(title_case, given) == titled


def test_title_case_leaves_mixed_case_as_given(apply):
    assert apply(title_case, ["de Gaulle", "McDonald", "iPhone Ltd"]) == [
        "de Gaulle",
        "McDonald",
        "iPhone Ltd",
    ]


def test_look_up_is_null_for_a_word_that_the_table_lacks(apply):
    table = {"ab": "1", "ac": "2", "中国": "3"}
    found = apply(lambda c: look_up(c, table), ["ab", "ac", "ad", "b", "", "中国", None])
    assert found == ["1", "2", None, None, None, "3", None]
