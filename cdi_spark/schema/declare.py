"""What a table is, and the columns that many have. Types are text: conf is checked without importing Spark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pyspark.sql import types as T

Pii = Literal["none", "pseudonym", "quasi-identifier", "identifier"]
# How near a column comes to a person, from far to near; only what is "none" may show up in a table's log.
PII: dict[Pii, str] = {
    "none": "tells nothing about who somebody is",
    "pseudonym": "stands for one person, or for one thing of theirs; only other tables or the source tell who",
    "quasi-identifier": "narrows down who it is; several of them together may single a person out",
    "identifier": "points to one person, or is text or a whole row that may name one",
}

STRING = "string"
DATE = "date"
TIMESTAMP = "timestamp"
LONG = "bigint"
INT = "int"
DOUBLE = "double"
BOOLEAN = "boolean"
# Three digits after the point, for that is what the smallest unit of some currencies takes (KWD, TND).
MONEY = "decimal(18,3)"
FACTOR = "decimal(28,18)"
STRINGS = "array<string>"
DOUBLES = "array<double>"


@dataclass(frozen=True)
class Column:
    """One column: name, type in Spark's own spelling (simpleString), what it holds, how near it comes to a person.

    Attributes:
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
    """A group of tables: what they hold, and who answers for what they mean and who may read them."""

    comment: str
    owner: str


SCHEMAS = {
    "bronze": Schema("Every row as it landed, append-only: the history", "data platform"),
    "silver": Schema("Records and events, mapped, standardised and checked", "data stewardship"),
    "linkage": Schema("How records are compared, and which may be the same person", "data science"),
    "entities": Schema("Which records are one customer, under an id that lasts", "data stewardship"),
    "gold": Schema("One row per customer, and what customers did, for analysts", "analytics"),
    "ops": Schema("What was run, checked and released", "data platform"),
}


@dataclass(frozen=True)
class Table:
    """One table, in full: `name` is schema.table, `key` what makes a row one of its kind.

    A view has no rows of its own: `view` is SQL over other tables, by their names here. It gives the columns in
    order; of a table that was never written it sees no rows.
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
        """The team that answers for the table: its schema's."""
        return SCHEMAS[self.name.split(".")[0]].owner

    @property
    def schema(self) -> T.StructType:
        """The table's Spark schema, comments included; every column may be null."""
        from pyspark.sql import types as T

        return T.StructType(
            [T.StructField(c.name, spark_type(c.type), True, {"comment": c.comment}) for c in self.columns]
        )

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [c.name for c in self.columns]


def spark_type(text: str) -> T.DataType:
    """A column's type as Spark's; Spark's own parser of such text would want a session."""
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
AMOUNT = Column("amount", MONEY, "money, in `currency`")
CURRENCY = Column("currency", STRING, "ISO 4217 code")
STATUS = Column("status", STRING, "status as the source says it")
IS_VOID = Column("is_void", BOOLEAN, "the source took it back, and it counts for nothing; null: it counts")
# Unkeyed: who has a row can check whether this one is the same.
CONTENT_HASH = Column("content_hash", STRING, "hash of all that the row says", "pseudonym")
ENTITY_ID = Column("entity_id", STRING, "lasting id of the customer", "pseudonym")
