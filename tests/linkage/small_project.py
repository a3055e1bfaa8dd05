"""A project of one source, and people that its stages find in silver.person."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cdi_spark.schema import PERSON
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

_SOURCE = """name: crm
path: crm.csv
format: csv
key: id
emits:
  - {table: person, columns: {given_name: first}}
"""


def write_source(conf: Path) -> None:
    """A conf folder that wants a project.yml."""
    (conf / "sources").mkdir(parents=True)
    (conf / "sources" / "crm.yml").write_text(_SOURCE)


def write_persons(storage: Storage, persons: Iterable[dict[str, Any]]) -> None:
    """Write live records with these values to silver.person; all other columns are null."""
    nothing = dict.fromkeys(PERSON.names) | {"is_deleted": False}
    rows = [tuple((nothing | one)[name] for name in PERSON.names) for one in persons]
    storage.replace(PERSON, local_rows(storage.spark, rows, PERSON.schema))
