"""Row rules: names the rules that each row fails."""

from collections.abc import Mapping

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.errors import ConfigError


def check_rows(rows: DataFrame, rules: Mapping[str, str], *, table: str) -> DataFrame:
    """Name the rules that each row fails, all in one projection.

    A row passes a check that is true for it; false and null both fail, so a rule that allows nulls is written
    `amount is null or amount >= 0`. An error inside a check would end the run (sessions run with ANSI on), so checks
    convert with `try_cast`, `try_to_timestamp` and the like: a value that does not convert is null, and fails the rule.

    Args:
        rows: any columns; one named failed_rules is replaced.
        rules: rule name to a Spark SQL condition over one row.
        table: the name that errors show, such as silver.person.
    Returns:
        The same rows and columns with `failed_rules array<string>`: the failed rules' names in the order of
        `rules`, empty if the row passes all.
    Raises:
        ConfigError: a check is not a condition over these rows; it names the table, the rule and what is missing.
    """
    for name, check in rules.items():
        _must_be_condition(rows, name, check, table=table)
    none = F.array().cast("array<string>")
    failed = [
        F.when(F.coalesce(F.expr(check), F.lit(False)), none).otherwise(F.array(F.lit(name)))
        for name, check in rules.items()
    ]
    # Spark compiles flatten; it interprets array_compact row by row, which takes three times as long.
    return rows.withColumn("failed_rules", F.flatten(F.array(none, *failed)))


def _must_be_condition(rows: DataFrame, name: str, check: str, *, table: str) -> None:
    try:
        # WHERE accepts exactly what a check may be: a boolean over one row, without aggregate, window or generator.
        # Spark Connect analyses when it needs a schema, and WHERE alone does not change that; hence the select.
        # No row is read.
        rows.where(F.expr(check)).select(F.lit(1)).schema  # noqa: B018
    except AnalysisException as fault:
        meaning = _meaning(fault, rows.columns)
        raise ConfigError(
            f"{table}: rule {name}: {meaning} Correct the check in the table's quality conf."
        ) from fault


def _meaning(fault: AnalysisException, columns: list[str]) -> str:
    if (fault.getCondition() or "").startswith("UNRESOLVED_COLUMN"):
        missing = (fault.getMessageParameters() or {}).get("objectName", "").replace("`", "")
        return f"there is no column {missing}; there are {', '.join(columns)}."
    first_line = str(fault).strip().splitlines()[0]
    return f"the check is not a condition over one row: {first_line}"
