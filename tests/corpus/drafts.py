"""The project that `cdi init` drafts for a case, taken apart for comparison with the truth."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cdi_spark.config import Project, load_project
from cdi_spark.config.sources import Emit, Source
from cdi_spark.discovery.draft.project import init_project
from cdi_spark.sql_text import fields_read
from tests.corpus.truth import Case

# The same for ever, so that no date of a case moves from the future into the past.
_TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Draft:
    """What init wrote and printed for a case."""

    case: Case
    project: Project
    printed: list[str]

    def files_by_source(self) -> dict[str, list[str]]:
        """The files of each source, by their path in `raw`."""
        return {source.name: self._files(source) for source in self.project.sources}

    def used(self, source: str, table: str, target: str) -> set[str]:
        """The fields that the lines of a target read; none where there is no such line."""
        found = next((one for one in self.project.sources if one.name == source), None)
        if found is None:
            return set()
        if table == "source":
            return _fields(found.expressions().get(target))
        return set().union(*(_fields_of(emit, target) for emit in found.emits if emit.table == table))

    def _files(self, source: Source) -> list[str]:
        matches = (Path(file) for path in _alternatives(source.path) for file in glob.glob(path))  # noqa: PTH207 (absolute)
        # Spark hides files with such names.
        return sorted(
            file.relative_to(self.case.raw).as_posix()
            for file in matches
            if file.is_file() and not file.name.startswith(("_", "."))
        )


def _alternatives(path: str) -> list[str]:
    """The paths that a path with {a,b} in it means to Spark."""
    before, _, rest = path.partition("{")
    inside, _, after = rest.partition("}")
    return [f"{before}{one}{after}" for one in inside.split(",")] if inside else [path]


def draft(case: Case, folder: Path) -> Draft:
    """Run init on the files of a case.

    Args:
        folder: an empty folder for the project.
    Raises:
        CdiError: init refuses the files.
    """
    printed = init_project(folder / case.name, [case.raw], today=_TODAY)
    return Draft(case, load_project(folder / case.name), printed)


def _fields_of(emit: Emit, target: str) -> set[str]:
    """The fields that a target of an emit reads; those of an exploded element with the place of the array."""
    if target == "person_source":
        return {emit.person_source} if emit.person_source else set()
    arrays = _fields(emit.explode)
    array = next(iter(arrays)) if len(arrays) == 1 else "item"
    found = _fields(emit.expressions().get(target))
    return {
        f"{array}{field.removeprefix('item')}" if field.split(".")[0] == "item" and emit.explode else field
        for field in found
        if field != "item_no"
    }


def _fields(sql: str | None) -> set[str]:
    return fields_read(sql) if sql else set()


def is_same_use(used: set[str], expected: set[str]) -> bool:
    """Whether lines read the expected fields and no others; an expected column stands for all fields in it."""
    by_field = {field: {one for one in expected if f"{field}.".startswith(f"{one}.")} for field in used}
    return all(by_field.values()) and set().union(*by_field.values()) == expected
