"""The lists of words are complete, folded, and read from the package."""

from __future__ import annotations

import pytest

from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists

FILES = (
    "addresses",
    "arrays",
    "countries",
    "header_people",
    "header_words",
    "headers",
    "months",
    "people",
    "values",
)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_lists_is_read_once(name: str) -> None:
    assert load_lists(name)
    assert load_lists(name) is load_lists(name)


@pytest.mark.parametrize("name", ["given_names", "family_names", "company_words", "job_words"])
def test_words_that_are_compared_with_folded_values_are_folded(name: str) -> None:
    words = load_lists("people")[name].split()
    assert [word for word in words if fold(word) != word] == []
    assert len(words) == len(set(words))


def test_words_of_headers_are_folded() -> None:
    lists = [load_lists(name)["meanings"] for name in ("headers", "header_people")]
    words = [
        part
        for meanings in lists
        for phrases in meanings.values()
        for word in phrases.split()
        for part in word.rstrip("!").split("_")
    ]
    listed = load_lists("header_words")
    words += [*listed["roles"].split(), *" ".join(listed["synonyms"].values()).split()]
    assert [word for word in words if fold(word).replace(" ", "") != word] == []
