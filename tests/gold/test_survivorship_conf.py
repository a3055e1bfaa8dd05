"""survivorship.yml: what may be said, and what holds where nothing is."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from cdi_spark.config import Survivorship
from cdi_spark.gold.survivorship import ORDER

DEMO = Path(__file__).parents[2] / "conf" / "demo" / "survivorship.yml"


@pytest.mark.parametrize(
    ("conf", "meaning"),
    [
        ({"default": ["newest"]}, "Input should be 'trusted', 'recent', 'frequent' or 'longest'"),
        ({"attributes": {"gender": ["newest"]}}, "Input should be 'trusted', .* or 'complete'"),
        (
            {"attributes": {"shoe_size": ["recent"]}},
            "shoe_size is not an attribute with one value; those are",
        ),
        ({"attributes": {"emails": ["recent"]}}, "emails is not an attribute with one value"),
        ({"attributes": {"street": ["recent"]}}, "street survives with the rest .*; give rules to address"),
        ({"attributes": {"gender": ["complete"]}}, "gender has no parts .*; only address has"),
        ({"attributes": {"gender": []}}, "at least 1 item"),
        ({"default": []}, "at least 1 item"),
    ],
)
def test_what_cannot_be_chosen_by_is_refused(conf: dict[str, object], meaning: str) -> None:
    with pytest.raises(ValidationError, match=meaning):
        Survivorship.model_validate(conf)


def test_the_project_s_rules_come_before_the_package_s_and_these_before_the_default() -> None:
    survivorship = Survivorship(default=["longest"], attributes={"gender": ["recent"]})
    assert survivorship.rules("gender") == ["recent"]
    assert survivorship.rules("birth_date") == ["frequent", "trusted", "recent"]
    assert survivorship.rules("company") == ["longest"]


def test_every_rule_that_may_be_said_is_known_to_the_ranking() -> None:
    assert Survivorship(attributes={"address": list(ORDER)}).rules("address") == list(ORDER)


def test_the_demo_s_file_is_valid() -> None:
    conf = Survivorship.model_validate(yaml.safe_load(DEMO.read_text(encoding="utf-8")))
    assert conf.rules("address") == ["complete", "recent", "trusted"]
