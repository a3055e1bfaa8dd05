"""survivorship.yml: valid configuration, and defaults."""

from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import ValidationError

from cdi_spark.config import Survivorship, ValueRule, load_project
from cdi_spark.errors import ConfigError
from cdi_spark.gold.customer.survivorship import ORDER
from tests.paths import ROOT

DEMO = ROOT / "conf" / "demo" / "survivorship.yml"


@pytest.mark.parametrize(
    ("conf", "meaning"),
    [
        ({"default": ["newest"]}, "Input should be 'trusted', 'recent', 'frequent', 'longest' or 'valid'"),
        ({"default": ["valid"]}, "valid uses an attribute's own expression"),
        ({"attributes": {"gender": ["newest"]}}, "Input should be 'trusted', .* 'complete' or 'all'"),
        ({"attributes": {"shoe_size": ["recent"]}}, "shoe_size is not an attribute; those are"),
        ({"attributes": {"gender": ["all"]}}, "gender: all must be the only rule, and is for lists: emails"),
        ({"attributes": {"emails": ["all", "recent"]}}, "emails: all must be the only rule"),
        (
            {"attributes": {"street": ["recent"]}},
            "street survives with the rest of address; give rules to that",
        ),
        ({"attributes": {"gender": ["complete"]}}, "gender has no parts .*; only groups have"),
        ({"attributes": {"gender": []}}, "no rule; name at least one"),
        (
            {"attributes": {"gender": ["valid"]}},
            "gender: the rule valid and an expression `valid` need each other",
        ),
        ({"attributes": {"gender": {"valid": "gender <> 'x'"}}}, "the rule valid and an expression"),
        ({"attributes": {"gender": {"valid": "shoe > 1"}}}, "shoe is no attribute of a record"),
        ({"attributes": {"gender": {"valid": "rand() > 1"}}}, "rand"),
        ({"attributes": {"gender": {"updated_by": []}}}, "at least 1 item"),
        ({"groups": {"home": ["city", "company"]}}, "city survives with address already"),
        (
            {"groups": {"a": ["gender", "company"], "b": ["gender", "birth_date"]}},
            "gender survives with a already",
        ),
        ({"groups": {"work": ["company", "emails"]}}, "emails is not an attribute with one value"),
        ({"groups": {"gender": ["company", "occupation"]}}, "gender cannot name a group"),
        ({"groups": {"work": ["company"]}}, "at least 2 items"),
        ({"default": []}, "at least 1 item"),
    ],
)
def test_invalid_survivorship_rules_are_refused(conf: dict[str, object], meaning: str) -> None:
    with pytest.raises(ValidationError, match=meaning):
        Survivorship.model_validate(conf)


def test_the_project_s_rules_come_before_the_package_s_and_these_before_the_default() -> None:
    survivorship = Survivorship.model_validate(
        {"default": ["longest"], "attributes": {"gender": ["recent"], "birth_date": {"owner": "Finance"}}}
    )
    assert survivorship.of("gender").rules == ["recent"]
    assert survivorship.of("birth_date").rules == ["valid", "frequent", "trusted", "recent"]
    assert survivorship.of("birth_date").owner == "Finance"
    assert survivorship.of("company").rules == ["longest"]
    assert survivorship.of("emails").rules == ["all"]


def test_a_list_may_survive_from_one_record_and_a_group_as_a_whole() -> None:
    survivorship = Survivorship.model_validate(
        {
            "groups": {"work": ["company", "occupation"]},
            "attributes": {"phones": ["recent"], "work": ["complete"]},
        }
    )
    assert survivorship.of("phones").rules == ["recent"]
    assert survivorship.choices["work"] == ("company", "occupation")
    assert "company" not in survivorship.choices


def test_every_valid_rule_has_an_order() -> None:
    assert set(ORDER) == {*get_args(ValueRule), "complete", "all"}


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("{source_of_truth: tax}", "gender names the source tax, but the sources are crm"),
        ("{updated_by: [crm, tax]}", "gender names the source tax"),
        ("{source_of_truth: web, updated_by: [crm]}", "gender's source_of_truth is not in its updated_by"),
    ],
)
def test_named_sources_must_exist(tmp_path: Path, said: str, meaning: str) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "project.yml").write_text("name: tiny\n")
    for name in ("crm", "web"):
        source = "path: x\nformat: csv\nkey: id\nemits: [{table: person, columns: {given_name: a}}]\n"
        (tmp_path / "sources" / f"{name}.yml").write_text(f"name: {name}\n{source}")
    (tmp_path / "survivorship.yml").write_text(f"attributes:\n  gender: {said}\n")
    with pytest.raises(ConfigError, match=meaning):
        load_project(tmp_path)


def test_the_demo_s_file_is_valid() -> None:
    conf = Survivorship.model_validate(yaml.safe_load(DEMO.read_text(encoding="utf-8")))
    assert conf.of("address").rules == ["complete", "recent", "trusted"]
