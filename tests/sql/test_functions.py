"""Each built-in function of Spark is allowed or refused on purpose."""

from pyspark.sql import SparkSession

from cdi_spark.sql.functions import ALLOWED, GENERATORS, READING, REFUSED

_REFUSED = frozenset().union(*REFUSED.values())


def test_a_function_is_allowed_or_refused_never_both() -> None:
    assert not READING & _REFUSED
    assert sum(map(len, REFUSED.values())) == len(_REFUSED)


def test_conf_may_call_no_more_than_a_query() -> None:
    assert ALLOWED < READING
    assert not ALLOWED & {"current_date", "now", "rand", "uuid", "unix_timestamp", "shuffle", "sum", "count"}


def test_somebody_decided_about_each_function_of_spark(spark: SparkSession) -> None:
    functions = {row[0] for row in spark.sql("SHOW SYSTEM FUNCTIONS").collect()}
    assert len(functions) > 400
    assert functions - READING - _REFUSED == set()
    # What only the parser knows, and functions of another Spark.
    assert READING - functions <= {"current_time", "timestampadd", "timestampdiff", "try_cast"}
    assert functions >= GENERATORS
