from collections import Counter

from nicknames import name_triplets

from cdi_spark.standardise.names import nickname_root
from cdi_spark.standardise.nicknames import is_known_given_name, nickname_roots


def test_nicknames_share_the_name_they_stand_for(apply):
    assert apply(nickname_root, ["bob", "rob", "robert", "peggy", "bill", "jack"]) == [
        "robert", "robert", "robert", "margaret", "william", "john",
    ]  # fmt: skip


def test_full_names_and_unknown_names_stay(apply):
    names = ["edward", "edmund", "edwin", "alexander", "zzyzx", "王小明", ""]
    assert apply(nickname_root, names) == names


def test_null_has_no_root(apply):
    assert apply(nickname_root, [None]) == [None]


def test_every_nickname_goes_straight_to_a_name_that_lists_it():
    listed = {(full, nickname) for full, relationship, nickname in name_triplets()}
    roots = nickname_roots()
    assert all(roots[root] == root for root in roots.values())
    assert all((root, name) in listed for name, root in roots.items() if name != root)


def test_no_group_of_nicknames_is_giant():
    assert max(Counter(nickname_roots().values()).values()) <= 15


def test_known_given_names_are_told_from_other_words(apply):
    assert apply(is_known_given_name, ["james", "bob", "inchcape", None]) == [True, True, False, None]
