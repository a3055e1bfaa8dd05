"""The strongest links that join an entity, and the one that it hangs by."""

from itertools import combinations

from cdi_spark.linkage.evaluation.entity_links import Link, spanning_tree, weakest_link


def links(weights: dict[str, float]) -> list[Link]:
    """links({"ab": 3.0}): records a and b, 3 bits; the strongest first, as links_within gives them."""
    return [Link(pair[0], pair[1], bits, []) for pair, bits in sorted(weights.items(), key=lambda x: -x[1])]


def pairs(tree: list[Link]) -> list[str]:
    return [link.record_id_l + link.record_id_r for link in tree]


def test_the_tree_takes_the_strongest_links_that_close_no_circle() -> None:
    tree = spanning_tree(links({"ab": 9, "bc": 8, "ac": 7, "cd": 2, "ad": 1, "bd": -3}))
    assert pairs(tree) == ["ab", "bc", "cd"]


def test_two_groups_part_at_the_best_link_between_them() -> None:
    weights = {f"{one}{other}": -4.0 for one, other in combinations("abcxyz", 2)}
    weights |= {"ab": 9, "bc": 8, "xy": 7, "yz": 6, "bx": 1.5}
    found = weakest_link(spanning_tree(links(weights)))
    assert found is not None
    assert pairs([found.link]) == ["bx"]
    assert found.parts == (["a", "b", "c"], ["x", "y", "z"])


def test_one_record_has_no_link() -> None:
    assert weakest_link(spanning_tree([])) is None
