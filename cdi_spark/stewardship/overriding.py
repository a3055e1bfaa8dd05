"""Values that stewards set by hand: made standard, checked, and put on record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import functions as F

from cdi_spark.config import Project
from cdi_spark.errors import CdiError
from cdi_spark.schema import (
    ATTRIBUTES,
    DATE,
    OVERRIDE,
    PERSON,
    STRINGS,
)
from cdi_spark.standardise.batches import record_values
from cdi_spark.standardise.columns import person_rules
from cdi_spark.stewardship.log import append_in_turn, no_such_record
from cdi_spark.storage import Storage

Values = list[tuple[str, str | None]]
_TYPES = {column.name: column.type for column in ATTRIBUTES}


def override(
    storage: Storage, project: Project, record: str, said: Mapping[str, str], *, by: str, why: str
) -> list[str]:
    """Set golden attributes of a record's customer by hand; it holds from the next run on.

    The customer is whichever the record is in, after merges and splits too.

    Args:
        record: record_id.
        said: attribute to value; empty: the customer has none. Of a list the values with commas between.
        by, why: who decided, and the reason given.
    Returns:
        What was set: attributes, or groups that survive together.
    Raises:
        CdiError: no such record or attribute, a part of a group is not said, a value that is none of its kind;
            the message names the attribute and not the value.
    """
    choices = {c: names for c, names in project.survivorship.choices.items() if said.keys() & set(names)}
    _want_whole(said, choices)
    country, default = _country(storage, record), project.file.default_country
    standard = _standard(said, country=country, default_country=default)
    set_of = {choice: [(name, standard[name]) for name in names] for choice, names in choices.items()}
    _put(storage, record, set_of, by=by, why=why)
    return list(choices)


def withdraw_override(storage: Storage, record: str, choice: str, *, by: str, why: str) -> None:
    """Take back what was set by hand: sources decide again. Both entries stay on record.

    Args:
        choice: attribute, or group that survives together.
    Raises:
        CdiError: nothing is set there.
    """
    about = (F.col("record_id") == record) & (F.col("attribute") == choice)
    newest = storage.read_or_empty(OVERRIDE).where(about).orderBy(F.desc("step")).first()
    if newest is None or newest["values"] is None:
        raise CdiError(f"override: {choice} of {record} is not set by hand. See `cdi override list`.")
    _put(storage, record, {choice: None}, by=by, why=why)


def _put(storage: Storage, record: str, set_of: Mapping[str, Values | None], *, by: str, why: str) -> None:
    at = datetime.now(UTC)
    append_in_turn(
        storage,
        OVERRIDE,
        lambda step: [
            (number, record, choice, values, by, why, at)
            for number, (choice, values) in enumerate(set_of.items(), step)
        ],
    )


def _country(storage: Storage, record: str) -> str | None:
    live = storage.read(PERSON.name).where(~F.col("is_deleted") & (F.col("record_id") == record))
    row = live.select("country").first()
    if row is None:
        raise no_such_record("override", [record])
    country: str | None = row["country"]
    return country


def _want_whole(said: Mapping[str, str], choices: Mapping[str, tuple[str, ...]]) -> None:
    for name in said.keys() - _TYPES.keys():
        raise CdiError(f"override: {name} is not an attribute; those are {', '.join(_TYPES)}.")
    for choice, names in choices.items():
        missing = [f"{name}=" for name in names if name not in said]
        if missing:
            raise CdiError(
                f"override: {choice} survives as a whole. Say {' '.join(missing)} too, with nothing behind where "
                "there is none."
            )


def _standard(said: Mapping[str, str], *, country: str | None, default_country: str) -> dict[str, str | None]:
    """The values as silver.person would hold them, as text; arrays as JSON."""
    given: dict[str, Any] = {"country": country}
    for name, value in said.items():
        parts = [part.strip() for part in value.split(",")]
        given[name] = parts if _TYPES[name] == STRINGS else value.strip() or None
    made = record_values(person_rules(given, default_country=default_country), given)
    standard: dict[str, str | None] = {}
    for name in said:
        is_list = _TYPES[name] == STRINGS
        found: Any = _as_date(made[name]) if _TYPES[name] == DATE else made[name]
        asked = [part for part in said[name].split(",") if part.strip()]
        if asked and (not found or (is_list and len(found) < len(asked))):
            raise CdiError(f"override: what is given for {name} is none, or not all of it; {_wanted(name)}.")
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":")) if is_list else found
        standard[name] = text if found else None
    return standard


def _as_date(text: str | None) -> str | None:
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _wanted(name: str) -> str:
    examples = {"birth_date": "write 1980-12-31", "country": "write an ISO 3166 code, as GB"}
    return examples.get(name, f"see `{name}` in the data dictionary (`cdi docs`)")
