"""Delimiter, quotes and header of a text table are detected from its first lines."""

import pytest

from cdi_spark.discovery.read.dialects import Dialect, detect_dialect
from cdi_spark.errors import SourceError

PEOPLE = [["1", "Ann Lee", "ann@lee.org"], ["2", "Bo Ek", "bo@ek.se"], ["3", "Cy Po", "cy@po.it"]]


def read(lines: list[str]) -> Dialect:
    return detect_dialect("\n".join(lines) + "\n", where="people.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_the_delimiter_is_the_one_that_cuts_all_lines_alike(delimiter: str) -> None:
    lines = [delimiter.join(row) for row in [["id", "name", "mail"], *PEOPLE]]
    assert read(lines) == Dialect(delimiter, ("id", "name", "mail"), header=True)


def test_decimal_commas_do_not_make_a_comma_the_delimiter() -> None:
    assert read(["id;sum", "1;2,50", "2;13,10", "3;0,99"]).delimiter == ";"


def test_a_first_line_of_data_is_no_header() -> None:
    assert read([",".join(row) for row in PEOPLE]) == Dialect(",", ("_c0", "_c1", "_c2"), header=False)


def test_names_without_meaning_are_still_a_header() -> None:
    assert read(["c1,c2,c3", *(",".join(row) for row in PEOPLE)]).names == ("c1", "c2", "c3")


def test_columns_are_called_as_spark_calls_them() -> None:
    lines = ["Phone;Name;phone;;Total (€)", "1;a;2;;3", "1;b;2;;3"]
    assert read(lines).names == ("Phone0", "Name", "phone2", "_c3", "Total (€)")


def test_single_quotes_and_backslashes_are_detected() -> None:
    assert read(["'id','name'", "'1','Lee, Ann'", "'2','Ek, Bo'"]).quote == "'"
    assert read(['"id","said"', '"1","a \\"b\\", c"', '"2","d"']).escape == "\\"


def test_comments_before_the_header_are_skipped() -> None:
    read_ = read(["# export", "# of today", "id,name,mail", *(",".join(row) for row in PEOPLE)])
    assert (read_.comment, read_.names) == ("#", ("id", "name", "mail"))


@pytest.mark.parametrize(
    ("above", "skip"),
    [
        (["Customers of 2024"], 1),
        (["Customers of 2024", "", "as of 2024-02-01, 10:30", ""], 4),
        (["", "Customers", '"all, of 2024"'], 3),
        # Programs fill up the lines with delimiters.
        (["Customers,,", "printed,2024-02-01,", ",,"], 3),
        (["sep=,", "Customers of 2024"], 2),
    ],
)
def test_lines_above_the_header_are_counted(above: list[str], skip: int) -> None:
    lines = [*above, "id,name,mail", *(",".join(row) for row in PEOPLE)]
    found = read(lines)
    assert (found.skip, found.skip_rows, found.names, found.header) == (
        skip,
        skip,
        ("id", "name", "mail"),
        True,
    )


def test_a_line_for_excel_names_the_delimiter_and_needs_no_setting() -> None:
    found = read(["sep=;", "id;sum", "1;2,50", "2;13,10"])
    assert (found.delimiter, found.names, found.skip, found.skip_rows) == (";", ("id", "sum"), 1, 0)


def test_first_rows_with_gaps_are_not_above_a_header() -> None:
    found = read(
        ["id,name,mail,town,fax", "7,,,,", "8,,,,", *(",".join([*row, "Ulm", "1"]) for row in PEOPLE)]
    )
    assert (found.skip, found.names[:2]) == (0, ("id", "name"))


def test_a_delimiter_at_the_end_of_rows_is_no_column() -> None:
    found = read(["id,name,mail", *(",".join([*row, ""]) for row in PEOPLE)])
    assert (found.names, found.ends_in_delimiter) == (("id", "name", "mail"), True)
    # An empty last column is a column.
    found = read(["id,name,fax", "1,Ann,", "2,Bo,", "3,Cy,"])
    assert (found.names, found.ends_in_delimiter) == (("id", "name", "fax"), False)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["Customers of 2024", *(",".join(row) for row in PEOPLE)], "no header below"),
        (["id,name", "1,Ann,x", "2,Bo,", "3,Cy,y"], "rows have 3 columns and its header 2"),
        (["Dear all, as we said in the meeting of last week,", "here is what you asked for. Best,", "A."] * 3,
         "does not look like a table"),
        (["id   name      city", "1    Ann Lee   Leeds", "2    Bo Ek     Lund"], "fixed width"),
    ],
)  # fmt: skip
def test_what_spark_cannot_read_is_refused_with_what_to_do(lines: list[str], message: str) -> None:
    with pytest.raises(SourceError, match=rf"people\.csv: .*{message}"):
        read(lines)
