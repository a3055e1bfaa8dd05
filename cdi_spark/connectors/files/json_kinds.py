"""The types of JSON columns: found from all values, and given to each value. Plain Python and pyarrow.

A column is text, an object or a list. Where rows disagree, nothing is lost: a single value beside lists is a list of
one, text beside objects is the field `value` of an object, and a column of text has objects and lists as JSON text.
Objects whose names are data, such as ids, would have a field per row; they are JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from cdi_spark.connectors.files.json_values import write_json

# The field of an object that holds a value which is none.
BARE = "value"


@dataclass(frozen=True)
class Text:
    """A column of text."""


@dataclass(frozen=True)
class ListOf:
    """A column of lists."""

    element: Kind


@dataclass(frozen=True)
class Object:
    """A column of objects; fields by name, which differ by more than capitals."""

    fields: dict[str, Kind]


Kind = Text | ListOf | Object
TEXT = Text()


@dataclass
class Shape:
    """How often a column is text, an object and a list, and the shapes of what it holds."""

    texts: int = 0
    objects: int = 0
    lists: int = 0
    fields: dict[str, Shape] = field(default_factory=dict)
    element: Shape | None = None
    # Whether the objects have too many names, which are forgotten.
    is_wide: bool = False

    @property
    def filled(self) -> int:
        """The number of values."""
        return self.texts + self.objects + self.lists

    def add(self, value: Any) -> None:
        """Take a value into account."""
        if value is None or value == {}:
            return
        if isinstance(value, dict):
            self.objects += 1
            for name, inner in () if self.is_wide else value.items():
                shape = self.fields.get(name)
                if shape is None:
                    shape = self.fields[name] = Shape()
                shape.add(inner)
        elif isinstance(value, list):
            self.lists += 1
            if self.element is None:
                self.element = Shape()
            for inner in value:
                self.element.add(inner)
        else:
            self.texts += 1

    def merge(self, other: Shape) -> None:
        """Take all values of another shape into account."""
        self.texts, self.objects = self.texts + other.texts, self.objects + other.objects
        self.lists += other.lists
        if other.is_wide:
            self.widen()
        for name, inner in () if self.is_wide else other.fields.items():
            self.fields.setdefault(name, Shape()).merge(inner)
        if other.element:
            self.element = self.element or Shape()
            self.element.merge(other.element)

    def widen(self) -> None:
        """Forget the names of the objects."""
        self.is_wide, self.fields = True, {}

    def narrow(self, most: int, *, landed: Collection[str] = ()) -> None:
        """Forget names until there are at most so many, those inside columns first: of the objects with most names.

        Of columns, those stay that landed before, then those that most rows have.
        """
        inside = [shape for column in self.fields.values() for shape in column._walk()]
        left = len(self.fields) + sum(len(shape.fields) for shape in inside)
        for shape in sorted(inside, key=lambda shape: -len(shape.fields)):
            if left <= most:
                return
            forgotten = [shape, *(below for inner in shape.fields.values() for below in inner._walk())]
            left -= sum(len(one.fields) for one in forgotten)
            for one in forgotten:
                one.widen()
        if left > most:
            used = sorted(self.fields, key=lambda name: (name not in landed, -self.fields[name].filled))
            kept = set(used[:most])
            self.fields = {name: inner for name, inner in self.fields.items() if name in kept}

    def _walk(self) -> Iterator[Shape]:
        yield self
        for inner in [*self.fields.values(), *([self.element] if self.element else [])]:
            yield from inner._walk()

    def as_list(self) -> list[Any]:
        """The shape as values of JSON."""
        inner = {name: shape.as_list() for name, shape in self.fields.items()}
        element = self.element and self.element.as_list()
        return [self.texts, self.objects, self.lists, inner, element, self.is_wide]

    @staticmethod
    def of_list(values: list[Any]) -> Shape:
        """The shape of as_list()."""
        texts, objects, lists, inner, element, is_wide = values
        fields = {name: Shape.of_list(shape) for name, shape in inner.items()}
        return Shape(texts, objects, lists, fields, element and Shape.of_list(element), is_wide)


def is_list(lists: int, *, of: int) -> bool:
    """Whether a column with so many lists is one of lists: one in ten, as odd rows must not change what conf reads."""
    return lists > 0 and lists * 10 >= of


def is_object(objects: int, *, of: int) -> bool:
    """Whether a column with so many objects is one of objects: more than half."""
    return objects * 2 > of


def kind_of(shape: Shape, landed: Kind | None = None) -> Kind:
    """Return the type of a column.

    Args:
        landed: the type with which the column landed before, which stays; objects may get new fields.
    """
    if isinstance(landed, ListOf) or (landed is None and is_list(shape.lists, of=shape.filled)):
        held = Shape(shape.texts, shape.objects, 0, shape.fields, is_wide=shape.is_wide)
        held.merge(shape.element or Shape())
        return ListOf(kind_of(held, landed.element if isinstance(landed, ListOf) else None))
    is_new = landed is None and not shape.is_wide and is_object(shape.objects, of=shape.filled)
    if isinstance(landed, Object) or is_new:
        found = object_of(shape, landed.fields if isinstance(landed, Object) else {})
        return found if found.fields else TEXT
    return TEXT


def object_of(shape: Shape, landed: Mapping[str, Kind]) -> Object:
    """Return the fields of objects: those that landed before, and those of the shape."""
    spelled = {name.lower(): name for name in landed}
    shapes: dict[str, Shape] = {}
    for name, inner in sorted(shape.fields.items(), key=lambda item: -item[1].filled):
        called = spelled.setdefault(_folded(name), name if name.strip() else "_")
        shapes.setdefault(called, Shape()).merge(inner)
    if shape.texts or shape.lists:
        shapes.setdefault(spelled.setdefault(BARE, BARE), Shape()).texts += shape.texts + shape.lists
    # In the order of the values, so that columns stand as in the file.
    order = [spelled[_folded(name)] for name in shape.fields]
    names = dict.fromkeys([*landed, *order, *shapes])
    return Object({name: kind_of(shapes.get(name, Shape()), landed.get(name)) for name in names})


def _folded(name: str) -> str:
    """The name under which Spark finds a field; a field without a name is called _."""
    return name.lower() if name.strip() else "_"


class SpelledTwiceError(ValueError):
    """An object has two names that differ only by capitals, with two values."""


class UnknownNameError(ValueError):
    """An object has a name that its column has no field for, as there are too many."""


def fitter(kind: Kind) -> Callable[[Any], Any]:
    """Return a function that gives a value of JSON a type.

    Raises:
        SpelledTwiceError: (the function) an object has two names that differ only by capitals, with two values.
        UnknownNameError: (the function) an object has a name with a value that its column has no field for.
    """
    if isinstance(kind, ListOf):
        fit_element = fitter(kind.element)

        def fit_list(value: Any) -> Any:
            if value is None:
                return None
            return [fit_element(one) for one in (value if isinstance(value, list) else [value])]

        return fit_list
    return _object_fitter(kind) if isinstance(kind, Object) else _fit_text


def _fit_text(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    if isinstance(value, str):
        return str(value)
    return write_json(value)


def _object_fitter(kind: Object) -> Callable[[Any], Any]:
    fits = {name: fitter(inner) for name, inner in kind.fields.items()}
    spelled = {name.lower(): name for name in kind.fields}
    bare = spelled.get(BARE)

    def fit(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            if bare is None:
                return None
            is_text = isinstance(value, list) and not isinstance(kind.fields[bare], ListOf)
            return {bare: fits[bare](write_json(value) if is_text else value)}
        if not value.keys() <= fits.keys():
            value = _spelled_as_landed(value, spelled)
        return {name: fits[name](inner) for name, inner in value.items()}

    return fit


def _spelled_as_landed(value: Mapping[str, Any], spelled: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in value.items():
        known = spelled.get(_folded(name))
        if known is None and inner not in (None, {}):
            raise UnknownNameError
        if known is None or (inner is None and known in found):
            continue
        if found.get(known) not in (None, inner):
            raise SpelledTwiceError
        found[known] = inner
    return found


def arrow_type(kind: Kind) -> pa.DataType:
    """Return the Arrow type of a column."""
    if isinstance(kind, ListOf):
        return pa.list_(arrow_type(kind.element))
    if isinstance(kind, Object):
        return pa.struct([(name, arrow_type(inner)) for name, inner in kind.fields.items()])
    return pa.string()
