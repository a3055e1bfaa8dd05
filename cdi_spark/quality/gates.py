"""Gates: Great Expectations (GX) decides whether a table passes, and no value of the data is reported."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdi_spark.config import Expectation, Quality
from cdi_spark.errors import ConfigError
from cdi_spark.monitoring import logs
from cdi_spark.sql_text import quote

# Importing GX takes five seconds, so only a run that has a gate does it; `cdi check` needs no Spark either.
if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.expectations import Expectation as GxExpectation
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class GateResult:
    """The result of one expectation, as ops.quality_result stores it.

    `observed` is a count, a share, or column names, never a value of the data; where GX could not evaluate
    the expectation it begins with "not evaluated", and `success` is false. `arguments` is JSON.
    """

    table: str
    expectation: str
    column: str | None
    success: bool
    observed: str
    arguments: str


def _rows_unexpected(outcome: ExpectationValidationResult) -> str:
    unexpected = outcome.result["unexpected_count"] or 0
    judged = outcome.result["element_count"] - outcome.result.get("missing_count", 0)
    share = f" ({unexpected / judged:.2%})" if judged else ""
    return f"{unexpected} of {judged} rows unexpected{share}"


def _number(outcome: ExpectationValidationResult) -> str:
    return f"{float(outcome.result['observed_value']):.12g}"


def _mismatched_columns(outcome: ExpectationValidationResult) -> str:
    mismatched = outcome.result.get("details", {}).get("mismatched", {})
    found = [f"{how}: {', '.join(names)}" for how, names in sorted(mismatched.items())]
    return "; ".join(found) or "as expected"


def _presence(outcome: ExpectationValidationResult) -> str:
    return "present" if outcome.success else "absent"


Observe = Callable[["ExpectationValidationResult"], str]

# The expectations that conf may use, and how their outcome is reported without a value. Expectations whose outcome
# is itself a value (a column's minimum, its distinct values) stay out; so does row_condition, which is unchecked SQL.
ABOUT_COLUMNS: Mapping[str, Observe] = {
    "ExpectColumnToExist": _presence,
    "ExpectTableColumnCountToEqual": _number,
    "ExpectTableColumnsToMatchSet": _mismatched_columns,
}
ABOUT_ROWS: Mapping[str, Observe] = {
    "ExpectColumnPairValuesAToBeGreaterThanB": _rows_unexpected,
    "ExpectColumnPairValuesToBeEqual": _rows_unexpected,
    "ExpectColumnProportionOfNonNullValuesToBeBetween": _number,
    "ExpectColumnProportionOfUniqueValuesToBeBetween": _number,
    "ExpectColumnUniqueValueCountToBeBetween": _number,
    "ExpectColumnValueLengthsToBeBetween": _rows_unexpected,
    "ExpectColumnValueLengthsToEqual": _rows_unexpected,
    "ExpectColumnValuesToBeBetween": _rows_unexpected,
    "ExpectColumnValuesToBeInSet": _rows_unexpected,
    "ExpectColumnValuesToBeNull": _rows_unexpected,
    "ExpectColumnValuesToBeUnique": _rows_unexpected,
    "ExpectColumnValuesToMatchRegex": _rows_unexpected,
    "ExpectColumnValuesToNotBeInSet": _rows_unexpected,
    "ExpectColumnValuesToNotBeNull": _rows_unexpected,
    "ExpectColumnValuesToNotMatchRegex": _rows_unexpected,
    "ExpectCompoundColumnsToBeUnique": _rows_unexpected,
    "ExpectTableRowCountToBeBetween": _number,
    "ExpectTableRowCountToEqual": _number,
}
EXPECTATIONS: Mapping[str, Observe] = {**ABOUT_COLUMNS, **ABOUT_ROWS}

# Arguments that GX knows and conf may not give: they bring values into the outcome, or do nothing here.
RESERVED = {
    "batch_id", "catch_exceptions", "column", "condition_parser", "description", "id", "meta", "notes",
    "rendered_content", "result_format", "row_condition", "severity", "windows",
}  # fmt: skip
# BASIC collects unexpected values unless these settings prevent it.
COUNTS_ONLY = {
    "result_format": "BASIC",
    "partial_unexpected_count": 0,
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
}


def run_gate(table: str, rows: DataFrame, expectations: Sequence[Expectation]) -> list[GateResult]:
    """Check a table against its expectations.

    GX reads the rows twice for all simple expectations together and once or twice more for each of
    uniqueness, pairs and lengths. Few rows are read only once. It does not persist more rows: pass a stored
    table, not a plan to be computed.

    Args:
        table: the name that results and errors show, such as silver.person.
        rows: the table.
        expectations: from conf; their class names are keys of EXPECTATIONS.
    Returns:
        One result per expectation, in the order given. One that cannot be evaluated (no such column, a type
        that does not compare) has failed.
    Raises:
        ConfigError: an expectation outside EXPECTATIONS, or arguments that it does not take.
    """
    logs.doing(f"checking the expectations of {table}")
    check_names(Quality(table=table, expectations=list(expectations)))
    asked = [_gx_expectation(table, e, at) for at, e in enumerate(expectations)]
    absent = [_absent_columns(e, rows.columns) for e in expectations]
    judged = [x for x, missing in zip(asked, absent, strict=True) if not missing]
    outcomes = _outcomes(rows, expectations, judged)
    return [
        _not_evaluated(table, e, f"there is no column {', '.join(missing)}")
        if missing
        else _to_result(table, e, outcomes.get(at, "NoResult"))
        for at, (e, missing) in enumerate(zip(expectations, absent, strict=True))
    ]


def check_names(quality: Quality) -> None:
    """Refuse unknown expectations, without GX or rows.

    Raises:
        ConfigError: names the table and the known expectations.
    """
    for name in (e.expectation for e in quality.expectations):
        if name not in EXPECTATIONS:
            raise ConfigError(
                f"{quality.table}: there is no expectation {name}; use one of {', '.join(EXPECTATIONS)}."
            )


def _gx_expectation(table: str, expectation: Expectation, at: int) -> GxExpectation:
    """Make GX's object for an expectation; its meta has `at`, its place among the others."""
    name = expectation.expectation
    for argument in sorted(RESERVED & expectation.arguments.keys()):
        raise ConfigError(
            f"{table}: {name}: {argument} is not an argument that conf may give. "
            "Remove it (a column is given beside `expectation`)."
        )
    import great_expectations.expectations as gxe

    column = {} if expectation.column is None else {"column": expectation.column}
    try:
        made: GxExpectation = getattr(gxe, name)(**column, **expectation.arguments, meta={"at": at})
    except (TypeError, ValueError) as fault:  # GX's pydantic errors are ValueErrors
        raise ConfigError(
            f"{table}: {name} does not take these arguments: {' '.join(str(fault).split())}. "
            "Correct them in the table's quality conf."
        ) from None
    return made


def _absent_columns(expectation: Expectation, columns: Sequence[str]) -> list[str]:
    """Find columns that the expectation reads and the table lacks; checked first, since GX would try three times."""
    if expectation.expectation in ABOUT_COLUMNS:
        return []
    return [name for name in _columns_of(expectation) if name.partition(".")[0] not in columns]


def _columns_of(expectation: Expectation) -> list[str]:
    given = expectation.arguments
    named = [expectation.column, given.get("column_A"), given.get("column_B"), *given.get("column_list", [])]
    return [name for name in named if name is not None]


def _read_once(rows: DataFrame, expectations: Sequence[Expectation]) -> DataFrame:
    """Hold the columns that expectations are about in driver memory if the rows fit; else return the rows."""
    from cdi_spark.storage.scratch import materialise_in_memory

    if any(e.expectation in ABOUT_COLUMNS for e in expectations):
        return rows
    asked = {name.partition(".")[0] for e in expectations for name in _columns_of(e)}
    columns = [name for name in rows.columns if name in asked] or rows.columns[:1]
    held = materialise_in_memory(rows.select(*(quote(name) for name in columns)))
    return rows if held is None else held


def _outcomes(
    rows: DataFrame, expectations: Sequence[Expectation], asked: list[GxExpectation]
) -> dict[int, ExpectationValidationResult | str]:
    """Return each expectation's outcome by its place, or the kind of error that stopped GX."""
    if not asked:
        return {}
    try:
        judged = _validate(_read_once(rows, expectations), asked)
    except Exception as fault:  # A gate that cannot be evaluated has failed; it does not end the run.
        return {e.meta["at"]: type(fault).__name__ for e in asked}
    return {o.expectation_config.meta["at"]: o for o in judged.results}


def _validate(rows: DataFrame, asked: list[GxExpectation]) -> ExpectationSuiteValidationResult:
    """Let GX evaluate a suite in its own context (10 ms), which is then freed together with the DataFrame."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    # GX logs Spark's message about a failed cast, and that quotes the value.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    quiet = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars={"globally": False, "metric_calculations": False},
    )
    context = gx.get_context(mode="ephemeral", project_config=quiet)
    source = context.data_sources.add_spark("spark", persist=False)
    whole = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    suite = gx.ExpectationSuite("gate", expectations=asked)
    return whole.get_batch({"dataframe": rows}).validate(suite, result_format=COUNTS_ONLY)


def _to_result(
    table: str, expectation: Expectation, outcome: ExpectationValidationResult | str
) -> GateResult:
    if isinstance(outcome, str):
        return _not_evaluated(table, expectation, outcome)
    reason = _reason(outcome.exception_info or {})
    if reason is not None:
        return _not_evaluated(table, expectation, reason)
    observed = EXPECTATIONS[expectation.expectation](outcome)
    return _result(table, expectation, success=bool(outcome.success), observed=observed)


def _not_evaluated(table: str, expectation: Expectation, reason: str) -> GateResult:
    return _result(table, expectation, success=False, observed=f"not evaluated: {reason}")


def _result(table: str, expectation: Expectation, *, success: bool, observed: str) -> GateResult:
    arguments = json.dumps(expectation.arguments, default=str, sort_keys=True)
    return GateResult(table, expectation.expectation, expectation.column, success, observed, arguments)


def _reason(exception_info: Mapping[str, Any]) -> str | None:
    """Return the kind of error that GX caught, or None; never its message, in which Spark quotes values."""
    # One dict, or, for errors in a metric, a dict of them by metric.
    infos = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    for info in infos:
        if info.get("raised_exception", True):
            # The first line of a traceback that begins with a name is the root cause; before it there are
            # only files and code: `NumberFormatException: [CAST_INVALID_INPUT] The value 'x' …`.
            traceback = info.get("exception_traceback") or ""
            cause = re.search(r"^([\w.]+)(?::(?: \[([A-Z0-9_.]+)\])?|$)", traceback, re.MULTILINE)
            return (cause[2] or cause[1].rpartition(".")[2]) if cause else "unknown error"
    return None
