"""A conf folder loads as written, or an error names the file, the line and what to correct."""

from pathlib import Path

import pytest

from cdi_spark.config import load_project
from cdi_spark.errors import ConfigError
from tests.paths import CONF

SOURCE = """name: crm
path: "{raw}/crm.csv"
format: csv
key: id
emits:
  - table: person
    columns:
      given_name: first
"""
QUALITY = "table: silver.person\nrules:\n  named: given_name is not null\n"


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A small project that loads; tests break one thing in it."""
    write(tmp_path, "project.yml", "name: small\nvars:\n  raw: data\n")
    write(tmp_path, "sources/crm.yml", SOURCE)
    write(tmp_path, "quality/person.yml", QUALITY)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


@pytest.mark.parametrize("folder", sorted(p.parent for p in CONF.glob("*/project.yml")), ids=lambda p: p.name)
def test_every_shipped_project_loads(folder: Path) -> None:
    project = load_project(folder, lenient=True)
    assert {emit.table for source in project.sources for emit in source.emits} >= {"person"}


def test_a_given_variable_wins_over_the_default_in_the_project(conf: Path) -> None:
    assert load_project(conf).sources[0].path == "data/crm.csv"
    assert load_project(conf, {"raw": "/elsewhere"}).sources[0].path == "/elsewhere/crm.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("sources/crm.yml", "format: csv", "formt: csv", r"crm\.yml:3: formt: is not a key here"),
        ("sources/crm.yml", "columns:", "colums:", r"crm\.yml:7: emits\.0\.colums: is not a key here"),
        ("sources/crm.yml", "format: csv", "format: xls", r"crm\.yml:3: format: .*'csv'"),
        ("sources/crm.yml", "format: csv", "format: csv\ntrust: high", r"crm\.yml:4: trust: .*integer"),
        ("sources/crm.yml", "key: id\n", "", r"crm\.yml:1: key: .*required"),
        ("sources/crm.yml", "key: id", "key: 'id", r"crm\.yml:\d+: is not YAML"),
        ("project.yml", "vars:", "linkage: {link_probability: 1.5}\nvars:", r"yml:2: linkage\.link_probab"),
        (
            "project.yml",
            "vars:",
            "linkage:\n  must_link:\n    - {name: a}\nvars:",
            r"yml:4: linkage\.must_link\.0\.same",
        ),
        (
            "project.yml",
            "vars:",
            "linkage:\n  cannot_link:\n    - name: two ids\n      differ: [passport]\nvars:",
            r"yml:5: linkage\.cannot_link\.0\.differ: .*passport is not a column that records are compared by; those",
        ),
        (
            "project.yml",
            "vars:",
            "linkage:\n  must_link:\n    - {name: a, same: [phones]}\n    - {name: a, same: [emails]}\nvars:",
            r"yml:3: linkage\.must_link: .*two rules are called a",
        ),
        (
            "project.yml",
            "vars:",
            "linkage: {cluster_precision: 1}\nvars:",
            r"yml:2: linkage\.cluster_precision",
        ),
        ("quality/person.yml", "rules:", "rule:", r"person\.yml:2: rule: is not a key here"),
    ],
)
def test_an_error_names_the_file_the_line_and_the_key(
    conf: Path, file: str, old: str, new: str, message: str
) -> None:
    path = conf / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ConfigError, match=message):
        load_project(conf)


def test_labels_lie_beside_the_project_unless_they_are_a_uri(conf: Path) -> None:
    assert load_project(conf).labels is None
    write(conf, "project.yml", "name: small\nvars: {raw: data}\nlinkage: {labels: known.csv}\n")
    assert load_project(conf).labels == str(conf / "known.csv")
    write(conf, "project.yml", "name: small\nvars: {raw: data}\nlinkage: {labels: 's3a://x/known.csv'}\n")
    assert load_project(conf).labels == "s3a://x/known.csv"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("table: person", "table: persons", "emits table persons; known are person, order"),
        ("given_name: first", "first_name: first", "person has no column first_name; it has full_name"),
        ("given_name: first", "given_name: reflect(first)", "emits person: given_name: the function reflect"),
        ("key: id", "key: input_file_name()", "key: the function input_file_name"),
        ("{raw}", "{row}", "undeclared variable.*row"),
        ("{raw}", "{raw", "brace"),
        ("{raw}", "{raw.__class__}", "takes the name of a variable"),
        ("{raw}", "{raw!r}", "takes the name of a variable"),
        ("{raw}", "{raw:>400000000}", "takes the name of a variable"),
        ("{raw}", "{raw:{raw}}", "takes the name of a variable"),
        ("{raw}", "{raw[0]}", "takes the name of a variable"),
        ("{raw}", "{}", "takes the name of a variable"),
        ("{raw}", "{0}", "takes the name of a variable"),
    ],
)
def test_a_source_that_cannot_work_is_refused_with_its_file(
    conf: Path, old: str, new: str, message: str
) -> None:
    write(conf, "sources/crm.yml", SOURCE.replace(old, new))
    with pytest.raises(ConfigError, match=rf"crm\.yml:\d+: .*{message}"):
        load_project(conf)


def test_a_folder_without_a_project_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no project\.yml here"):
        load_project(tmp_path)


def test_a_project_without_sources_is_refused(conf: Path) -> None:
    (conf / "sources/crm.yml").unlink()
    with pytest.raises(ConfigError, match=r"sources: no source here"):
        load_project(conf)


def test_a_variable_that_the_project_does_not_declare_is_refused(conf: Path) -> None:
    with pytest.raises(ConfigError, match=r"declares no variable rwa"):
        load_project(conf, {"rwa": "x"})


def test_a_variable_without_a_value_is_refused_unless_no_source_is_read(conf: Path) -> None:
    write(conf, "project.yml", "name: small\nvars:\n  raw:\n")
    with pytest.raises(ConfigError, match=r"the variable raw has no value. Give it with --var raw=VALUE"):
        load_project(conf)
    assert load_project(conf, lenient=True).sources[0].path == "{raw}/crm.csv"


@pytest.mark.parametrize(
    ("folder", "text", "kind"), [("quality", QUALITY, "table"), ("sources", SOURCE, "source")]
)
def test_two_files_about_one_thing_are_refused(conf: Path, folder: str, text: str, kind: str) -> None:
    write(conf, f"{folder}/again.yml", text)
    with pytest.raises(ConfigError, match=f"{folder}: two files are about one {kind}"):
        load_project(conf)


def test_quality_of_an_unknown_table_is_refused(conf: Path) -> None:
    write(conf, "quality/person.yml", QUALITY.replace("silver.", ""))
    with pytest.raises(ConfigError, match=r"no table person; write it with its schema, as silver\.person"):
        load_project(conf)


def test_quality_of_a_table_that_no_stage_checks_is_refused(conf: Path) -> None:
    write(conf, "quality/household.yml", "table: gold.household\nexpectations: []\n")
    with pytest.raises(ConfigError, match=r"no stage checks gold\.household"):
        load_project(conf)


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("orders >", r"project\.yml:2: .*does not parse"),
        ("order_count > 0", "order_count is no fact that a state can use"),
        ("days_since_order < orders", "days_since_order must be compared with whole numbers"),
        ("days_since_order + 1 < 30", "days_since_order must be compared with whole numbers"),
        ("reflect('a', 'b') = 1", "reflect is not one that conf may call"),
    ],
)
def test_a_state_uses_only_facts_of_events(conf: Path, when: str, message: str) -> None:
    write(
        conf,
        "project.yml",
        f'name: small\nstates: [{{name: customer, when: "{when}"}}]\nvars: {{raw: data}}\n',
    )
    with pytest.raises(ConfigError, match=message):
        load_project(conf)


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("lifetime_valeu > 5", "lifetime_valeu is no column of gold.customer_360 or gold.measure"),
        ("array_contains(segments, 'big')", "segments is no column"),
        ("current_date > state_since", "current_date is not one that conf may call"),
    ],
)
def test_a_segment_uses_only_columns_of_gold(conf: Path, when: str, message: str) -> None:
    write(
        conf, "project.yml", f'name: small\nsegments: [{{name: big, when: "{when}"}}]\nvars: {{raw: data}}\n'
    )
    with pytest.raises(ConfigError, match=message):
        load_project(conf)


def test_a_thing_is_emitted_without_a_person(conf: Path) -> None:
    rates = SOURCE.replace("table: person", "table: rate\n    person: id").replace(
        "given_name: first", "rate: first"
    )
    write(conf, "sources/rates.yml", rates.replace("name: crm", "name: rates"))
    with pytest.raises(ConfigError, match=r"rates\.yml: rate is about no person"):
        load_project(conf)
