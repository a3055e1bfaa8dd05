"""Gates: a table goes on when its expectations hold, and no value of it gets out."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.config import Expectation
from cdi_spark.errors import ConfigError
from cdi_spark.quality import gates
from cdi_spark.quality.gates import GateResult, run_gate

# Values that no count, share, name or time stamp equals by chance.
SECRETS = ["Zyxwvut@secret.org", "Qwertyuiop@secret.org", "no-address-Hjkl", "Vbnm/Qaz"]


@pytest.fixture
def people(spark: SparkSession) -> DataFrame:
    home, work, odd, country = SECRETS
    return spark.sql(
        f"""select * from values
            ('crm:1', '{home}', '{country}', 918273.5D, date'0001-01-01', date'1990-05-01'),
            ('crm:2', '{home}', '{country}', 918274.5D, date'9999-12-31', date'1990-05-02'),
            ('crm:3', '{work}', null, -918275.5D, date'1990-05-03', date'2020-01-01'),
            ('crm:4', '{odd}', null, null, null, null)
        as person(record_id, email, country, amount, start, end)"""
    )


def expect(expectation: str, column: str | None = None, **arguments: Any) -> Expectation:
    return Expectation(expectation=expectation, column=column, arguments=arguments)


def only(rows: DataFrame, expectation: Expectation) -> GateResult:
    (result,) = run_gate("silver.person", rows, [expectation])
    return result


MET_OR_NOT: list[tuple[Expectation, bool, str]] = [
    (expect("ExpectColumnToExist", "email"), True, "present"),
    (expect("ExpectColumnToExist", "phone"), False, "absent"),
    (expect("ExpectTableColumnCountToEqual", value=6), True, "6"),
    (
        expect("ExpectTableColumnsToMatchSet", column_set=["email", "phone"], exact_match=False),
        False,
        "missing: phone; unexpected: amount, country, end, record_id, start",
    ),
    (expect("ExpectTableRowCountToBeBetween", min_value=1), True, "4"),
    (expect("ExpectTableRowCountToEqual", value=5), False, "4"),
    (expect("ExpectColumnValuesToNotBeNull", "email"), True, "0 of 4 rows unexpected (0.00%)"),
    (expect("ExpectColumnValuesToNotBeNull", "country"), False, "2 of 4 rows unexpected (50.00%)"),
    (
        expect("ExpectColumnValuesToNotBeNull", "country", mostly=0.5),
        True,
        "2 of 4 rows unexpected (50.00%)",
    ),
    (expect("ExpectColumnValuesToBeNull", "country"), False, "2 of 4 rows unexpected (50.00%)"),
    (expect("ExpectColumnValuesToBeUnique", "record_id"), True, "0 of 4 rows unexpected (0.00%)"),
    (expect("ExpectColumnValuesToBeUnique", "email"), False, "2 of 4 rows unexpected (50.00%)"),
    (
        expect("ExpectCompoundColumnsToBeUnique", column_list=["email", "country"]),
        False,
        "2 of 4 rows unexpected (50.00%)",
    ),
    (
        expect("ExpectColumnValuesToBeInSet", "country", value_set=["GB", "FR"]),
        False,
        "2 of 2 rows unexpected (100.00%)",
    ),
    (
        expect("ExpectColumnValuesToNotBeInSet", "country", value_set=["GB"]),
        True,
        "0 of 2 rows unexpected (0.00%)",
    ),
    (
        expect("ExpectColumnValuesToBeBetween", "amount", min_value=0),
        False,
        "1 of 3 rows unexpected (33.33%)",
    ),
    (
        expect("ExpectColumnValuesToBeBetween", "start", min_value=date(1900, 1, 1), max_value="9999-12-30"),
        False,
        "2 of 3 rows unexpected (66.67%)",
    ),
    (
        expect("ExpectColumnValuesToMatchRegex", "email", regex="^[^@]+@[^@]+$"),
        False,
        "1 of 4 rows unexpected (25.00%)",
    ),
    (
        expect("ExpectColumnValuesToNotMatchRegex", "email", regex="@"),
        False,
        "3 of 4 rows unexpected (75.00%)",
    ),
    (
        expect("ExpectColumnValueLengthsToBeBetween", "email", max_value=18),
        False,
        "1 of 4 rows unexpected (25.00%)",
    ),
    (
        expect("ExpectColumnValueLengthsToEqual", "record_id", value=5),
        True,
        "0 of 4 rows unexpected (0.00%)",
    ),
    (
        expect("ExpectColumnPairValuesAToBeGreaterThanB", column_A="end", column_B="start", or_equal=True),
        False,
        "1 of 3 rows unexpected (33.33%)",
    ),
    (
        expect("ExpectColumnPairValuesToBeEqual", column_A="email", column_B="email"),
        True,
        "0 of 4 rows unexpected (0.00%)",
    ),
    (expect("ExpectColumnUniqueValueCountToBeBetween", "email", min_value=3), True, "3"),
    (expect("ExpectColumnProportionOfUniqueValuesToBeBetween", "email", min_value=0.9), False, "0.75"),
    (expect("ExpectColumnProportionOfNonNullValuesToBeBetween", "country", min_value=0.9), False, "0.5"),
]


def test_results_come_in_the_order_of_the_expectations_with_counts(people: DataFrame) -> None:
    results = run_gate("silver.person", people, [expectation for expectation, _, _ in MET_OR_NOT])
    assert [(r.expectation, r.column, r.success, r.observed) for r in results] == [
        (e.expectation, e.column, success, observed) for e, success, observed in MET_OR_NOT
    ]


def test_every_expectation_that_conf_may_name_is_tested_here() -> None:
    assert {e.expectation for e, _, _ in MET_OR_NOT} == set(gates.EXPECTATIONS)


def test_a_result_carries_its_table_and_its_arguments_as_json(people: DataFrame) -> None:
    result = only(people, expect("ExpectColumnValuesToBeBetween", "start", min_value=date(1, 1, 1)))
    assert (result.table, json.loads(result.arguments)) == ("silver.person", {"min_value": "0001-01-01"})


def test_neither_great_expectations_nor_the_gate_reports_a_value_of_the_data(
    people: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    validate, seen = gates._validate, []

    def overheard(*asked: Any) -> Any:
        seen.append(validate(*asked))
        return seen[-1]

    monkeypatch.setattr(gates, "_validate", overheard)
    results = run_gate("silver.person", people, [e for e, _, _ in MET_OR_NOT])
    text = json.dumps(seen[0].to_json_dict()) + str(results)
    assert "ExpectColumnValuesToBeUnique" in text
    assert not [value for value in [*SECRETS, "91827", "1990-05"] if value in text]


def test_an_expectation_of_a_missing_column_fails_and_the_others_are_still_reported(
    people: DataFrame,
) -> None:
    missing, held, pair = run_gate(
        "silver.person",
        people,
        [
            expect("ExpectColumnValuesToNotBeNull", "phone"),
            expect("ExpectColumnValuesToNotBeNull", "email"),
            expect("ExpectCompoundColumnsToBeUnique", column_list=["email", "phone"]),
        ],
    )
    assert (missing.success, missing.observed) == (False, "not evaluated: there is no column phone")
    assert (pair.success, pair.observed) == (False, "not evaluated: there is no column phone")
    assert held.success


@pytest.mark.parametrize(
    ("impossible", "reason"),
    [
        (expect("ExpectColumnValuesToBeInSet", "email", value_set=[1, 2]), "CAST_INVALID_INPUT"),
        (expect("ExpectColumnValuesToBeBetween", "email", min_value=0), "InvalidColumnTypeError"),
    ],
)
def test_an_expectation_that_cannot_be_evaluated_fails_and_the_others_are_still_reported(
    people: DataFrame, impossible: Expectation, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    held = expect("ExpectColumnValuesToNotBeNull", "email")
    broken, fine = run_gate("silver.person", people, [impossible, held])
    assert (broken.success, broken.observed) == (False, f"not evaluated: {reason}")
    assert fine.success
    assert not [r for r in caplog.records if r.name.startswith("great_expectations")]


def test_when_great_expectations_itself_breaks_nothing_has_passed(
    people: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "COUNTS_ONLY", {"result_format": "NO_SUCH_FORMAT"})
    result = only(people, expect("ExpectColumnValuesToNotBeNull", "email"))
    assert not result.success
    assert result.observed.startswith("not evaluated: ")


def test_a_table_without_rows_keeps_its_row_expectations_and_fails_its_row_count(people: DataFrame) -> None:
    asked = [
        expect("ExpectTableRowCountToBeBetween", min_value=1),
        expect("ExpectColumnValuesToBeUnique", "email"),
    ]
    count, unique = run_gate("silver.person", people.limit(0), asked)
    assert (count.success, count.observed) == (False, "0")
    assert (unique.success, unique.observed) == (True, "0 of 0 rows unexpected")


def test_a_table_without_expectations_has_no_results(people: DataFrame) -> None:
    assert run_gate("silver.person", people, []) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            expect("ExpectColumnMaxToBeBetween", "amount", max_value=1),
            "there is no expectation ExpectColumnMax",
        ),
        (expect("ExpectColumnValuesToNotBeNull", "email", mosly=1), "mosly extra fields not permitted"),
        (expect("ExpectColumnValuesToNotBeNull"), "column field required"),
        (
            expect("ExpectColumnValuesToBeInSet", "email", value_set="GB"),
            "value_set value is not a valid list",
        ),
        (
            expect("ExpectColumnValuesToBeNull", "email", result_format="COMPLETE"),
            "result_format is not an argument",
        ),
    ],
)
def test_an_expectation_that_conf_may_not_use_is_refused_before_spark_works(
    people: DataFrame, wrong: Expectation, message: str
) -> None:
    with pytest.raises(ConfigError, match=rf"^silver\.person: .*{message}"):
        run_gate("silver.person", people, [wrong])


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def within_this_machine(self: socket.socket, address: Any) -> None:
        assert address[0] in ("127.0.0.1", "localhost", "::1"), f"a gate connects to {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", within_this_machine)


@pytest.mark.usefixtures("no_network")
def test_a_gate_writes_nothing_persists_nothing_and_calls_nobody(
    people: DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    held = expect("ExpectColumnValuesToBeUnique", "record_id")
    impossible = expect("ExpectColumnValuesToBeBetween", "email", min_value=0)
    results = run_gate("silver.person", people, [held, impossible])
    assert [r.success for r in results] == [True, False]
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []
    assert not people.storageLevel.useMemory


def test_a_gate_reads_a_delta_table(people: DataFrame, spark: SparkSession, tmp_path: Path) -> None:
    people.write.format("delta").save(str(tmp_path / "person"))
    stored = spark.read.format("delta").load(str(tmp_path / "person"))
    assert only(stored, expect("ExpectColumnValuesToBeUnique", "record_id")).success


def test_gates_of_several_tables_at_once_report_their_own_results(people: DataFrame) -> None:
    def count(rows: int) -> str:
        return only(people.limit(rows), expect("ExpectTableRowCountToBeBetween", min_value=0)).observed

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(count, [0, 1, 2, 3, 4] * 2)) == ["0", "1", "2", "3", "4"] * 2
