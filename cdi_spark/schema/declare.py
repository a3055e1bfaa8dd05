"""The classes that declare tables, and columns that many tables have. Types are text, so that conf is checked without
importing Spark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pyspark.sql import types as T

Pii = Literal["none", "pseudonym", "quasi-identifier", "identifier"]
# How closely a column identifies a person, from not at all to directly. Only columns of "none" may appear in a table's
# log.
PII: dict[Pii, str] = {
    "none": "does not identify a person",
    "pseudonym": "identifies one person, or one thing of theirs, but only together with other tables or the source",
    "quasi-identifier": "narrows down who a person is; several of them together can identify a person",
    "identifier": "identifies one person, or is free text or a whole row that may name one",
}

STRING = "string"
DATE = "date"
TIMESTAMP = "timestamp"
LONG = "bigint"
INT = "int"
DOUBLE = "double"
BOOLEAN = "boolean"
# Three digits after the point: the smallest unit of some currencies (KWD, TND) needs them.
MONEY = "decimal(18,3)"
FACTOR = "decimal(28,18)"
STRINGS = "array<string>"
DOUBLES = "array<double>"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        type: as Spark writes it (simpleString).
        comment: what it holds.
        pii: how closely it identifies a person.
        is_word: its values are fixed words, stored in lower case with underscores.
        default: the value where a source gives none.
    """

    name: str
    type: str
    comment: str
    pii: Pii = "none"
    is_word: bool = False
    default: str = ""


@dataclass(frozen=True)
class Schema:
    """A group of tables, and the team that is responsible for their meaning and for who may read them."""

    comment: str
    owner: str


SCHEMAS = {
    "bronze": Schema("Every row as it landed; append-only", "data platform"),
    "silver": Schema("Records and events: mapped, standardised and checked", "data stewardship"),
    "linkage": Schema("How records are compared, and which pairs may be the same person", "data science"),
    "entities": Schema("Which records belong to one customer, under a lasting id", "data stewardship"),
    "gold": Schema("Customers and what they did, for analysts", "analytics"),
    "ops": Schema("Runs, checks and releases", "data platform"),
}


@dataclass(frozen=True)
class Table:
    """One table or view.

    Attributes:
        name: schema.table.
        key: the columns that identify a row.
        view: of a view, SQL over other tables by their declared names; it returns the columns in order. A table that
            was never written has no rows. Empty for a table.
    """

    name: str
    comment: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    view: str = ""

    @property
    def short(self) -> str:
        """The name without its schema."""
        return self.name.split(".")[1]

    @property
    def owner(self) -> str:
        """The team that is responsible for the table: that of its schema."""
        return SCHEMAS[self.name.split(".")[0]].owner

    @property
    def schema(self) -> T.StructType:
        """The Spark schema, with comments; every column may be null."""
        from pyspark.sql import types as T

        return T.StructType(
            [T.StructField(c.name, spark_type(c.type), True, {"comment": c.comment}) for c in self.columns]
        )

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [c.name for c in self.columns]


def spark_type(text: str) -> T.DataType:
    """Return a column's type as a Spark type; Spark's own parser needs a session."""
    from pyspark.sql import types as T

    head, _, inside = text.removesuffix(">").partition("<")
    if head == "array":
        return T.ArrayType(spark_type(inside))
    if head == "map":
        key, _, value = inside.partition(",")
        return T.MapType(spark_type(key), spark_type(value))
    if head == "struct":
        fields = (field.partition(":") for field in inside.split(","))
        return T.StructType([T.StructField(name, spark_type(kind)) for name, _, kind in fields])
    if head.startswith("decimal"):
        return T.DecimalType(*map(int, head.removeprefix("decimal(").removesuffix(")").split(",")))
    plain = (
        T.StringType(), T.DateType(), T.TimestampType(), T.LongType(), T.IntegerType(), T.ByteType(),
        T.DoubleType(), T.BooleanType(),
    )  # fmt: skip
    return {kind.simpleString(): kind for kind in plain}[head]


RECORD_ID = Column("record_id", STRING, "<source>:<key> of the person record", "identifier")
RUN_ID = Column("run_id", STRING, "run that wrote the row")
RECORDED_BY = (
    Column(
        "system_user", STRING, "user of the operating system, or of Databricks, whose process wrote the row"
    ),
    Column("host", STRING, "machine on which that process ran"),
)
AMOUNT = Column("amount", MONEY, "money, in `currency`")
CURRENCY = Column("currency", STRING, "ISO 4217 code")
STATUS = Column("status", STRING, "status, as the source gives it")
IS_VOID = Column(
    "is_void",
    BOOLEAN,
    "true where the source cancelled it, so that no sum or count includes it; null is false",
)
# Without a secret key: anyone who has a row can check whether another row is the same.
CONTENT_HASH = Column("content_hash", STRING, "hash of the row's content", "pseudonym")
ENTITY_ID = Column("entity_id", STRING, "lasting id of the customer", "pseudonym")
