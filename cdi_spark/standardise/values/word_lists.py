"""Read the lists of words that value rules go by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# As quick as it gets: the modules of this folder read their lists when they are imported.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def word_list(name: str) -> dict[str, Any]:
    """The lists of `words/<name>.yml` by their names, but for `source`, which says where they come from.

    >>> word_list("text")["plain_letters"]["ø"]
    'o'
    """
    text = (Path(__file__).parent / "words" / f"{name}.yml").read_text(encoding="utf-8")
    lists: dict[str, Any] = yaml.load(text, Loader=_LOADER)
    del lists["source"]
    return lists
