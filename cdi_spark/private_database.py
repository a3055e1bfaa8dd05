"""DuckDB, opened so that a query reaches no file, no network and no extension."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb


@contextmanager
def open_database(
    settings: Mapping[str, str] | None = None, *, files: Iterable[Path] = (), folder: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database for a block; it spills to a temporary folder that only this user can read.

    Queries see what is registered under a name, and no Python variable. They read no file but the given ones, write
    none, load no extension, and change no setting.

    Args:
        settings: DuckDB's, such as memory_limit.
        files: files that queries may read as well.
        folder: a temporary folder whose files they may read.
    """
    with (
        tempfile.TemporaryDirectory(prefix="cdi_", dir=_spill_folder()) as spill,
        duckdb.connect() as connection,
    ):
        # In this order: without external access, DuckDB refuses to set folders and paths.
        for name, value in {
            "temp_directory": spill,
            **(settings or {}),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
            "allowed_directories": [str(folder)] if folder else [],
            "allowed_paths": [str(path) for path in files],
            "enable_external_access": False,
            "lock_configuration": True,
        }.items():
            connection.execute(f"SET {name} = ?", [value])
        yield connection


def _spill_folder() -> str | None:
    """Return Spark's own folder, which is emptied after a kill; None for the system's temporary folder."""
    folder = os.environ.get("SPARK_LOCAL_DIRS", "").partition(",")[0]
    return folder if Path(folder).is_dir() and folder else None
