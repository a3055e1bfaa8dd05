"""What a file may hold. More is broken, or made to end a run: rows over a limit are quarantined, files are refused."""

from __future__ import annotations

from pydantic import Field

from cdi_spark.config.strict import Strict

MOST_LEVELS = 20
MOST_FIELDS = 2_000
LONGEST_LINE = 64 << 20
LARGEST_WHOLE = 256 << 20
LARGEST_UNPACKED = 32 << 30


class Limits(Strict):
    """What a file of a source may hold; more is broken data, or made to end a run."""

    levels: int = Field(default=MOST_LEVELS, ge=1, le=100)
    """lists and objects inside each other in a column; a JSON row with more is quarantined, a Parquet file refused"""
    fields: int = Field(default=MOST_FIELDS, ge=1, le=100_000)
    """columns, and fields inside them; more in JSON land as text or are quarantined, other files are refused"""
    line: int = Field(default=LONGEST_LINE, ge=1)
    """bytes of a line, or of a value that goes over lines; a file with more is refused"""
    whole: int = Field(default=LARGEST_WHOLE, ge=1)
    """bytes, unpacked, of a file that is read as a whole: `json`, UTF-16 and UTF-32; a file with more is refused"""
    unpacked: int = Field(default=LARGEST_UNPACKED, ge=1)
    """bytes, unpacked, of a compressed file; a file with more is refused"""
