"""The packaged person model, and what is left of it when columns are missing."""

from pathlib import Path

import pytest

from cdi_spark.config import Linkage
from cdi_spark.errors import ConfigError
from cdi_spark.linkage.model.person_model import digest, load_person_model
from cdi_spark.linkage.model.trained_models import ENTITY_SETTINGS, settings_hash
from tests.paths import PERSON_MODEL


def test_what_no_source_provides_drops_out() -> None:
    model = load_person_model(PERSON_MODEL).restricted({"given", "family", "names", "emails"})
    assert [c.name for c in model.comparisons] == ["given_name", "family_name", "email"]
    email = model.comparisons[-1]
    assert [level.label for level in email.levels] == ["same shared", "similar", "different"]
    assert {rule.name for rule in model.blocking} == {
        "initial and end of family name", "names in either order", "e-mail", "one name",
    }  # fmt: skip


def test_a_frozen_model_has_the_rules_that_training_kept() -> None:
    model = load_person_model(PERSON_MODEL).frozen(["family", "emails", "phones"], ["e-mail", "phone"])
    assert [rule.name for rule in model.blocking] == ["e-mail", "phone"]
    assert [c.name for c in model.comparisons] == ["family_name", "email", "phone"]


def test_a_term_frequency_column_that_is_no_feature_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "person.yml"
    path.write_text(PERSON_MODEL.read_text().replace("given_l = given_r", "nickname_l = nickname_r"))
    with pytest.raises(ConfigError, match="nickname is no column"):
        load_person_model(path)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "person.yml"
    path.write_text(PERSON_MODEL.read_text().replace("largest_block:", "biggest_block:"))
    with pytest.raises(ConfigError, match="biggest_block"):
        load_person_model(path)


def test_rules_over_arrays_come_last(tmp_path: Path) -> None:
    path = tmp_path / "person.yml"
    first = "blocking:\n  - {name: early, shares: phones}"
    path.write_text(PERSON_MODEL.read_text().replace("blocking:", first))
    with pytest.raises(ConfigError, match="last"):
        load_person_model(path)


def test_the_same_model_has_the_same_settings_hash_and_another_has_not(tmp_path: Path) -> None:
    path = tmp_path / "person.yml"
    path.write_text(PERSON_MODEL.read_text().replace("m: 0.7,", "m: 0.71,"))
    packaged = load_person_model(PERSON_MODEL)
    assert packaged.settings_hash() == load_person_model(PERSON_MODEL).settings_hash()
    assert packaged.settings_hash() != load_person_model(path).settings_hash()


def test_a_conf_that_does_not_learn_from_judgements_has_the_hash_from_before_it_could() -> None:
    model, conf = load_person_model(PERSON_MODEL), Linkage(training_records=500)
    before = conf.model_dump(exclude=ENTITY_SETTINGS | {"learn_from_judgements"})
    assert settings_hash(model, conf) == digest([model.settings_hash(), before])
    asked = conf.model_copy(update={"learn_from_judgements": True})
    assert settings_hash(model, asked) != settings_hash(model, conf)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("comparisons: 5\n", r"person\.yml: is not a person model: comparisons: Input should be [^\n]*\.$"),
        ("comparisons: [\n", r"person\.yml: is not YAML: [^\n]*\.$"),
    ],
)
def test_a_mistake_is_reported_in_one_line_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "person.yml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_person_model(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('sql: "given_l = given_r"', "sql: \"read_text('/etc/passwd') = given_r\"", "same: the function read_text"),
        ('sql: "given_l = given_r"', 'sql: "given_l = (from parquet_scan(1))"', "not a statement or a query"),
        ('sql: "given_l = given_r"', 'sql: "given_l = given_r and random() > 0.5"', "the function random"),
        ('unknown_when: "given_script_l', "unknown_when: \"getenv('A') = '' or given_script_l", "when: .*getenv"),
        ("equal: [family, birth_date]", "equal: [\"reflect('a.B', 'c')\", birth_date]", "blocking family .*reflect"),
        ("equal: [family, birth_date]", "equal: ['${env:HOME}', birth_date]", "which Spark would replace"),
        ("equal: [family, birth_date]", "equal: [family, current_date]", "the function current_date"),
    ],
)  # fmt: skip
def test_sql_that_does_more_than_compare_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = PERSON_MODEL.read_text()
    assert text.count(old) >= 1
    path = tmp_path / "person.yml"
    path.write_text(text.replace(old, new, 1))
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(ConfigError, match=rf"person\.yml:{line}: .*{message}"):
        load_person_model(path)
