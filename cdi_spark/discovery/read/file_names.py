"""Which files belong together by their names, and one path for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cdi_spark.discovery.lexicon.months import month_of
from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists, word_set

_LISTS = load_lists("file_names")
_PERIODS = word_set(_LISTS["periods"])
_NAMELESS = word_set(_LISTS["nameless"])
# Random ids, dates, numbers and words; accents may be characters of their own.
_TOKEN = re.compile(
    r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}[-_.]\d{2}(?:[-_.]\d{2})?(?!\d)|\d+|(?:[^\W\d_][\u0300-\u036f]*)+)"
)


def find_stem(path: Path) -> tuple[str, ...]:
    """What a path says without numbers, dates and words of time: equal for deliveries of one list."""
    return tuple(_drop_times(part) for part in path.parts)


def find_shape(path: Path) -> str:
    """The path with # for numbers, dates and names of months."""
    return "".join("#" if _is_varying(part) else part for part in split_path(path))


def split_path(path: Path) -> list[str]:
    """The path as text and tokens in turn."""
    return _TOKEN.split(str(path))


def build_glob(files: Sequence[Path]) -> Path:
    """One path that matches these files, and new ones like them; what differs becomes *."""
    if len(files) == 1:
        return Path(mask_wildcards(str(files[0])))
    split = [split_path(path) for path in files]
    if len({find_shape(path) for path in files}) == 1:
        columns = list(zip(*split, strict=True))
        return Path("".join("*" if len(set(c)) > 1 else mask_wildcards(c[0]) for c in columns))
    return Path(*(_glob_part(list(parts)) for parts in zip(*(path.parts for path in files), strict=True)))


def list_paths(files: Sequence[Path]) -> Path:
    """One path that matches these files and no others; its braces are doubled, as conf wants them."""
    folder = Path(*(parts[0] for parts in _common_parts(files)))
    inside = ",".join(mask_wildcards(str(path.relative_to(folder))) for path in files)
    return Path(f"{mask_wildcards(str(folder))}/{{{{{inside}}}}}")


def mask_wildcards(path: str) -> str:
    """The path with ? for each character that is a wildcard for Spark or for conf."""
    return re.sub(r"[\[\]{}*?\\]", "?", path)


def name_list(files: Sequence[Path]) -> str:
    """What the files are called without what differs between them; empty where their names mean nothing.

    A name that means nothing (data, part, export) is preceded by that of the folder.
    """
    path = files[0]
    stem = path.name.split(".")[0]
    if len(files) > 1:
        stem = _drop_times(stem) or ("" if _drop_times(path.parent.name) else stem)
    words = [fold(token) for token in _TOKEN.findall(stem) if not _is_number(token)]
    is_part = words[:1] == ["part"]
    if not is_part and not all(word in _NAMELESS for word in words):
        return stem
    folder = next((part for part in reversed(path.parent.parts) if _drop_times(part)), "")
    named = folder.split(".")[0] if len(files) == 1 else _drop_times(folder)
    return named if is_part or not words else f"{named} {stem}"


def _drop_times(name: str) -> str:
    """A name without numbers, dates, months and the words around them."""
    parts = _TOKEN.split(name)
    times = {n for n, part in enumerate(parts) if n % 2 and _is_varying(part)}
    beside = {n for n in range(1, len(parts), 2) if _is_period(parts[n]) and {n - 2, n + 2} & times}
    kept = [part for n, part in enumerate(parts) if n % 2 and n not in times | beside]
    return "_".join(kept)


def _glob_part(parts: list[str]) -> str:
    """A component of a path, of which start and end are kept where all have them."""
    if len(set(parts)) == 1:
        return mask_wildcards(parts[0])
    start = _common_start(parts)
    end = _common_start([part[len(start) :][::-1] for part in parts])[::-1]
    return f"{mask_wildcards(re.sub(r'[0-9]+$', '', start))}*{mask_wildcards(re.sub(r'^[0-9]+', '', end))}"


def _common_start(texts: list[str]) -> str:
    low, high = min(texts), max(texts)
    same = next((n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[:same]


def _common_parts(files: Sequence[Path]) -> list[tuple[str, ...]]:
    found = []
    for parts in zip(*(path.parent.parts for path in files), strict=False):
        if len(set(parts)) > 1:
            break
        found.append(parts)
    return found


@cache
def _is_varying(token: str) -> bool:
    return _is_number(token) or month_of(token) is not None


def _is_number(token: str) -> bool:
    return token[:1].isdigit() or bool(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", token))


def _is_period(token: str) -> bool:
    return fold(token) in _PERIODS
