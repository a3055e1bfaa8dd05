"""The cases of the corpus: raw files as a stranger would have them, and what a careful person makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from cdi_spark.config.strict import Strict
from tests.paths import ROOT

CASES = ROOT / "tests" / "corpus" / "cases"


class Truth(Strict):
    """truth.yml of a case; what is left out is not compared, unless said otherwise."""

    about: str
    """one sentence that says what the case shows"""
    country: str | None = None
    """expected default_country"""
    sources: dict[str, list[str]] = {}
    """expected sources by name, all of them, with the files of each by their path in `raw`"""
    skipped: dict[str, str] = {}
    """files that become no source, with a word of the reason that init prints"""
    refused: str | None = None
    """a word of the error with which init ends; then nothing else is compared"""
    mapping: dict[str, dict[str, dict[str, list[str]]]] = {}
    """by source, table and target, the columns that the target's line uses; none where there must be no such line.
    The table `source` has the lines of the source itself: key, updated_at, order_by, deleted. A table's key, person,
    person_source, explode and where are targets too. A field is written with its place (holder.name.first), or by its
    column (holder)."""
    fails: str | None = None
    """a word of the error with which the run ends; then rows and values are not compared"""
    rows: dict[str, int] | None = None
    """rows of silver by table, all tables, over all sources of the case; deleted persons do not count"""
    quarantined: dict[str, int] = {}
    """by source, landed rows in silver.quarantine; no row of a source that is left out may be there"""
    values: dict[str, dict[str, dict[str, Any]]] = {}
    """by table and `source:key`, values of silver by column"""


@dataclass(frozen=True)
class Case:
    """A folder of the corpus."""

    name: str

    @property
    def folder(self) -> Path:
        return CASES / self.name

    @property
    def raw(self) -> Path:
        return self.folder / "raw"

    @cached_property
    def truth(self) -> Truth:
        return Truth.model_validate(yaml.safe_load((self.folder / "truth.yml").read_text(encoding="utf-8")))


def all_cases() -> list[Case]:
    return [Case(folder.name) for folder in sorted(CASES.iterdir()) if folder.is_dir()]
