"""Raw files made for a test, and the project that `cdi init` writes for them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from faker import Faker

from cdi_spark.discovery.draft.project import init_project

Rows = Sequence[Sequence[Any]]


@dataclass
class Written:
    """A project that init wrote: its folder, what it printed, and its sources by name."""

    folder: Path
    printed: list[str]
    sources: dict[str, Any]

    @property
    def project(self) -> Any:
        return yaml.safe_load((self.folder / "project.yml").read_text())

    @property
    def text(self) -> str:
        """Everything that was written."""
        return "\n".join(path.read_text() for path in sorted(self.folder.rglob("*.yml")))

    def columns(self, source: str, table: str = "person") -> Any:
        """The mapping of one source's table."""
        return self.emit(source, table)["columns"]

    def emit(self, source: str, table: str) -> Any:
        return next(e for e in self.sources[source]["emits"] if e["table"] == table)


Init = Callable[..., Written]


def table(
    header: Sequence[str] | None, rows: Rows, *, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    """Rows as delimited text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def init(tmp_path: Path) -> Init:
    """init({"crm/people.csv": text or bytes, …}): put the files into a folder and write a project for it."""

    def init(files: dict[str, str | bytes], *, only: str = "", name: str = "acme") -> Written:
        raw = tmp_path / "raw"
        for place, content in files.items():
            path = raw / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        printed = init_project(tmp_path / name, [raw / only if only else raw])
        sources = [yaml.safe_load(p.read_text()) for p in sorted((tmp_path / name / "sources").glob("*.yml"))]
        return Written(tmp_path / name, printed, {source["name"]: source for source in sources})

    return init


@pytest.fixture
def fake() -> Callable[[str], Faker]:
    """fake("de_DE"): values of one country, the same at every call of a test."""

    def fake(locale: str) -> Faker:
        made = Faker(locale)
        made.seed_instance(20)
        return made

    return fake


@pytest.fixture
def dice() -> random.Random:
    return random.Random(20)
