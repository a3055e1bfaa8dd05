"""What all conf has in common: what is not known is refused."""

from collections.abc import Callable, Collection, Sequence

from pydantic import BaseModel, ConfigDict

from cdi_spark.config.expressions import check_expression
from cdi_spark.errors import ConfigError
from cdi_spark.sql_text import columns_read


class Strict(BaseModel):
    """Conf whose unknown keys are errors, and which nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def expression_over(
    known: Collection[str],
    sql: str,
    *,
    where: str,
    unknown: str,
    also: Sequence[Callable[[str], object]] = (),
) -> str:
    """SQL that only computes, over some columns.

    Args:
        unknown: what is said of a name that is not among the known.
        also: what else must take it.
    Raises:
        ValueError: another column, or what check_expression() or `also` refuse; pydantic tells it with its line.
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
