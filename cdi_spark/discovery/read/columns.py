"""The columns of sampled rows: the path of each, its Spark SQL, and its values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from cdi_spark.config import expressions
from cdi_spark.connectors.files.json_kinds import BARE, is_list, is_object
from cdi_spark.discovery.lexicon.patterns import is_nothing
from cdi_spark.discovery.read.forms import AS_WRITTEN, Form
from cdi_spark.errors import ConfigError
from cdi_spark.sql_text import quote_if_needed

# Nanos are the times that pandas writes; with a setting, Spark reads them as numbers.
Kind = Literal["text", "number", "fraction", "boolean", "date", "timestamp", "nanos"]
Path = tuple[str, ...]
# Values kept per column: enough to distinguish shares of one percent.
DISTINCT = 2_000
# Characters of a value that are looked at: longer values are documents, and are dropped where they are no text.
LONGEST_VALUE = 2_000
# An object with more fields has data (ids, dates) as names of its fields.
_MOST_FIELDS = 300


@dataclass(eq=False)
class Column:
    """A column of a sampled table.

    `values` are the values that mean something with their frequency, at most the 2,000 most frequent ones.
    """

    path: Path
    base: str = ""
    kind: Kind = "text"
    is_list: bool = False
    # Spark SQL for the array of objects that the column is a field of, and the names above the field.
    array: str = ""
    array_base: str = ""
    above: Path = ()
    # Spark SQL where the path is only a name: of the values of one kind in an array.
    place: str = ""
    all_values: str = ""
    values: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    # Values that mean "no value", as written.
    nothings: Counter[str] = field(default_factory=Counter)
    # How its ids are rewritten, so that they are equal to those of another file.
    form: Form = AS_WRITTEN
    # The columns that make up a composite id; empty for a column of the file.
    parts: tuple[Column, ...] = ()

    @property
    def name(self) -> str:
        """The name with those of its parents, for messages."""
        return ".".join((*self.above, *self.path))

    @property
    def sql(self) -> str:
        """Spark SQL for the column."""
        return self.place or dotted(self.base, self.path)

    @property
    def time(self) -> str:
        """Spark SQL for a date or time column as a date or time."""
        if self.kind == "nanos":
            return f"timestamp_micros(try_cast(try_divide({self.sql}, 1000) as bigint))"
        return self.sql

    @property
    def text(self) -> str:
        """Spark SQL for the column as text, in its form; without the .0 that programs add to whole numbers."""
        return self.form.write(self._text)

    @property
    def _text(self) -> str:
        if self.parts:
            return f"concat_ws('-', {', '.join(part.text for part in self.parts)})"
        if self.is_list:
            return f"array_join({self.sql}, ' ')"
        if self.kind == "fraction":
            return f"cast(try_cast({self.sql} as bigint) as string)"
        if self.kind != "text":
            return f"cast({self.sql} as string)"
        if self.is_fractional:
            return f"regexp_replace({self.sql}, '[.]0$', '')"
        return self.sql

    @property
    def is_fractional(self) -> bool:
        """Whether all values are whole numbers with .0, as programs write columns that have gaps."""
        return bool(self.values) and all(re.fullmatch(r"-?\d+\.0", v) for v in self.values)

    @property
    def fill(self) -> float:
        """The share of the rows that have a value."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def is_complete(self) -> bool:
        """Whether nearly all rows have a value: all but 2 %, or all but one of a few."""
        return self.fill >= 0.98 or (self.rows >= 5 and self.rows - self.filled <= 1)

    @property
    def all_of_array(self) -> str:
        """Spark SQL for the list of the field's values in all objects of its array."""
        return f"{self.array}.{dotted('', self.path)}"

    def at(self, base: str) -> Column:
        """The same column, with another name for its row."""
        return replace(self, base=base)


@dataclass(eq=False)
class Array:
    """An array of objects in a row: the columns of its elements, and what to explode."""

    path: Path
    explode: str
    columns: list[Column]
    arrays: list[Array]
    # The number of elements in the sample, and the name of one in Spark SQL.
    elements: int
    base: str = "item"
    # The objects of each sampled row.
    rows: list[list[Mapping[str, Any]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return ".".join(self.path)


def dotted(base: str, path: Path) -> str:
    """Spark SQL for a field: base.a.`b c`."""
    return ".".join([*([base] if base else []), *map(quote_if_needed, path)])


def collect_columns(
    rows: Sequence[Mapping[str, Any]], kinds: Mapping[Path, Kind], *, base: str = "", above: Path = ()
) -> tuple[list[Column], list[Array]]:
    """The columns, and the arrays of objects, of rows of nested values.

    Args:
        kinds: types of columns that are not text in bronze.
        base: what Spark SQL calls the row; empty for the landed row itself.
    """
    columns: list[Column] = []
    arrays: list[Array] = []
    for name in _list_field_names(rows):
        values = [row.get(name) for row in rows]
        _collect_column((name,), values, kinds, base, above, columns, arrays)
    return columns, arrays


def _list_field_names(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names that an expression may use, in the order in which they appear."""
    return [name for name in dict.fromkeys(name for row in rows for name in row) if name and _is_usable(name)]


@cache
def _is_usable(name: str) -> bool:
    try:
        expressions.check_expression(quote_if_needed(name), where=name, over_raw=True)
    except ConfigError:
        return False
    return True


def _collect_column(
    path: Path,
    values: list[Any],
    kinds: Mapping[Path, Kind],
    base: str,
    above: Path,
    columns: list[Column],
    arrays: list[Array],
) -> None:
    present = [v for v in values if v is not None and v != {}]
    objects = sum(isinstance(v, Mapping) for v in present)
    lists = sum(isinstance(v, list) for v in present)
    if is_list(lists, of=len(present)):
        elements = [[e for e in (v if isinstance(v, list) else [v]) if e is not None] for v in values]
        flat = [e for row in elements for e in row]
        if is_object(sum(isinstance(e, Mapping) for e in flat), of=len(flat)):
            elements = [list(map(_as_object, row)) for row in elements]
            arrays.append(_collect_array(path, elements, kinds, base, above))
        elif not any(isinstance(e, (Mapping, list)) for e in flat):
            columns.append(count_values(Column(path, base, "text", is_list=True, above=above), elements))
        return
    if is_object(objects, of=len(present)):
        said = [None if v is None else _as_object(v) for v in values]
        names = _list_field_names(v for v in said if v)
        if len(names) <= _MOST_FIELDS:
            for name in names:
                inner = [v.get(name) if v else None for v in said]
                _collect_column((*path, name), inner, kinds, base, above, columns, arrays)
        return
    if any(isinstance(v, (Mapping, list)) for v in present):
        # Objects are rare here, so bronze holds text.
        values = [None if isinstance(v, (Mapping, list)) else v for v in values]
    kind = kinds.get((*above, *path), "text")
    columns.append(count_values(Column(path, base, kind, above=above), [[v] for v in values]))


def _as_object(value: Any) -> Mapping[str, Any]:
    """The value as ingest lands it beside objects: text as a field."""
    return value if isinstance(value, Mapping) else {BARE: value}


def _collect_array(
    path: Path, elements: list[list[Any]], kinds: Mapping[Path, Kind], base: str, above: Path
) -> Array:
    flat = [e for row in elements for e in row]
    place = dotted(base, path)
    inner_base = "item" if not base else "item.child"
    explode = place if not base else ""
    columns, arrays = collect_columns(flat, kinds, base=inner_base, above=(*above, *path))
    for column in columns:
        column.array, column.array_base = place, base
    return Array(path, explode, columns, arrays, len(flat), inner_base, elements)


def explode_nested(outer: str, inner: Path, *, element: str) -> str:
    """Spark SQL for the elements of arrays in the objects of an array, each with the object around it.

    Args:
        element: Spark SQL for an object of the outer array: `p`, or `p.child` where that array is nested itself.
    """
    field_ = dotted(element, inner)
    return (
        f"flatten(transform(filter({outer}, p -> {field_} is not null), "
        f"p -> transform({field_}, c -> named_struct('parent', p, 'child', c))))"
    )


def field_of(value: Any, path: Path) -> Any:
    """The value of a field of nested objects; null where one is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def count_values(column: Column, values: list[list[Any]]) -> Column:
    """The column with its values counted, those of each row in a list."""
    column.filled, column.nothings = 0, Counter()
    counts: Counter[str] = Counter()
    for row in values:
        said = [_write_value(v) for v in row if v is not None]
        kept = [text for text in said if not is_nothing(text)]
        column.filled += bool(kept)
        counts.update(kept)
        column.nothings.update(text for text in said if text and is_nothing(text))
    column.rows = len(values)
    column.distinct = len(counts)
    column.values = Counter(dict(counts.most_common(DISTINCT)))
    return column


def _write_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()[:LONGEST_VALUE]
