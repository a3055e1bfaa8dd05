"""Samples of a delivery's rows, and counts over all its rows, by DuckDB."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cdi_spark.connectors.files.json_values import JsonReader
from cdi_spark.discovery.read.columns import DISTINCT, LONGEST_VALUE, Column, Kind, collect_columns
from cdi_spark.discovery.read.columns import Path as FieldPath
from cdi_spark.discovery.read.deliveries import Delivery, list_single
from cdi_spark.discovery.read.forms import AS_WRITTEN, Form
from cdi_spark.discovery.read.relations import top_types, write_json_path, write_relation
from cdi_spark.discovery.read.tables import Table, find_spellings, refuse_records_by_id, spell_alike
from cdi_spark.errors import SourceError
from cdi_spark.private_database import open_database
from cdi_spark.sql_text import literal, quote

SAMPLE_ROWS = 50_000


class Samples:
    """The deliveries, opened in one DuckDB; a relation is SQL that returns the rows of a delivery."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._con = connection
        self._folder = folder
        self._relations: dict[Delivery, str] = {}
        self._explodes: dict[Delivery, FieldPath] = {}
        # By file, the spellings of names of fields that differ by capitals.
        self._spellings: dict[Path, dict[str, list[str]]] = {}
        self._copies: dict[Path, Path] = {}
        # Tables of the distinct values of columns, since each is asked for many times.
        self._distinct: dict[tuple[Delivery, Column], str] = {}

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
        """The number of distinct combinations of the columns' values, over all rows that have them all.

        A combination counts once per file, since later files have later versions of a row.
        """
        files = [delivery] if delivery in self._explodes else list_single(delivery)
        counts = []
        for one in files:
            parts = [self._value(one, column) for column in columns]
            filled = " and ".join(f"{part} <> ''" for part in parts)
            together = "concat_ws(chr(31), " + ", ".join(parts) + ")"
            counts.append(f"select count(distinct {together}) as n from {self._relation(one)} where {filled}")
        return int(self._fetch_one(f"select sum(n) from ({' union all '.join(counts)})"))

    def measure_agreement(self, delivery: Delivery, key: Column, said: Column) -> float:
        """Of the keys that several rows share, the share whose rows have one value in a column."""
        k, v = self._value(delivery, key), self._value(delivery, said)
        groups = (
            f"select count(distinct nullif(lower({v}), '')) as sayings from {self._relation(delivery)} "
            f"where {k} <> '' group by {k} having count(*) > 1"
        )
        return float(self._fetch_one(f"select coalesce(avg((sayings <= 1)::int), 1) from ({groups})"))

    def measure_repeated(
        self, deliveries: Sequence[Delivery], key: Sequence[Column], said: Column
    ) -> tuple[int, float]:
        """How many keys are in several deliveries, and the share of their rows that say the same in a column.

        Args:
            deliveries: the same columns in each; of rows with one key in a delivery, one is compared.
        """
        parts = []
        for number, one in enumerate(deliveries):
            keys = [self._value(one, column) for column in key]
            filled = " and ".join(f"{part} <> ''" for part in keys)
            parts.append(
                f"select concat_ws(chr(31), {', '.join(keys)}) as k, {number} as file, "
                f"min(lower({self._value(one, said)})) as v from {self._relation(one)} where {filled} group by k"
            )
        # A key that n deliveries have agrees in all, in some or in none of the n - 1 after the first.
        counts = (
            f"select k, v, count(*) as times from ({' union all '.join(parts)}) where v <> '' group by k, v"
        )
        keys_ = (
            f"select max(times) as most, sum(times) as files from ({counts}) group by k having sum(times) > 1"
        )
        [(count, share)] = self._fetch_all(
            f"select count(*), coalesce(avg((most - 1) / (files - 1)), 1) from ({keys_})"
        )
        return int(count), float(share)

    def count(self, delivery: Delivery, column: Column, expression: Callable[[str], str]) -> int:
        """An aggregate over the distinct values of a column, written as DuckDB SQL from that of a value."""
        return int(
            self._fetch_one(f"select {expression('value')} from {self._distinct_values(delivery, column)}")
        )

    def count_found(self, delivery: Delivery, column: Column, form: Form, values: Collection[str]) -> int:
        """How many of some values a column has, over all rows.

        Args:
            form: how the values of the column are rewritten before they are compared.
        """
        table = self._distinct_values(delivery, column)
        query = f"select count(distinct value) from (select {form.write('value', 'duckdb')} as value from {table}) "
        found = self._con.execute(query + "where value in (select unnest($1::varchar[]))", [list(values)])
        [(count,)] = found.fetchall()
        return int(count)

    def list_values(self, delivery: Delivery, column: Column) -> Counter[str]:
        """The most frequent values of a column with their frequency."""
        value = self._value(delivery, column)
        return Counter(
            dict(
                self._fetch_all(
                    f"select left({value}, {LONGEST_VALUE}) as value, count(*) as times "
                    f"from {self._relation(delivery)} where {value} <> '' "
                    f"group by all order by times desc, value limit {DISTINCT}"
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
        if not all(row[0].startswith("{") for row in said):
            raise SourceError(f"{delivery.where}: is not made of JSON objects. Give one object per record.")
        reader = JsonReader()
        # Of a row that ingest quarantines as a whole, there are no columns.
        objects = [value.fields for row in said for value in reader.rows(row[0]) if value.fields is not None]
        refuse_records_by_id(objects, delivery)
        if spellings := find_spellings(objects):
            self._spellings |= dict.fromkeys(delivery.files, spellings)
            objects = [spell_alike(one, spellings) for one in objects]
        kinds = _parquet_kinds(delivery.files[0]) if delivery.format == "parquet" else {}
        columns, arrays = collect_columns(objects, kinds)
        table = Table(columns, arrays, rows, landed=list(dict.fromkeys(name for o in objects for name in o)))
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
        # The elements are the rows now.
        columns = [replace(column, array="", array_base="") for column in main.columns]
        return Table(columns, main.arrays, rows, explode=main.explode, landed=table.landed)

    def _distinct_values(self, delivery: Delivery, column: Column) -> str:
        """The name of a table of the column's distinct values."""
        place = (delivery, column)
        if place not in self._distinct:
            value, name = self._value(delivery, column), f"distinct_{len(self._distinct)}"
            self._con.execute(
                f"create temp table {name} as select distinct {value} as value from {self._relation(delivery)} "
                f"where {value} <> ''"
            )
            self._distinct[place] = name
        return self._distinct[place]

    def _relation(self, delivery: Delivery) -> str:
        if delivery not in self._relations:
            self._relations[delivery] = write_relation(
                delivery, self._folder, self._copies, explode=self._explodes.get(delivery)
            )
        return self._relations[delivery]

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
            first, *rest = column.path
            spelled = self._spellings.get(delivery.files[0], {}).get(first.lower(), [first])
            found = (literal(write_json_path((name, *rest)), "duckdb") for name in spelled)
            text = f"coalesce({', '.join(f'json_extract_string(json, {path})' for path in found)})"
        if column.is_fractional or column.kind == "fraction":
            text = f"regexp_replace({text}, '[.]0$', '')"
        return f"coalesce(trim({text}), '')"

    def _fetch_one(self, query: str) -> Any:
        return self._fetch_all(query)[0][0]

    def _fetch_all(self, query: str) -> list[tuple[Any, ...]]:
        return list(self._con.execute(query).fetchall())


@contextmanager
def open_samples(files: Iterable[Path]) -> Iterator[Samples]:
    """Samples of some files, whose temporary files are deleted at the end of the block."""
    settings = {"memory_limit": "2GB", "preserve_insertion_order": "false"}
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(settings, files=files, folder=Path(folder)) as connection,
    ):
        yield Samples(connection, Path(folder))


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

    for name, kind in top_types(path).items():
        walk((name,), kind)
    return kinds
