"""What init drafts lands every row of the files, with the values of a careful mapping; many cases in one run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from pyspark.sql import SparkSession

from cdi_spark.errors import CdiError
from cdi_spark.storage import Storage
from tests.corpus.drafts import draft
from tests.corpus.landing import Outcome, run_cases
from tests.corpus.truth import Case, all_cases

pytestmark = pytest.mark.launch

_RUN = [case for case in all_cases() if case.truth.refused is None]


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest,
    spark_session_of_all_tests: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Outcome]:
    """The outcome of every case that this session tests, by its name."""
    of_module = [item for item in request.session.items if item.path == request.path]
    chosen = [item.callspec.params["case"] for item in of_module if isinstance(item, pytest.Function)]
    projects, numbers = tmp_path_factory.mktemp("projects"), count()
    found: dict[str, Outcome] = {}
    drafts = []
    for case in _RUN:
        if case not in chosen:
            continue
        try:
            drafts.append(draft(case, projects))
        except CdiError as fault:
            found[case.name] = Outcome(fault=fault)
    warehouses = tmp_path_factory.mktemp("warehouses")
    return found | run_cases(
        drafts, lambda: Storage(spark_session_of_all_tests, warehouses / str(next(numbers)))
    )


@pytest.mark.parametrize("case", _RUN, ids=lambda case: case.name)
def test_every_row_lands_with_its_values(case: Case, outcomes: dict[str, Outcome]) -> None:
    truth, outcome = case.truth, outcomes[case.name]
    if truth.fails is not None:
        assert isinstance(outcome.fault, CdiError)
        assert truth.fails.lower() in str(outcome.fault).lower()
        return
    if outcome.fault is not None:
        raise outcome.fault
    found = {table: len(rows) for table, rows in outcome.silver.items()}
    assert truth.rows in (None, found)
    assert dict(outcome.quarantined) == truth.quarantined
    assert not [
        f"{table} {key}: {problem}"
        for table, rows in truth.values.items()
        for key, expected in rows.items()
        for problem in _differences(outcome.silver.get(table, {}).get(key), expected)
    ]


def _differences(found: Mapping[str, Any] | None, expected: Mapping[str, Any]) -> list[str]:
    if found is None:
        return ["there is no such row"]
    return [
        f"{column} is {found[column]}, not {value}"
        for column, value in expected.items()
        if not _is_equal(found[column], value)
    ]


def _is_equal(found: Any, expected: Any) -> bool:
    """Whether a value of silver is the one that YAML states; the order in a list means nothing."""
    if found in (None, []) or expected in (None, []):
        return found in (None, []) and expected in (None, [])
    if isinstance(found, list):
        return sorted(map(str, found)) == sorted(map(str, expected))
    if isinstance(found, datetime):
        return found.replace(tzinfo=None) == datetime.fromisoformat(str(expected))
    if isinstance(found, date):
        return found == date.fromisoformat(str(expected))
    if isinstance(found, (Decimal, float)):
        return Decimal(str(found)) == Decimal(str(expected))
    return bool(str(found) == str(expected))
