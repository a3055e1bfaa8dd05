"""Symbolic links that lead out of a folder: whoever may write there must not choose which other files are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def root_of(path: str) -> Path:
    """Return the folder that the files of a path must lie in: its part before the first wildcard.

    >>> str(root_of("/in/crm/2026-*/a.csv")), str(root_of("/in/crm/a.csv"))
    ('/in/crm', '/in/crm')
    """
    fixed = re.split(r"[*?\[{]", path, maxsplit=1)[0]
    whole = Path(fixed)
    return whole if whole.is_dir() and (fixed == path or fixed.endswith("/")) else whole.parent


def find_link_out(files: Iterable[Path], root: Path) -> Path | None:
    """Return the first file that a link in it or in a folder below the root takes out of the root.

    Links above the root, or the root itself as one, are the choice of whoever names it.
    """
    inside = root.resolve()
    return next((file for file in files if not file.resolve().is_relative_to(inside)), None)
