"""Samples of a delivery's rows, and counts over all its rows, by DuckDB."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cdi_spark.discovery.read.columns import DISTINCT, Column, Kind, collect_columns
from cdi_spark.discovery.read.columns import Path as FieldPath
from cdi_spark.discovery.read.deliveries import Delivery, open_bytes
from cdi_spark.discovery.read.forms import AS_WRITTEN, Form
from cdi_spark.discovery.read.tables import Table, refuse_records_by_id, refuse_twins
from cdi_spark.errors import SourceError
from cdi_spark.sql_text import literal, quote

SAMPLE_ROWS = 50_000
# Bytes of one JSON object, which DuckDB reads as a whole.
LARGEST_OBJECT = 64 << 20


class Samples:
    """The deliveries, opened in one DuckDB; a relation is SQL that returns the rows of a delivery."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._con = duckdb.connect()
        self._con.execute("SET memory_limit = '2GB'")
        self._con.execute("SET preserve_insertion_order = false")
        self._con.execute(f"SET temp_directory = {literal(str(folder), 'duckdb')}")
        self._relations: dict[Delivery, str] = {}
        self._explodes: dict[Delivery, FieldPath] = {}

    def read_table(self, delivery: Delivery) -> Table:
        """Sample a delivery.

        Raises:
            SourceError: DuckDB cannot read it, or it has no rows.
        """
        try:
            return self._read_table(delivery)
        except (duckdb.Error, ValueError, pa.ArrowInvalid) as fault:
            raise SourceError(
                f"{delivery.where}: cannot be read as {delivery.format} ({type(fault).__name__}). "
                "Check that the file is complete, or convert it to CSV, JSON lines or parquet."
            ) from None

    def count_distinct(self, delivery: Delivery, columns: Sequence[Column]) -> int:
        """The number of distinct combinations of the columns' values, over all rows that have them all."""
        parts = [self._value(delivery, column) for column in columns]
        filled = " and ".join(f"{part} <> ''" for part in parts)
        together = "concat_ws(chr(31), " + ", ".join(parts) + ")"
        return int(
            self._fetch_one(
                f"select count(distinct {together}) from {self._relation(delivery)} where {filled}"
            )
        )

    def measure_agreement(self, delivery: Delivery, key: Column, said: Column) -> float:
        """Of the keys that several rows share, the share whose rows have one value in a column."""
        k, v = self._value(delivery, key), self._value(delivery, said)
        groups = (
            f"select count(distinct nullif(lower({v}), '')) as sayings from {self._relation(delivery)} "
            f"where {k} <> '' group by {k} having count(*) > 1"
        )
        return float(self._fetch_one(f"select coalesce(avg((sayings <= 1)::int), 1) from ({groups})"))

    def count(self, delivery: Delivery, column: Column, expression: Callable[[str], str]) -> int:
        """An aggregate over a column's values, over all rows that have one.

        Args:
            expression: DuckDB SQL of the aggregate, from that of the value.
        """
        value = self._value(delivery, column)
        relation = f"(select {value} as value from {self._relation(delivery)} where {value} <> '')"
        return int(self._fetch_one(f"select {expression('value')} from {relation}"))

    def list_values(self, delivery: Delivery, column: Column) -> Counter[str]:
        """The most frequent values of a column with their frequency."""
        value = self._value(delivery, column)
        return Counter(
            dict(
                self._fetch_all(
                    f"select {value} as value, count(*) as times from {self._relation(delivery)} "
                    f"where {value} <> '' group by value order by times desc, value limit {DISTINCT}"
                )
            )
        )

    def measure_match(
        self,
        ours: tuple[Delivery, Column, Column],
        theirs: tuple[Delivery, Column, Column],
        form: Form = AS_WRITTEN,
    ) -> float:
        """Of the rows of two deliveries that share an id, the share that also share a value.

        Args:
            ours: a delivery, its column of ids and its column of values.
            theirs: the same of the other delivery.
            form: how the ids of both are rewritten before they are compared.
        """
        parts = [
            f"select {form.write(self._value(delivery, key), 'duckdb')} as id, "
            f"lower({self._value(delivery, said)}) as said from {self._relation(delivery)}"
            for delivery, key, said in (ours, theirs)
        ]
        met = (
            f"({parts[0]}) a join ({parts[1]}) b using (id) where id <> '' and a.said <> '' and b.said <> ''"
        )
        return float(self._fetch_one(f"select coalesce(avg((a.said = b.said)::int), 1) from {met}"))

    def _read_table(self, delivery: Delivery) -> Table:
        relation = self._relation(delivery)
        rows = int(self._fetch_one(f"select count(*) from {relation}"))
        if not rows:
            raise SourceError(f"{delivery.where}: has no rows. Give a file with rows.")
        sampled = (
            f"{relation} using sample reservoir({SAMPLE_ROWS} rows) repeatable (1)"
            if rows > SAMPLE_ROWS
            else relation
        )
        if delivery.dialect:
            names = delivery.dialect.names
            landed = [
                dict(zip(names, row, strict=True)) for row in self._fetch_all(f"select * from {sampled}")
            ]
            columns, _ = collect_columns(landed, {})
            return Table(columns, [], rows, landed=list(names))
        text = "to_json(t)" if delivery.format == "parquet" else "json"
        alias = " as t" if delivery.format == "parquet" else ""
        said = self._fetch_all(f"select {text}::varchar from (select * from {sampled}){alias}")
        objects = [json.loads(row[0], parse_int=str, parse_float=str) for row in said]
        if not all(isinstance(o, dict) for o in objects):
            raise SourceError(f"{delivery.where}: is not made of JSON objects. Give one object per record.")
        refuse_records_by_id(objects, delivery)
        kinds = _parquet_kinds(delivery.files[0]) if delivery.format == "parquet" else {}
        columns, arrays = collect_columns(objects, kinds)
        table = Table(columns, arrays, rows, landed=list(dict.fromkeys(name for o in objects for name in o)))
        refuse_twins(table.landed, delivery)
        return table if rows > len(delivery.files) else self._unwrap_array(delivery, table)

    def _unwrap_array(self, delivery: Delivery, table: Table) -> Table:
        """The array of records where the table is one object around it; else the table."""
        holders = [a for a in table.arrays if a.elements > len(delivery.files)]
        if delivery.format != "json" or not holders:
            return table
        main = max(holders, key=lambda a: a.elements)
        self._explodes[delivery] = main.path
        self._relations.pop(delivery)
        rows = int(self._fetch_one(f"select count(*) from {self._relation(delivery)}"))
        return Table(main.columns, main.arrays, rows, explode=main.explode, landed=table.landed)

    def _relation(self, delivery: Delivery) -> str:
        if delivery not in self._relations:
            self._relations[delivery] = self._opened(delivery)
        return self._relations[delivery]

    def _opened(self, delivery: Delivery) -> str:
        files = (
            "["
            + ", ".join(
                literal(str(self._in_utf8(path, delivery.encoding)), "duckdb") for path in delivery.files
            )
            + "]"
        )
        if delivery.format == "parquet":
            blobs = [n for n, kind in _top_types(delivery.files[0]).items() if pa.types.is_binary(kind)]
            left_out = f"exclude ({', '.join(quote(n, 'duckdb') for n in blobs)})" if blobs else ""
            return f"(select * {left_out} from read_parquet({files}, union_by_name=true))"
        if delivery.dialect:
            d = delivery.dialect
            columns = "{" + ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(d.names))) + "}"
            trimmed = ", ".join(f"trim(c{i}, ' \t') as c{i}" for i in range(len(d.names)))
            comment = f", comment={literal(d.comment, 'duckdb')}" if d.comment else ""
            delimiter, quoting, escape = (literal(c, "duckdb") for c in (d.delimiter, d.quote, d.escape))
            return (
                f"(select {trimmed} from read_csv({files}, auto_detect=false, columns={columns}, "
                f"delim={delimiter}, quote={quoting}, escape={escape}, "
                f"header={str(d.header).lower()}, null_padding=true, strict_mode=false, ignore_errors=true, "
                f"parallel=false, max_line_size=16000000{comment}))"
            )
        layout = {"jsonl": "newline_delimited", "json": "auto"}[delivery.format]
        largest = max(1 << 24, min(LARGEST_OBJECT, 2 * max(path.stat().st_size for path in delivery.files)))
        read = f"read_json_objects({files}, format='{layout}', ignore_errors=true, maximum_object_size={largest})"
        if path := self._explodes.get(delivery):
            elements = literal(_json_path(path) + "[*]", "duckdb")
            return f"(select unnest(json_extract(json, {elements})) as json from {read})"
        return f"(select json from {read} where json is not null)"

    def _in_utf8(self, path: Path, encoding: str) -> Path:
        """The file, or a copy in UTF-8 where DuckDB does not read its encoding."""
        if encoding == "utf-8" and path.suffix != ".bz2":
            return path
        copy = Path(tempfile.mkdtemp(dir=self._folder)) / "copy"
        with (
            TextIOWrapper(open_bytes(path), encoding=encoding, errors="replace", newline="") as old,
            copy.open("w", encoding="utf-8", newline="") as new,
        ):
            while chunk := old.read(1 << 20):
                new.write(chunk)
        return copy

    def _value(self, delivery: Delivery, column: Column) -> str:
        """DuckDB SQL for a column of the delivery as trimmed text; empty for one out of an array."""
        if column.array:
            return "''"
        if column.parts:
            # Empty where a part is, as the rows of such ids are left out.
            values = [f"nullif({self._value(delivery, part)}, '')" for part in column.parts]
            return f"coalesce({' || chr(45) || '.join(values)}, '')"
        if delivery.dialect:
            text = f"c{delivery.dialect.names.index(column.path[0])}"
        elif delivery.format == "parquet":
            text = f"{'.'.join(quote(part, 'duckdb') for part in column.path)}::varchar"
        else:
            text = f"json_extract_string(json, {literal(_json_path(column.path), 'duckdb')})"
        if column.is_fractional or column.kind == "fraction":
            text = f"regexp_replace({text}, '[.]0$', '')"
        return f"coalesce(trim({text}), '')"

    def _fetch_one(self, query: str) -> Any:
        return self._fetch_all(query)[0][0]

    def _fetch_all(self, query: str) -> list[tuple[Any, ...]]:
        return list(self._con.execute(query).fetchall())


@contextmanager
def open_samples() -> Iterator[Samples]:
    """Samples, whose temporary files are deleted at the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        yield Samples(Path(folder))


def _json_path(path: FieldPath) -> str:
    return "$" + "".join(f".{json.dumps(name, ensure_ascii=False)}" for name in path)


def _top_types(path: Path) -> dict[str, pa.DataType]:
    return {f.name: f.type for f in pq.read_schema(path)}


def _parquet_kinds(path: Path) -> dict[FieldPath, Kind]:
    """Types of the fields that are not text, by path; elements of a list go by the list's path."""
    kinds: dict[FieldPath, Kind] = {}
    physical = pq.ParquetFile(path).schema
    leaves = [physical.column(i) for i in range(len(physical.names))]
    nanos = {
        tuple(part for part in leaf.path.split(".") if part not in ("list", "element", "item", "array"))
        for leaf in leaves
        if "nanoseconds" in str(leaf.logical_type)
    }

    def walk(place: FieldPath, kind: pa.DataType) -> None:
        if pa.types.is_struct(kind):
            for i in range(kind.num_fields):
                walk((*place, kind.field(i).name), kind.field(i).type)
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
            walk(place, kind.value_type)
        elif pa.types.is_timestamp(kind):
            kinds[place] = "nanos" if place in nanos else "timestamp"
        elif pa.types.is_time(kind):
            raise SourceError(
                f"{path}: {'.'.join(place)} is a time of day, which Spark 4.0 does not read. "
                "Write the file without this column."
            )
        elif pa.types.is_date(kind):
            kinds[place] = "date"
        elif pa.types.is_boolean(kind):
            kinds[place] = "boolean"
        elif pa.types.is_floating(kind):
            kinds[place] = "fraction"
        elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
            kinds[place] = "number"

    for name, kind in _top_types(path).items():
        walk((name,), kind)
    return kinds
