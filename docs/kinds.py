"""Types, limits and defaults of conf and options in words."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_SCALARS = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "Any": "anything",
}
_LIMITS = {"ge": "at least {}", "gt": "over {}", "le": "at most {}", "lt": "under {}",
          "min_length": "at least {} of them", "pattern": "matching `{}`"}  # fmt: skip


def kind_of(annotation: Any) -> str:
    """Return a type in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind_of(inner[0])
    if origin is Literal:
        return "one of " + ", ".join(f"`{value}`" for value in _flat(inner))
    if origin in (Union, UnionType):
        return " or ".join(kind_of(kind) for kind in inner if kind is not NoneType)
    if origin in (list, tuple):
        return f"list of {kind_of(inner[0])}"
    if origin is dict:
        return f"map of {kind_of(inner[0])} to {kind_of(inner[1])}"
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if hasattr(annotation, "__members__"):
        return "one of " + ", ".join(f"`{member.value}`" for member in annotation)
    name = getattr(annotation, "__name__", str(annotation))
    return _SCALARS.get(name, name.lower())


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        yield from _flat(get_args(value)) if get_args(value) else (value,)


def limits_of(field: FieldInfo) -> list[str]:
    """Return the limits of a key in words."""
    found = ((limit, getattr(rule, limit, None)) for rule in field.metadata for limit in _LIMITS)
    return [_LIMITS[limit].format(value) for limit, value in found if value is not None]


def default_of(field: FieldInfo) -> str:
    """Return the default of a key as YAML shows it; empty where that is nothing."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, list) and value and isinstance(value[0], BaseModel):
        return ", ".join(f"`{getattr(item, 'name', item)}`" for item in value)
    if value is None or value in ("", [], {}) or isinstance(value, BaseModel):
        return ""
    return f"`{json.dumps(value)}`"
