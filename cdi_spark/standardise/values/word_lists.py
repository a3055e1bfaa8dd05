"""Read the lists of words that value rules go by."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

# As quick as it gets: the modules of this folder read their lists when they are imported.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def word_list(name: str, *, package: str = __package__) -> dict[str, Any]:
    """The lists of `words/<name>.yml` in a package by their names, but for `source`, which says where they come from.

    >>> word_list("text")["plain_letters"]["ø"]
    'o'
    """
    # The package may lie in a wheel that was not unpacked.
    text = files(package).joinpath("words", f"{name}.yml").read_text(encoding="utf-8")
    lists: dict[str, Any] = yaml.load(text, Loader=_LOADER)
    del lists["source"]
    return lists
