"""A typical hand-set Splink model: the stock comparisons for the columns that are present, trained by EM.

As in Splink's own demonstrations of people (docs/demos/examples/duckdb): names together with term frequencies, date of
birth, e-mail and postcode by their ready-made comparisons; deterministic rules for the prior; u from random pairs; m by
EM over two or three blocking rules. The records are those of silver.person, so that only the linkage differs.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from tests.benchmarks.quality.measures import Pair

_RECALL, _RANDOM_PAIRS, _SEED = 0.7, 2_000_000, 1
_KEEP_PROBABILITY = 0.001
_MOST_PAIRS = 30_000_000
# A column that fewer records have is left out.
_LEAST_KNOWN = 0.01

# The columns, as SQL over silver.person.
_COLUMNS = {
    "given_name": "lower(given_name)", "family_name": "lower(family_name)", "middle_name": "lower(middle_name)",
    "birth_date": "strftime(birth_date, '%Y-%m-%d')", "gender": "gender", "street": "lower(street)",
    "city": "lower(city)", "postcode": "postcode", "email": "emails[1]", "phone": "phones[1]",
    "national_id": "national_id", "account_ids": "account_ids", "device_ids": "device_ids",
    "birth_place": "lower(birth_place)", "occupation": "lower(occupation)", "company": "lower(company)",
}  # fmt: skip
_ARRAYS = ("account_ids", "device_ids")
_NAMES = ("given_name", "family_name")
_COMPARISONS: dict[str, Callable[[], Any]] = {
    "middle_name": lambda: cl.ExactMatch("middle_name"),
    "birth_date": lambda: cl.DateOfBirthComparison("birth_date", input_is_string=True),
    "gender": lambda: cl.ExactMatch("gender"),
    "street": lambda: cl.JaroWinklerAtThresholds("street", [0.9, 0.7]).configure(
        term_frequency_adjustments=True
    ),
    "city": lambda: cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
    "email": lambda: cl.EmailComparison("email"),
    "phone": lambda: cl.LevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
    "national_id": lambda: cl.DamerauLevenshteinAtThresholds("national_id", [1, 2]),
    "account_ids": lambda: cl.ArrayIntersectAtSizes("account_ids", [1]),
    "device_ids": lambda: cl.ArrayIntersectAtSizes("device_ids", [1]),
    "birth_place": lambda: cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
    "occupation": lambda: cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    "company": lambda: cl.JaroWinklerAtThresholds("company", [0.9]).configure(
        term_frequency_adjustments=True
    ),
}
_START = ("substr(given_name, 1, 3)", "substr(family_name, 1, 4)")
_BLOCKING = (
    _NAMES, ("given_name", "birth_date"), ("family_name", "birth_date"), ("birth_date", "postcode"),
    ("given_name", "postcode"), ("family_name", "postcode"), ("street", "postcode"), ("email",), ("phone",),
    ("national_id",), ("account_ids",), ("device_ids",), _START, ("given_name", "city"), ("family_name", "city"),
    ("birth_date", "city"), ("birth_date", "birth_place"), ("company",),
)  # fmt: skip
# Rules that hardly ever join two people, for the prior; the later ones only where none of the others is there.
_SURE = (
    (*_NAMES, "birth_date"),
    (*_NAMES, "postcode"),
    ("email",),
    ("phone",),
    ("national_id",),
    ("account_ids",),
)
_FAIRLY_SURE = ((*_NAMES, "city"), _NAMES)
_TRAINING = (
    _NAMES, ("birth_date",), ("email",), ("phone",), ("national_id",), ("account_ids",), ("street", "postcode"),
    ("postcode",), ("city",),
)  # fmt: skip


def stock_pairs(persons: pa.Table, *, country: str) -> list[Pair]:
    """Train the model and return its pairs.

    Args:
        persons: silver.person.
    Returns:
        Pairs with their match probability, all over 0.001.
    """
    with duckdb.connect() as connection:
        known = _known(persons, connection)
        records = ", ".join(f"{_COLUMNS[name]} AS {name}" for name in known)
        connection.execute(
            f"CREATE TABLE records AS SELECT record_id, {records} FROM persons ORDER BY record_id"
        )
        counts = {rule: _pairs_of(rule, connection) for rule in {*_BLOCKING, *_TRAINING} if _has(known, rule)}
        blocking = [_rule(rule) for rule in _BLOCKING if 0 < counts.get(rule, 0) <= _MOST_PAIRS]
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="record_id",
            comparisons=_comparisons(known, country),
            blocking_rules_to_generate_predictions=blocking,
            retain_matching_columns=False,
        )
        linker = Linker(
            DuckDBAPI(connection=connection).register("records"), settings, log_level=logging.CRITICAL
        )
        _train(linker, known, counts)
        predicted = linker.inference.predict(threshold_match_probability=_KEEP_PROBABILITY)
        columns = "match_probability, record_id_l, record_id_r"
        pairs: list[Pair] = connection.sql(f"SELECT {columns} FROM {predicted.physical_name}").fetchall()
        return pairs


def _known(persons: pa.Table, connection: duckdb.DuckDBPyConnection) -> list[str]:
    connection.register("persons", persons)
    shares = ", ".join(f"count({sql}) / greatest(count(*), 1)" for sql in _COLUMNS.values())
    found = connection.sql(f"SELECT {shares} FROM persons").fetchall()[0]
    return [name for name, share in zip(_COLUMNS, found, strict=True) if share >= _LEAST_KNOWN]


def _comparisons(known: Sequence[str], country: str) -> list[Any]:
    chosen: list[Any] = [_COMPARISONS[name]() for name in known if name in _COMPARISONS]
    if _has(known, _NAMES):
        chosen.insert(0, cl.ForenameSurnameComparison(*_NAMES))
    else:
        chosen[:0] = [cl.NameComparison(name) for name in _NAMES if name in known]
    if "postcode" in known:
        other = cl.LevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True)
        chosen.append(cl.PostcodeComparison("postcode") if country == "GB" else other)
    return chosen


def _train(linker: Linker, known: Sequence[str], counts: dict[tuple[str, ...], int]) -> None:
    sure = [rule for rule in _SURE if _has(known, rule)] or [
        rule for rule in _FAIRLY_SURE if _has(known, rule)
    ][:1]
    linker.training.estimate_probability_two_random_records_match(
        [_rule(rule) for rule in sure], recall=_RECALL
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    untrained = set(known)
    for rule in _TRAINING:
        trains = untrained - set(rule)
        if trains and 50 <= counts.get(rule, 0) <= _MOST_PAIRS:
            linker.training.estimate_parameters_using_expectation_maximisation(_rule(rule))
            untrained -= trains


def _rule(columns: Sequence[str]) -> Any:
    arrays = [column for column in columns if column in _ARRAYS]
    return block_on(*columns, arrays_to_explode=arrays) if arrays else block_on(*columns)


def _has(known: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the columns, or those that expressions are of, are known."""
    return all(any(name in column for name in known) for column in columns)


def _pairs_of(columns: Sequence[str], connection: duckdb.DuckDBPyConnection) -> int:
    """How many pairs of records are equal in these columns."""
    keys = ", ".join(
        f"unnest({c}) AS k{n}" if c in _ARRAYS else f"{c} AS k{n}" for n, c in enumerate(columns)
    )
    present = " AND ".join(f"k{n} IS NOT NULL" for n in range(len(columns)))
    grouped = f"SELECT count(*) AS size FROM (SELECT {keys} FROM records) WHERE {present} GROUP BY ALL"
    found = connection.sql(f"SELECT sum(size * (size - 1) / 2) FROM ({grouped})").fetchall()[0][0]
    return 0 if found is None or math.isnan(found) else int(found)
