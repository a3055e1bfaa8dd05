"""Spark's errors about a query, without values of its rows."""

from __future__ import annotations

import re

from pyspark.errors import AnalysisException, ParseException, PySparkException


def query_error(fault: PySparkException) -> str:
    """Return what Spark reports about a query's text; of an error about rows, only its kind.

    Spark's message about a row quotes its value, and may quote the whole row.
    """
    if isinstance(fault, (AnalysisException, ParseException)):
        return str(fault).split("SQLSTATE")[0].strip()
    return row_error(fault.getCondition() or str(fault))


def row_error(text: str) -> str:
    """Return the kind of an error about rows, of what Spark reports, without what it quotes."""
    kinds = re.findall(r"\[([A-Z][A-Z0-9_.]+)\]|^([A-Z][A-Z0-9_.]+)$", text) or re.findall(
        r"(\w+(?:Exception|Error))\b()", text
    )
    kind = next((found or other for found, other in kinds), "the query")
    return (
        f"{kind}: Spark could not compute a row or a value, which is not shown. Functions with try_, such as try_cast "
        "and try_divide, return null instead."
    )
