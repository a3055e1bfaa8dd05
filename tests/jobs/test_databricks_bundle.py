"""The Databricks bundle, rendered for each target and checked against the bundle's own types: no workspace needed."""

from __future__ import annotations

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from databricks.bundles.jobs import Job
from databricks.bundles.schemas import Schema
from databricks.bundles.secret_scopes import SecretScope
from databricks.bundles.volumes import Volume

from cdi_spark.cli import app
from cdi_spark.pipeline.runner import STAGES
from cdi_spark.spark.session import GRAPHFRAMES
from tests.paths import ROOT

BUNDLE = ROOT / "conf" / "databricks"
TARGETS = ("dev", "prod")
FILES = "/Workspace/Users/jo@example.com/.bundle/cdi_spark/files"
GIVEN = {"notify": "ops@example.com", "node_type_id": "r6id.xlarge"}
MODELS: dict[str, Any] = {"jobs": Job, "schemas": Schema, "volumes": Volume, "secret_scopes": SecretScope}
# What `databricks bundle schema` allows outside resources, of that what is in use here.
OUTSIDE = {
    "": {"bundle", "variables", "sync", "artifacts", "resources", "targets"},
    "bundle": {"name", "databricks_cli_version"},
    "sync": {"paths", "include", "exclude"},
    "variables.*": {"description", "type", "default"},
    "artifacts.*": {"type", "path", "build", "files"},
    "targets.*": {"mode", "default", "workspace", "variables", "resources", "presets"},
    "targets.*.workspace": {"root_path"},
}

Tree = dict[str, Any]


def bundle() -> Tree:
    tree: Tree = yaml.safe_load((BUNDLE / "databricks.yml").read_text(encoding="utf-8"))
    return tree


def render(target: str, tree: Tree | None = None) -> Tree:
    """The resources of a target as `databricks bundle deploy` sends them: overrides merged, ${…} replaced."""
    tree = bundle() if tree is None else tree
    chosen = tree["targets"][target]
    resources = merge(tree["resources"], chosen.get("resources", {}))
    known = {
        "bundle.name": tree["bundle"]["name"],
        "bundle.target": target,
        "workspace.file_path": FILES,
        "workspace.current_user.userName": "jo@example.com",
    }
    declared = {name: body["default"] for name, body in tree["variables"].items() if "default" in body}
    for name, value in (declared | chosen.get("variables", {}) | GIVEN).items():
        assert name in tree["variables"], name
        known[f"var.{name}"] = value
    for kind, bodies in resources.items():
        known |= {f"resources.{kind}.{name}.name": body["name"] for name, body in bodies.items()}
    rendered: Tree = resolve(resources, known)
    return rendered


def merge(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: merge(base.get(key, {}), over[key]) if key in over else base[key] for key in {**base, **over}
        }
    return over


def resolve(value: Any, known: Tree) -> Any:
    if isinstance(value, dict):
        return {key: resolve(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := re.fullmatch(r"\$\{([^}]+)\}", value):
        return known[whole[1]]
    return re.sub(r"\$\{([^}]+)\}", lambda part: str(known[part[1]]), value)


def check(resources: Tree) -> None:
    """Check resources against the bundle's types: an unknown field, a missing one or another type fails.

    The types take an unknown field for an error, yet turn what is not text into text; so what they read must
    also be what was written.
    """
    for kind, bodies in resources.items():
        for body in bodies.values():
            assert MODELS[kind].from_dict(copy.deepcopy(body)).as_dict() == without_empty(body)


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {key: without_empty(part) for key, part in value.items()}
        return {key: part for key, part in inner.items() if part not in (None, [], {})}
    return [without_empty(part) for part in value] if isinstance(value, list) else value


def job(target: str) -> Tree:
    found: Tree = render(target)["jobs"]["cdi"]
    return found


def command_line(target: str, task: Tree) -> list[str]:
    """The task's arguments as the run passes them, job parameters at their defaults."""
    defaults = {f"job.parameters.{p['name']}": p["default"] for p in job(target)["parameters"]}
    values = defaults | {"job.parameters.run_id": "4711"}
    arguments = task["python_wheel_task"]["parameters"]
    return [re.sub(r"\{\{([^}]+)\}\}", lambda part: values[part[1]], argument) for argument in arguments]


def parsed(arguments: list[str]) -> Tree:
    """The parameters that `cdi` takes from a command line, which is not run."""
    group = typer.main.get_command(app)
    with group.make_context("cdi", list(arguments)) as outer:
        name, command, rest = group.resolve_command(outer, list(arguments))  # type: ignore[attr-defined]
        params: Tree = command.make_context(name, rest, parent=outer).params
    return {"command": name, **params}


@pytest.mark.parametrize("target", TARGETS)
def test_every_resource_is_as_the_bundle_schema_wants_it(target: str) -> None:
    resources = render(target)
    check(resources)
    assert "${" not in str(resources)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("jobs", "cdi"), {"max_concurent_runs": 1}),
        (("jobs", "cdi", "schedule"), {"pause_status": "STOPPED"}),
        (("jobs", "cdi", "tasks", 0), {"max_retrys": 2}),
        (("jobs", "cdi", "tasks", 0), {"max_retries": "two"}),
        (("jobs", "cdi", "tasks", 0, "python_wheel_task"), {"entrypoint": "cdi"}),
        (("jobs", "cdi", "tasks", 0, "python_wheel_task"), {"parameters": ["run", 600]}),
        (("jobs", "cdi", "job_clusters", 0, "new_cluster"), {"node_type": "r6id.xlarge"}),
        (("jobs", "cdi", "job_clusters", 0, "new_cluster"), {"data_security_mode": "DEDICATED"}),
        (("volumes", "raw"), {"volume_type": "managed"}),
        (("volumes", "raw"), {"catalogue_name": "cdi"}),
    ],
)
def test_a_misspelt_field_or_a_wrong_value_fails_the_check(place: tuple[str | int, ...], wrong: Tree) -> None:
    resources = copy.deepcopy(render("prod"))
    body: Any = resources
    for step in place:
        body = body[step]
    body |= wrong
    with pytest.raises((ValueError, AssertionError)):
        check(resources)


def test_a_missing_field_and_an_undeclared_variable_fail_too() -> None:
    resources = copy.deepcopy(render("prod"))
    del resources["jobs"]["cdi"]["tasks"][0]["python_wheel_task"]["entry_point"]
    with pytest.raises(TypeError, match="entry_point"):
        check(resources)
    tree = bundle()
    tree["resources"]["jobs"]["cdi"]["name"] = "cdi ${var.projekt}"
    with pytest.raises(KeyError, match="projekt"):
        render("prod", tree)


def test_outside_resources_every_key_is_known() -> None:
    for place, allowed in OUTSIDE.items():
        bodies = [bundle()]
        for step in filter(None, place.split(".")):
            bodies = [b for body in bodies for b in (body.values() if step == "*" else [body.get(step, {})])]
        for body in bodies:
            assert set(body) <= allowed, place


@pytest.mark.parametrize("target", TARGETS)
def test_every_stage_is_a_task_that_follows_the_one_before_and_is_retried_by_itself(target: str) -> None:
    tasks = job(target)["tasks"]
    assert [task["task_key"] for task in tasks] == list(STAGES)
    before = [None, *STAGES]
    for task, earlier in zip(tasks, before, strict=False):
        assert [d["task_key"] for d in task.get("depends_on", [])] == ([earlier] if earlier else [])
        assert task["max_retries"] >= 1
        assert task["min_retry_interval_millis"] >= 10_000
        assert task["job_cluster_key"] in {
            cluster["job_cluster_key"] for cluster in job(target)["job_clusters"]
        }


@pytest.mark.parametrize("target", TARGETS)
def test_every_task_is_a_command_line_that_cdi_understands(target: str) -> None:
    catalog = bundle()["targets"][target]["variables"]["catalog"]
    for task in job(target)["tasks"]:
        params = parsed(command_line(target, task))
        assert params["command"] == "run"
        assert params["stage"] == task["task_key"]
        assert params["catalog"] == catalog
        assert params["run_id"] == "4711"
        assert params["project"] == f"{FILES}/demo"
        assert params["var"] == [f"raw=/Volumes/{catalog}/cdi_files/raw"]


def test_a_run_keeps_its_id_over_retries_and_repairs() -> None:
    assert {"name": "run_id", "default": "{{job.run_id}}"} in job("prod")["parameters"]


@pytest.mark.parametrize("target", TARGETS)
def test_the_project_is_synchronised_and_takes_the_variable_that_the_tasks_give(target: str) -> None:
    sync_root = (BUNDLE / bundle()["sync"]["paths"][0]).resolve()
    default = {p["name"]: p["default"] for p in job(target)["parameters"]}["project"]
    project = sync_root / default.removeprefix(f"{FILES}/") / "project.yml"
    assert "raw" in yaml.safe_load(project.read_text(encoding="utf-8"))["vars"]


@pytest.mark.parametrize("target", TARGETS)
def test_every_path_under_volumes_is_a_volume_of_the_bundle(target: str) -> None:
    resources = render(target)
    volumes = {
        f"/Volumes/{v['catalog_name']}/{v['schema_name']}/{v['name']}" for v in resources["volumes"].values()
    }
    named = {p["default"] for p in job(target)["parameters"] if p["default"].startswith("/Volumes/")}
    assert named == volumes


def test_the_schedule_runs_in_prod_and_rests_in_dev() -> None:
    assert job("dev")["schedule"]["pause_status"] == "PAUSED"
    assert job("prod")["schedule"]["pause_status"] == "UNPAUSED"
    assert bundle()["targets"]["dev"]["mode"] == "development"
    assert bundle()["targets"]["prod"]["mode"] == "production"


@pytest.mark.parametrize("target", TARGETS)
def test_one_run_at_a_time_and_a_failure_is_reported(target: str) -> None:
    assert job(target)["max_concurrent_runs"] == 1
    assert job(target)["queue"] == {"enabled": True}
    assert job(target)["email_notifications"]["on_failure"] == [GIVEN["notify"]]


@pytest.mark.parametrize("target", TARGETS)
def test_secrets_are_named_by_scope_and_never_written_down(target: str) -> None:
    resources = render(target)
    scopes = {scope["name"] for scope in resources.get("secret_scopes", {}).values()}
    environment = job(target)["job_clusters"][0]["new_cluster"]["spark_env_vars"]
    for value in environment.values():
        reference = re.fullmatch(r"\{\{secrets/([^/}]+)/[^/}]+\}\}", value)
        assert reference
        assert reference[1] in scopes
    assert bool(environment) == (target == "prod")


def test_the_cluster_gets_the_wheel_and_graphframes_and_no_second_spark() -> None:
    for task in job("prod")["tasks"]:
        libraries = task["libraries"]
        assert [lib["whl"] for lib in libraries if "whl" in lib] == ["../../dist/*.whl"]
        assert [lib["maven"]["coordinates"] for lib in libraries if "maven" in lib] == [GRAPHFRAMES]
        assert not re.search("pyspark|delta", str(libraries))


def test_packages_are_pinned_by_hash_as_the_tests_ran_with_them() -> None:
    for task in job("prod")["tasks"]:
        assert not [lib for lib in task["libraries"] if "pypi" in lib]
        [file] = [lib["requirements"] for lib in task["libraries"] if "requirements" in lib]
        # The bundle uploads conf/ as the root of its files.
        assert file == f"{FILES}/databricks/requirements.txt"
    locked, pinned = (pins(ROOT / name) for name in ("requirements.lock", "conf/databricks/requirements.txt"))
    assert {"splink", "duckdb", "phonenumbers"} <= pinned.keys()
    assert not {"pyspark", "delta-spark", "pandas", "numpy", "pyarrow"} & pinned.keys()
    assert {name: locked[name] for name in pinned} == pinned


def pins(file: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Of a lock file, version and hashes by package."""
    entries = file.read_text(encoding="utf-8").replace(" \\\n", " ").splitlines()
    split = [entry.split() for entry in entries]
    return {
        words[0].partition("==")[0]: (words[0].partition("==")[2], frozenset(words[1:])) for words in split
    }


def test_the_wheel_is_built_where_the_libraries_look_for_it() -> None:
    artifact = bundle()["artifacts"]["wheel"]
    built = (BUNDLE / artifact["path"]).resolve()
    assert (built / "pyproject.toml").is_file()
    assert "--no-deps" in artifact["build"]
    assert "--wheel-dir dist" in artifact["build"]
    assert (BUNDLE / "../../dist").resolve() == built / "dist"


def test_the_tasks_call_the_command_that_the_wheel_installs() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for task in job("prod")["tasks"]:
        called = task["python_wheel_task"]
        assert called["package_name"].replace("_", "-") == declared["name"]
        assert called["entry_point"] in declared["scripts"]
