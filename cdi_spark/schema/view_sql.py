"""The SQL of the views: views/ has one view per file, view_parts/ what several views share."""

from __future__ import annotations

from importlib.resources import files
from string import Template


def view_sql(name: str, *, folder: str = "views", **parts: str) -> str:
    """Return the SQL of <folder>/<name>.sql, without its comments.

    Args:
        parts: SQL by placeholder; a file names a placeholder as $name.
    Raises:
        KeyError: the file names a placeholder that is not given.
    """
    text = files("cdi_spark").joinpath("schema", folder, f"{name}.sql").read_text(encoding="utf-8")
    # Views are put into parentheses inside each other, where a comment at the end would hide what follows.
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return Template("\n".join(lines)).substitute(parts)
