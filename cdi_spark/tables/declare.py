"""What a table is, and the columns that many have."""

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import types as T

Pii = Literal["none", "pseudonym", "quasi-identifier", "identifier"]
# How near a column comes to a person, from far to near; only what is "none" may show up in a table's log.
PII: dict[Pii, str] = {
    "none": "tells nothing about who somebody is",
    "pseudonym": "stands for one person, or for one thing of theirs; only other tables or the source tell who",
    "quasi-identifier": "narrows down who it is; several of them together may single a person out",
    "identifier": "points to one person, or is text or a whole row that may name one",
}

STRING = T.StringType()
DATE = T.DateType()
TIMESTAMP = T.TimestampType()
LONG = T.LongType()
INT = T.IntegerType()
DOUBLE = T.DoubleType()
BOOLEAN = T.BooleanType()
# Three digits after the point, for that is what the smallest unit of some currencies takes (KWD, TND).
MONEY = T.DecimalType(18, 3)
FACTOR = T.DecimalType(28, 18)
STRINGS = T.ArrayType(STRING)
DOUBLES = T.ArrayType(DOUBLE)


@dataclass(frozen=True)
class Column:
    """One column: name, Spark type, what it holds, how near it comes to a person."""

    name: str
    type: T.DataType
    comment: str
    pii: Pii = "none"


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
    def owner(self) -> str:
        """The team that answers for the table: its schema's."""
        return SCHEMAS[self.name.split(".")[0]].owner

    @property
    def schema(self) -> T.StructType:
        """The table's Spark schema, comments included; every column may be null."""
        return T.StructType(
            [T.StructField(c.name, c.type, True, {"comment": c.comment}) for c in self.columns]
        )

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [c.name for c in self.columns]


RECORD_ID = Column("record_id", STRING, "<source>:<key> of the person record", "identifier")
RUN_ID = Column("run_id", STRING, "run that wrote the row")
AMOUNT = Column("amount", MONEY, "money, in `currency`")
CURRENCY = Column("currency", STRING, "ISO 4217 code")
STATUS = Column("status", STRING, "status as the source says it")
IS_VOID = Column("is_void", BOOLEAN, "the source took it back, and it counts for nothing; null: it counts")
# Unkeyed: who has a row can check whether this one is the same.
CONTENT_HASH = Column("content_hash", STRING, "hash of all that the row says", "pseudonym")
ENTITY_ID = Column("entity_id", STRING, "lasting id of the customer", "pseudonym")
