"""The features of a person's name."""

from __future__ import annotations

from typing import Any

from cdi_spark.linkage.model.record_features import FEATURE_RULES
from cdi_spark.standardise.batches import record_values

NAMES = ("given_name", "middle_name", "family_name")


def features(given: str | None, middle: str | None = None, family: str | None = None) -> dict[str, Any]:
    rules = [rule for rule in FEATURE_RULES if rule.inputs == NAMES]
    return record_values(rules, dict(zip(NAMES, (given, middle, family), strict=True)))


def shared(one: dict[str, Any], other: dict[str, Any], feature: str) -> set[str]:
    return set(one[feature] or ()) & set(other[feature] or ())


def test_a_particle_is_no_word_that_two_people_share() -> None:
    one, other = features("Van", "Maximilian", "Carlsen"), features("Piet", None, "van der Hoeven")
    for feature in ("names", "name_sounds", "given_tokens", "family_tokens"):
        assert shared(one, other, feature) == set()


def test_names_with_the_same_particle_share_no_sound() -> None:
    one, other = features("Ann", None, "van der Hoeven"), features("Bob", None, "van der Meer")
    assert shared(one, other, "name_sounds") == set()
    assert shared(one, features("Ann", None, "Hoeven"), "name_sounds") == {"A500", "H150"}


def test_a_name_in_two_scripts_is_the_same() -> None:
    one, other = features("Иван", "Иванович", "Петров"), features("Ivan", "Ivanovich", "Petrov")
    scripts = {"given_script", "family_script"}
    assert {name for name in one if one[name] != other[name]} - set(NAMES) == scripts
    assert [one[name] for name in sorted(scripts)] == ["cyrillic", "cyrillic"]


def test_each_part_has_its_script() -> None:
    found = features("さくら", None, "山田")
    assert (found["given_script"], found["family_script"]) == ("kana", "han")
    assert (found["given"], found["family"]) == ("sakura", "山田")
    assert features(None, None, "Lee")["given_script"] is None


def test_a_couple_has_the_names_of_both() -> None:
    found = features("Rob & Beth", None, "Eddowes")
    assert (found["given"], found["given_root"]) == ("rob & beth", "rob & beth")
    assert found["names"] == ["rob", "beth", "eddowes"]


def test_a_name_without_words_has_no_features() -> None:
    found = features("Mr & Mrs", None, "-")
    assert {value for name, value in found.items() if name not in NAMES} == {None}
