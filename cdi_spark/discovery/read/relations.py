"""DuckDB SQL that returns the rows of a delivery, each file read as it is written."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cdi_spark.discovery.read.columns import Path as FieldPath
from cdi_spark.discovery.read.deliveries import Delivery
from cdi_spark.discovery.read.dialects import Dialect
from cdi_spark.discovery.read.files import RawFile, open_bytes
from cdi_spark.sql_text import literal, quote

# Bytes of one JSON object, which DuckDB reads as a whole.
LARGEST_OBJECT = 64 << 20


def write_relation(
    delivery: Delivery, folder: Path, copies: dict[Path, Path], *, explode: FieldPath | None = None
) -> str:
    """SQL in parentheses: CSV has the columns c0, c1, … of the delivery's dialect, JSON one column json.

    Args:
        folder: a temporary folder for copies in UTF-8.
        copies: the copy of each file that has one already; new ones are added.
        explode: the array in a JSON file whose elements are the rows.
    """
    if delivery.format == "parquet":
        return _write_parquet(delivery)
    if delivery.dialect:
        alike: defaultdict[Dialect, list[RawFile]] = defaultdict(list)
        for one in delivery.raw:
            assert one.dialect is not None
            alike[one.dialect].append(one)
        parts = [_write_csv(files, delivery.dialect, folder, copies) for files in alike.values()]
        # Rows without any value say nothing of the columns; spreadsheets export them below the data.
        cells = ", ".join(f"c{i}" for i in range(len(delivery.dialect.names)))
        return f"(select * from ({' union all '.join(parts)}) where concat_ws('', {cells}) <> '')"
    return _write_json(delivery, folder, copies, explode)


def write_json_path(path: FieldPath) -> str:
    """DuckDB's path of a field."""
    return "$" + "".join(f".{json.dumps(name, ensure_ascii=False)}" for name in path)


def top_types(path: Path) -> dict[str, pa.DataType]:
    """The types of a parquet file's columns by name."""
    return {f.name: f.type for f in pq.read_schema(path)}


def _write_parquet(delivery: Delivery) -> str:
    files = _write_list(delivery.files)
    types = {name: kind for path in delivery.files for name, kind in top_types(path).items()}
    blobs = [name for name, kind in types.items() if pa.types.is_binary(kind)]
    left_out = f"exclude ({', '.join(quote(n, 'duckdb') for n in blobs)})" if blobs else ""
    return f"(select * {left_out} from read_parquet({files}, union_by_name=true, hive_partitioning=false))"


def _write_csv(files: Sequence[RawFile], whole: Dialect, folder: Path, copies: dict[Path, Path]) -> str:
    """The rows of files with one header; columns that they lack are null."""
    own = files[0].dialect
    assert own is not None
    places = {name.lower(): i for i, name in enumerate(own.names)}
    wanted = ", ".join(
        f"trim(f{places[name.lower()]}, ' \t') as c{i}"
        if name.lower() in places
        else f"null::varchar as c{i}"
        for i, name in enumerate(whole.names)
    )
    columns = (
        "{" + ", ".join(f"'f{i}': 'VARCHAR'" for i in range(len(own.names) + own.ends_in_delimiter)) + "}"
    )
    comment = f", comment={literal(own.comment, 'duckdb')}" if own.comment else ""
    delimiter, quoting, escape = (literal(c, "duckdb") for c in (own.delimiter, own.quote, own.escape))
    paths = _write_list([_in_utf8(one, folder, copies) for one in files])
    return (
        f"select {wanted} from read_csv({paths}, auto_detect=false, columns={columns}, "
        f"delim={delimiter}, quote={quoting}, escape={escape}, hive_partitioning=false, "
        f"header={str(own.header).lower()}, skip={own.skip}, null_padding=true, strict_mode=false, ignore_errors=true, "
        f"parallel=false, max_line_size=16000000{comment})"
    )


def _write_json(delivery: Delivery, folder: Path, copies: dict[Path, Path], explode: FieldPath | None) -> str:
    layout = "auto" if delivery.format == "json" else "newline_delimited"
    if any(one.packed for one in delivery.raw):
        layout = "unstructured"
    files = _write_list([_in_utf8(one, folder, copies) for one in delivery.raw])
    largest = max(1 << 24, min(LARGEST_OBJECT, 2 * max(path.stat().st_size for path in delivery.files)))
    read = f"read_json_objects({files}, format='{layout}', ignore_errors={str(layout != 'unstructured').lower()}, "
    read += f"maximum_object_size={largest}, hive_partitioning=false)"
    if explode:
        elements = literal(write_json_path(explode) + "[*]", "duckdb")
        return f"(select unnest(json_extract(json, {elements})) as json from {read})"
    if delivery.format == "json":
        # Several lists after one another are one list.
        values = "case when json_type(json) = 'ARRAY' then json_extract(json, '$[*]') else [json] end"
        return f"(select unnest({values}) as json from {read} where json is not null)"
    # Blank lines are null.
    return f"(select json from {read} where json is not null and json_type(json) <> 'NULL')"


def _write_list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(literal(str(path), "duckdb") for path in paths) + "]"


def _in_utf8(one: RawFile, folder: Path, copies: dict[Path, Path]) -> Path:
    """The file, or a copy in UTF-8 where DuckDB does not read its encoding."""
    if one.encoding.name == "utf-8" and one.path.suffix != ".bz2":
        return one.path
    if one.path in copies:
        return copies[one.path]
    copy = Path(tempfile.mkdtemp(dir=folder)) / "copy"
    with (
        TextIOWrapper(open_bytes(one.path), encoding=one.encoding.name, errors="replace", newline="") as old,
        copy.open("w", encoding="utf-8", newline="") as new,
    ):
        while chunk := old.read(1 << 20):
            new.write(chunk)
    copies[one.path] = copy
    return copy
