"""Errors of Delta that the package handles, recognised by their condition or their text."""

from __future__ import annotations

import re

from pyspark.errors import AnalysisException

# Conflicts come as plain Java errors, with the condition in their text.
_CONFLICT = re.compile(r"\[DELTA_(CONCURRENT|METADATA_CHANGED|PROTOCOL_CHANGED)")
_MISSING_TABLE = ("DELTA_MISSING_DELTA_TABLE", "PATH_NOT_FOUND")
# Without Delta's parser, Spark reads the DETAIL of `DESCRIBE DETAIL` as the name of a table.
_NO_DELTA = ("`DETAIL`", "Cannot find catalog plugin class", "DELTA_CONFIGURE_SPARK_SESSION")


def is_conflict(fault: Exception) -> bool:
    """Return whether Delta refused a commit because another writer changed the table at the same time."""
    return _CONFLICT.search(str(fault)) is not None


def is_missing_table(fault: AnalysisException) -> bool:
    """Return whether there is no Delta table at a path."""
    return fault.getCondition() in _MISSING_TABLE


def is_missing_delta(fault: Exception) -> bool:
    """Return whether `DESCRIBE DETAIL` of a path failed because the session has no Delta, not for the path."""
    return any(text in str(fault) for text in _NO_DELTA)
