"""Rows of CSV are counted by line ends and quotes, however a file is split."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.connectors.files.csv_counts import Count, Marks

COMMAS = Marks(b",", b'"', b'"')


def count(text: str, marks: Marks = COMMAS, *, splits: tuple[int, ...] = ()) -> int:
    """Count the rows of a text whose lines are read in parts."""
    lines = [line.encode() for line in text.removesuffix("\n").split("\n")]
    rows, quoted = 0, False
    for start, end in zip((0, *splits), (*splits, len(lines)), strict=True):
        part = Count(quoted=quoted)
        part.add(pa.array(lines[start:end], pa.binary()), marks)
        rows, quoted = rows + part.rows, part.quoted
    return rows + quoted


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,name\n1,a\n2,b", 3),
        ('id,name\n1,"a\nb"\n2,b\n', 3),
        ("id\n\n  \n\t\n1\r\n2\r\n", 3),
        ('1,"a""b"\n2,"x" y,3\n3,"x"y,4\n4,5" pipe,z\n', 4),
        ('1,"open\n2,x\n3,y\n', 1),
        ('1,"a" , "b\nc"\n2,d,e', 2),
        ('"a"\x00,1\n\x002,b\n', 2),
        (",,\n,,\n", 2),
    ],
)
def test_rows_end_where_no_quote_is_open(text: str, rows: int) -> None:
    assert count(text) == rows


def test_marks_of_other_dialects() -> None:
    assert count("1;'a\nb'\n2;it''s\n", Marks(b";", b"'", b"'")) == 2
    assert count('1|"a \\" b\nc"\n2|"x\\\\"\n', Marks(b"|", b'"', b"\\")) == 2
    assert count('# "note\n1,a\n#2,b\n', Marks(b",", b'"', b'"', b"#")) == 1
    assert count('1||"a\nb"||c\n2||d||e\n', Marks(b"||", b'"', b'"')) == 2
    assert count('1,"a\n2,"b\n', Marks(b",", b"", b"")) == 2


@given(
    st.lists(st.lists(st.text('ab, "\r\n\t', max_size=6), min_size=2, max_size=3), max_size=8),
    st.integers(0, 30),
)
def test_what_a_writer_wrote_is_counted_however_it_is_split(rows: list[list[str]], split: int) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    lines = out.getvalue().count("\n")
    assert count(out.getvalue()) == len(rows)
    assert count(out.getvalue(), splits=(min(split, lines),)) == len(rows)
