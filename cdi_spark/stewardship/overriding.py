"""Records values that stewards set manually: standardised and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import functions as F

from cdi_spark.config import Project
from cdi_spark.errors import CdiError
from cdi_spark.schema import ATTRIBUTES, DATE, OVERRIDE, PERSON, STRINGS
from cdi_spark.standardise.batches import record_values
from cdi_spark.standardise.columns import person_rules
from cdi_spark.standardise.partial_dates import LENGTHS
from cdi_spark.stewardship.log import append_in_turn, no_such_record
from cdi_spark.storage import Storage

Values = list[tuple[str, str | None]]
_TYPES = {column.name: column.type for column in ATTRIBUTES}


def override(
    storage: Storage, project: Project, record: str, given: Mapping[str, str], *, by: str, why: str
) -> list[str]:
    """Set golden attributes of a record's customer manually; they take effect with the next run.

    The values belong to the customer that the record is in, after merges and splits too.

    Args:
        record: record_id.
        given: attribute to value; an empty value means that the customer has none. Values of a list are separated by
            commas.
        by, why: who decided, and the reason.
    Returns:
        What was set: attributes, or groups that survive together.
    Raises:
        CdiError: the record or attribute does not exist, a part of a group is missing, or a value is invalid; the
            message names the attribute and not the value.
    """
    choices = {c: names for c, names in project.survivorship.choices.items() if given.keys() & set(names)}
    _require_whole_groups(given, choices)
    country, default = _country(storage, record), project.file.default_country
    standard = _standardise(given, country=country, default_country=default)
    values_of = {choice: [(name, standard[name]) for name in names] for choice, names in choices.items()}
    _record(storage, record, values_of, by=by, why=why)
    return list(choices)


def withdraw_override(storage: Storage, record: str, choice: str, *, by: str, why: str) -> None:
    """Withdraw an override: sources decide again. Both entries stay in the log.

    Args:
        choice: attribute, or group of attributes that survive together.
    Raises:
        CdiError: no override is set.
    """
    _set_values(storage, record, choice)
    _record(storage, record, {choice: None}, by=by, why=why)


def confirm_override(storage: Storage, record: str, choice: str, *, by: str, why: str) -> None:
    """Record the values of an override again: they hold for the record as it is now.

    Args:
        choice: attribute, or group of attributes that survive together.
    Raises:
        CdiError: no override is set, or the record does not exist.
    """
    values = _set_values(storage, record, choice)
    _country(storage, record)
    _record(storage, record, {choice: values}, by=by, why=why)


def _set_values(storage: Storage, record: str, choice: str) -> Values:
    """Return the values of the newest override, set aside or not.

    Raises:
        CdiError: no override is set.
    """
    about = (F.col("record_id") == record) & (F.col("attribute") == choice)
    newest = storage.read_or_empty(OVERRIDE).where(about).orderBy(F.desc("step")).first()
    if newest is None or newest["values"] is None:
        raise CdiError(f"override: {choice} of {record} is not set manually. See `cdi override list`.")
    return [(part["attribute"], part["value"]) for part in newest["values"]]


def _record(
    storage: Storage, record: str, values_of: Mapping[str, Values | None], *, by: str, why: str
) -> None:
    at = datetime.now(UTC)
    append_in_turn(
        storage,
        OVERRIDE,
        lambda step: [
            (number, record, choice, values, by, why, at)
            for number, (choice, values) in enumerate(values_of.items(), step)
        ],
    )


def _country(storage: Storage, record: str) -> str | None:
    live = storage.read(PERSON.name).where(~F.col("is_deleted") & (F.col("record_id") == record))
    row = live.select("country").first()
    if row is None:
        raise no_such_record("override", [record])
    country: str | None = row["country"]
    return country


def _require_whole_groups(given: Mapping[str, str], choices: Mapping[str, tuple[str, ...]]) -> None:
    for name in given.keys() - _TYPES.keys():
        raise CdiError(f"override: {name} is not an attribute; attributes are {', '.join(_TYPES)}.")
    for choice, names in choices.items():
        missing = [f"{name}=" for name in names if name not in given]
        if missing:
            raise CdiError(
                f"override: {choice} survives as a whole. Give {' '.join(missing)} too, with an empty value "
                "where there is none."
            )


def _standardise(
    given: Mapping[str, str], *, country: str | None, default_country: str
) -> dict[str, str | None]:
    """Return the values in the form of silver.person, as text; arrays as JSON."""
    values: dict[str, Any] = {"country": country}
    for name, value in given.items():
        parts = [part.strip() for part in value.split(",")]
        values[name] = parts if _TYPES[name] == STRINGS else value.strip() or None
    made = record_values(person_rules(values, default_country=default_country), values)
    standard: dict[str, str | None] = {}
    for name in given:
        is_list = _TYPES[name] == STRINGS
        found: Any = _as_date(made[name]) if _TYPES[name] == DATE else made[name]
        parts = [part for part in given[name].split(",") if part.strip()]
        if parts and (not found or (is_list and len(found) < len(parts))):
            raise CdiError(f"override: a value for {name} is not valid; {_advice(name)}.")
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":")) if is_list else found
        standard[name] = text if found else None
    return standard


def _as_date(text: str | None) -> str | None:
    """Return a date, or the year or month that is all that is known of it, as text; None if it is none."""
    if text is None or len(text) not in LENGTHS.values():
        return None
    try:
        first_day = date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        return None
    return first_day.isoformat()[: len(text)]


def _advice(name: str) -> str:
    examples = {"birth_date": "write 1980-12-31, 1980-12 or 1980", "country": "write an ISO 3166 code, as GB"}
    return examples.get(name, f"see `{name}` in the data dictionary (`cdi docs`)")
