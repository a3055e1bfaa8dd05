"""Row rules: which rules a row fails."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.errors import ConfigError
from cdi_spark.quality.rules import check_rows

RULES = {
    "has_email": "email is not null",
    "amount_not_negative": "amount is null or amount >= 0",
    "quantity_positive": "quantity > 0",
}


@pytest.fixture
def orders(spark: SparkSession) -> DataFrame:
    return spark.sql(
        """select * from values
            ('fine', 'a@x.org', 5.0D, 1), ('bad', null, -1.0D, 0), ('unknown', 'b@x.org', null, null)
        as orders(id, email, amount, quantity)"""
    )


def failed(rows: DataFrame) -> dict[str, list[str]]:
    return {row.id: row.failed_rules for row in rows.collect()}


def test_every_failed_rule_is_named_in_the_order_of_the_rules(orders: DataFrame) -> None:
    checked = failed(check_rows(orders, RULES, table="silver.order"))
    assert checked["bad"] == ["has_email", "amount_not_negative", "quantity_positive"]
    assert checked["fine"] == []


def test_a_null_fails_a_check_that_does_not_allow_nulls(orders: DataFrame) -> None:
    assert failed(check_rows(orders, RULES, table="silver.order"))["unknown"] == ["quantity_positive"]


def test_a_table_without_rules_fails_nothing(orders: DataFrame) -> None:
    checked = check_rows(orders, {}, table="silver.order")
    assert dict(checked.dtypes)["failed_rules"] == "array<string>"
    assert set(map(tuple, failed(checked).values())) == {()}


def test_all_rules_are_checked_in_one_projection(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = {"even": "id % 2 = 0", "small": "id < 5", "positive": "id > 0"}
    check_rows(spark.range(9), rules, table="silver.order").explain()
    plan = capsys.readouterr().out
    assert plan.count("Project") == 1
    assert "Exchange" not in plan


def test_a_check_that_does_not_convert_fails_the_row_and_not_the_run(spark: SparkSession) -> None:
    rows = spark.sql("select * from values ('1', '2020-02-30'), ('2', '0001-01-01') as person(id, born)")
    checked = check_rows(rows, {"real_date": "try_cast(born as date) is not null"}, table="silver.person")
    assert failed(checked) == {"1": ["real_date"], "2": []}


def test_a_missing_column_is_named_with_its_rule_and_table(orders: DataFrame) -> None:
    with pytest.raises(
        ConfigError, match=r"silver\.order: rule dated: there is no column orderd_at; .*quantity"
    ):
        check_rows(orders, RULES | {"dated": "orderd_at is not null"}, table="silver.order")


@pytest.mark.parametrize(
    "check",
    [
        "email",
        "amount + 1",
        "count(1) > 0",
        "row_number() over (order by id) = 1",
        "explode(array(true))",
        "amount >",
    ],
)
def test_what_is_not_a_condition_over_one_row_is_refused(orders: DataFrame, check: str) -> None:
    with pytest.raises(
        ConfigError, match=r"silver\.order: rule odd: the check is not a condition over one row"
    ):
        check_rows(orders, {"odd": check}, table="silver.order")
