"""The columns of a record that stewards see."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.schema import BIRTH_DATE_PRECISION, SHOWN
from cdi_spark.standardise.partial_dates import as_text


def shown_columns(ending: str = "") -> list[Column]:
    """Return the columns SHOWN of silver.person, a date of birth as far as it is known.

    Args:
        ending: what their names end in.
    """
    born = as_text("birth_date", BIRTH_DATE_PRECISION.name)
    return [(born if name == "birth_date" else F.col(name)).alias(f"{name}{ending}") for name in SHOWN]
