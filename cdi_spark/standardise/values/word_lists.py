"""Reads the word lists of the value rules."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

# The fastest loader: the modules of this folder read their lists when they are imported.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def word_list(name: str, *, package: str = __package__) -> dict[str, Any]:
    """Return the lists of a package's `words/<name>.yml` by name, without `source`, which cites where they come from.

    >>> word_list("text")["plain_letters"]["ø"]
    'o'
    """
    # The package may be in a wheel that is not unpacked.
    text = files(package).joinpath("words", f"{name}.yml").read_text(encoding="utf-8")
    lists: dict[str, Any] = yaml.load(text, Loader=_LOADER)
    del lists["source"]
    return lists
