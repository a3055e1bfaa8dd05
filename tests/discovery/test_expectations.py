"""When a line or a source of the trial is to be confirmed."""

from __future__ import annotations

from collections import Counter

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.trial.expectations import (
    expect_fit,
    find_line_doubts,
    find_source_doubts,
    state,
    state_expected,
)
from cdi_spark.discovery.trial.results import LineResult, SourceResult, TableResult


def line(*columns: tuple[int, float], meaning: str = "phone") -> ConfLine:
    """A line over columns of 100 rows: the rows that have a value, and the share of these that fit."""
    used = [
        Guess(Column((f"c{n}",), rows=100, filled=filled), meaning, fit)
        for n, (filled, fit) in enumerate(columns)
    ]
    return ConfLine("phones", "c0", used=used)


def test_the_facts_are_rows_with_a_value_in_silver_and_values_that_are_kept() -> None:
    assert state(LineResult(rows=100, given=80, filled=60, kept=60)) == "60% filled, 75% fit"
    assert state(LineResult(rows=100, given=0, filled=0, kept=0)) == "0% filled"
    assert state(LineResult(rows=0, given=0, filled=0, kept=0)) == "0% filled"


def test_columns_of_one_line_are_expected_to_fit_by_their_number_of_values() -> None:
    assert expect_fit(line((90, 1.0), (10, 0.5))) == 0.95
    assert state_expected(line((90, 1.0), (10, 0.5))) == "90% filled, 95% fit"
    # An id has no meaning that its values could fail to fit.
    assert expect_fit(line((90, 0.0), meaning="")) == 1.0
    assert expect_fit(ConfLine("currency", "'EUR'")) == 1.0


def test_a_line_that_loses_more_than_a_tenth_beyond_the_expected_is_to_confirm() -> None:
    expected = line((100, 0.95))
    assert not find_line_doubts(expected, LineResult(100, 100, 86, 86), whole=True)
    [doubt] = find_line_doubts(expected, LineResult(100, 100, 84, 84), whole=True)
    assert doubt == "in the trial 84% of its values are kept; 95% were expected"


def test_one_lost_value_of_a_tiny_file_is_no_doubt() -> None:
    assert not find_line_doubts(line((100, 1.0)), LineResult(4, 4, 3, 3), whole=True)


def test_a_column_that_spark_reads_less_often_is_to_confirm_unless_only_a_part_was_read() -> None:
    measured = LineResult(100, 40, 40, 40)
    [doubt] = find_line_doubts(line((100, 1.0)), measured, whole=True)
    assert doubt == "Spark reads a value in 40% of the rows; 100% were expected"
    assert not find_line_doubts(line((100, 1.0)), measured, whole=False)


def test_rows_that_did_not_land_and_many_in_quarantine_are_to_confirm() -> None:
    person = TableResult("person", 95, 0, 80, 5, 0, 10, Counter())
    assert find_source_doubts(SourceResult(100, True, 95, [person])) == [
        "the files hold 100 rows; 95 landed",
        "person: 11% of the rows are in quarantine",
    ]
    assert not find_source_doubts(
        SourceResult(95, True, 95, [TableResult("person", 95, 0, 91, 0, 0, 4, Counter())])
    )


def test_records_in_one_object_are_counted_by_the_table_that_they_fill() -> None:
    tables = [
        TableResult("invoice", 300, 0, 300, 0, 0, 0, Counter()),
        TableResult("person", 98, 0, 98, 0, 0, 0, Counter()),
    ]
    assert find_source_doubts(SourceResult(100, True, 1, tables), records="person") == [
        "the files hold 100 records; 98 were read"
    ]
