"""What all conf models have in common: unknown keys and columns are refused."""

from collections.abc import Callable, Collection, Sequence

from pydantic import BaseModel, ConfigDict

from cdi_spark.config.expressions import check_expression
from cdi_spark.errors import ConfigError
from cdi_spark.sql_text import columns_read


class Strict(BaseModel):
    """A conf model that refuses unknown keys and is immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def expression_over(
    known: Collection[str],
    sql: str,
    *,
    where: str,
    unknown: str,
    also: Sequence[Callable[[str], object]] = (),
) -> str:
    """Check that SQL is one expression over known columns, and return it.

    Args:
        unknown: the end of the error message for a column that is not known.
        also: further checks.
    Raises:
        ValueError: an unknown column, or SQL that check_expression() or `also` refuse; pydantic adds the line.
    """
    try:
        check_expression(sql, where=where)
        for check in also:
            check(sql)
    except ConfigError as fault:
        raise ValueError(str(fault)) from None
    for name in sorted(columns_read(sql) - set(known)):
        raise ValueError(f"{name} {unknown}")
    return sql
