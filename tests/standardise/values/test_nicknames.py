from collections import Counter

import pytest
from nicknames import name_triplets

from cdi_spark.standardise.values.nicknames import is_known_given_name, nickname_root, nickname_roots

ROOTS = {
    "bob": "robert",
    "rob": "robert",
    "robert": "robert",
    "peggy": "margaret",
    "bill": "william",
    "jack": "john",
}


@pytest.mark.parametrize(("nickname", "root"), ROOTS.items())
def test_nicknames_share_the_name_they_stand_for(nickname: str, root: str) -> None:
    assert nickname_root(nickname) == root


@pytest.mark.parametrize("name", ["edward", "edmund", "edwin", "alexander", "zzyzx", "王小明", ""])
def test_full_names_and_unknown_names_stay(name: str) -> None:
    assert nickname_root(name) == name


def test_every_nickname_goes_straight_to_a_name_that_lists_it() -> None:
    listed = {(full, nickname) for full, relationship, nickname in name_triplets()}
    roots = nickname_roots()
    assert all(roots[root] == root for root in roots.values())
    assert all((root, name) in listed for name, root in roots.items() if name != root)


def test_no_group_of_nicknames_is_giant() -> None:
    assert max(Counter(nickname_roots().values()).values()) <= 15


@pytest.mark.parametrize(
    ("word", "known"), [("james", True), ("bob", True), ("inchcape", False), ("", False)]
)
def test_known_given_names_differ_from_other_words(word: str, known: bool) -> None:
    assert is_known_given_name(word) == known
