"""Spark SQL that orders the files of a source by time, where their names do not sort by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cdi_spark.discovery.lexicon.months import choose_languages, list_words, month_of
from cdi_spark.sql_text import literal

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")


def order_files(files: Sequence[Path]) -> list[str]:
    """Spark SQL of what orders the files before their names: years, months, numbers; none where the names do.

    The names sort by time where their numbers are filled up with zeros and the year stands first. Nothing is known of
    names that have different numbers of numbers.
    """
    depth = _find_depth(files)
    names = ["/".join(path.parts[-depth:]) for path in files]
    runs = [_NUMBER.findall(name) for name in names]
    if len({len(run) for run in runs}) > 1:
        return []
    columns = list(zip(*runs, strict=True))
    varying = [place for place, values in enumerate(columns) if len(set(values)) > 1]
    months = _find_months(names)
    ranked = _rank(columns, varying, has_months=bool(months))
    is_padded = all(
        len(set(map(len, columns[place]))) == 1 and len(columns[place][0]) > 1 for place in varying
    )
    if not months and is_padded and ranked == sorted(ranked):
        return []
    # Blanks and letters with accents stand there as %20, %C3.
    name = f"regexp_extract(coalesce(try_url_decode(_file), _file), '{'[^/]+/' * (depth - 1)}[^/]+$', 0)"
    numbers = [
        f"try_cast(get(regexp_extract_all({name}, '[0-9]+', 0), {place}) as bigint)" for place in ranked
    ]
    if not months:
        return numbers
    cases = []
    for number, words in enumerate(list_words(choose_languages(months)), 1):
        pattern = f"(^|[^\\p{{L}}])({'|'.join(words)})([^\\p{{L}}]|$)"
        cases.append(f"when lower({name}) rlike {literal(pattern)} then {number}")
    years = sum(_is_year(columns[place]) for place in ranked)
    return [*numbers[:years], f"case {' '.join(cases)} end", *numbers[years:]]


def _find_depth(files: Sequence[Path]) -> int:
    """The number of components at the end of the paths from the first that differs on."""
    parts = [path.parts[::-1] for path in files]
    differing = [n for n, same in enumerate(zip(*parts, strict=False), 1) if len(set(same)) > 1]
    return max(differing, default=1)


def _find_months(names: Sequence[str]) -> Counter[str]:
    """The words for months by which the names differ."""
    words = [_WORD.findall(name) for name in names]
    if len({len(of_name) for of_name in words}) > 1:
        return Counter()
    for values in zip(*words, strict=True):
        if len(set(values)) > 1 and all(month_of(word) for word in values):
            return Counter(values)
    return Counter()


def _rank(columns: Sequence[Sequence[str]], varying: Sequence[int], *, has_months: bool) -> list[int]:
    """The places of the numbers that differ: years first, then the month and the day before a year, then the others."""
    years = [place for place in varying if _is_year(columns[place])]
    rest = [place for place in varying if place not in years]
    last = next((place for place, values in enumerate(columns) if _is_year(values)), None)
    if last and not has_months:
        # 01.02.2024; the year may be the same in all names.
        before = [
            place for place in rest if last - 2 <= place < last and all(len(v) <= 2 for v in columns[place])
        ]
        if len(before) == 2 and not any(int(v) > 12 for v in columns[before[1]]):
            before.reverse()
        rest = [*before, *(place for place in rest if place not in before)]
    return [*years, *rest]


def _is_year(values: Sequence[str]) -> bool:
    return all(len(value) == 4 and "1990" <= value <= "2100" for value in values)
