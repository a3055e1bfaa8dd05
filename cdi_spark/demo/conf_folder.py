"""The conf folder of the demo company."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def write_conf(folder: Path) -> Path:
    """Copy the demo company's conf out of the package, unless the folder exists; return the folder."""
    if not folder.exists():
        _copy(files("cdi_spark.demo").joinpath("conf"), folder)
    return folder


def _copy(source: Traversable, target: Path) -> None:
    if source.is_dir():
        target.mkdir(parents=True)
        for part in source.iterdir():
            _copy(part, target / part.name)
    else:
        target.write_bytes(source.read_bytes())
