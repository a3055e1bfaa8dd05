"""The SQL of the views, from the files in views/: one view per file."""

from __future__ import annotations

from importlib.resources import files
from string import Template


def view_sql(name: str, **parts: str) -> str:
    """Return the SQL of views/<name>.sql, without its comments.

    Args:
        parts: SQL by placeholder; a file names a placeholder as $name.
    Raises:
        KeyError: the file names a placeholder that is not given.
    """
    text = files("cdi_spark").joinpath("schema", "views", f"{name}.sql").read_text(encoding="utf-8")
    # Views are put into parentheses inside each other, where a comment at the end would hide what follows.
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return Template("\n".join(lines)).substitute(parts)
