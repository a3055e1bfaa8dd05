"""What the first lines of a CSV file say, and how rows at the start of files are dropped; needs no Spark."""

from __future__ import annotations

import pyarrow as pa
import pytest

from cdi_spark.config import Emit, Source
from cdi_spark.connectors.files.csv_counts import Marks
from cdi_spark.connectors.files.csv_heads import Head, drop_task, has_extra_delimiter, read_head

MARKS = Marks(b";", b'"', b'"')


def test_blank_lines_above_the_header_are_lines_but_no_rows() -> None:
    lines = [b"Kunden\r", b"\r", b"\xef\xbb\xbf;;\r", b"id;Tel;tel;\r", b"1;2;3;4\r"]
    assert read_head(lines, MARKS, skip=3, encoding="utf-8", has_header=True) == Head(
        2, ("id", "Tel1", "tel2", "_c3")
    )


def test_a_header_is_read_in_the_encoding_of_the_file() -> None:
    lines = ["Lista".encode("cp1250"), "id;imię".encode("cp1250")]
    assert read_head(lines, MARKS, skip=1, encoding="windows-1250", has_header=True).names == ("id", "imię")
    lines = ["목록".encode("cp949"), "번호;이름".encode("cp949")]
    assert read_head(lines, MARKS, skip=1, encoding="x-windows-949", has_header=True).names == (
        "번호",
        "이름",
    )


def test_a_file_of_only_lines_above_its_header_has_no_columns() -> None:
    assert read_head([b"Kunden"], MARKS, skip=3, encoding="utf-8", has_header=True) == Head(1)


def test_rows_end_in_a_delimiter_only_where_most_have_an_empty_cell_more() -> None:
    header = ["id", "name"]
    assert has_extra_delimiter(header, [["1", "a", ""], ["2", "b", " "], ["3", "c"]])
    assert not has_extra_delimiter(header, [["1", ""], ["2", ""]])
    assert not has_extra_delimiter(header, [["1", "a", ""], ["2", "b", "x"]])
    assert not has_extra_delimiter(header, [])


def test_the_first_rows_of_every_file_are_dropped_wherever_batches_end() -> None:
    rows = [(n, file, start) for file, start, count in (("a", 0, 5), ("b", 0, 2), ("c", 64, 3), ("d", 0, 4))
            for n in range(count)]  # fmt: skip
    wanted = [("a", 3), ("a", 4), ("c", 0), ("c", 1), ("c", 2), ("d", 3)]
    for size in (1, 2, 3, 7, 100):
        batches = [
            pa.RecordBatch.from_pydict(
                {
                    name: [row[place] for row in rows[at : at + size]]
                    for place, name in enumerate(("n", "f", "s"))
                }
            )
            for at in range(0, len(rows), size)
        ]
        kept = [row for batch in drop_task(3)(batches) for row in batch.to_pylist()]
        assert [(row["f"], row["n"]) for row in kept] == wanted


def test_lines_are_skipped_only_of_csv() -> None:
    emits = [Emit(table="person", columns={})]
    with pytest.raises(ValueError, match="skip_rows is for CSV"):
        Source(name="a", path="a", format="json", key="id", skip_rows=1, emits=emits)
