"""sources/*.yml and quality/*.yml: what lands, which rows it emits, and which rules these must pass."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from cdi_spark.config.limits import Limits
from cdi_spark.config.strict import Strict


class Emit(Strict):
    """One silver table that a landed row emits rows of."""

    table: str
    """silver table, without its schema: person, order, …"""
    key: str | None = None
    """SQL for the key of the emitted row; empty: the source's key"""
    person: str | None = None
    """SQL for the key of the person that the row is about; empty: the source's own key"""
    person_source: str | None = None
    """source of that person; empty: this source"""
    explode: str | None = None
    """array of the landed row; each element is `item`, counted from 1 by `item_no`"""
    where: str | None = None
    """SQL that must hold of a landed row for it to emit"""
    per_key: Literal["latest", "merge"] = "latest"
    """the newest row of a key counts, or all rows of a key are merged into one record"""
    columns: dict[str, str]
    """by column of the table, SQL over the landed row"""

    def expressions(self) -> dict[str, str]:
        named = {"key": self.key, "person": self.person, "explode": self.explode, "where": self.where}
        return {k: v for k, v in named.items() if v is not None} | self.columns


class Source(Strict):
    """One raw source: where it is, how its rows are read, and what each row emits."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """name of the source, in small letters; record ids begin with it"""
    description: str = ""
    """what the source holds"""
    owner: str = ""
    """team that answers for the source"""
    purpose: str = ""
    """why the data is processed"""
    consumers: list[str] = []
    """who uses the data"""
    path: str
    """path or glob of its files, with `{variables}`; or `package:NAME/FILE`; no symbolic link may lead out of its part
    before the first wildcard"""
    format: Literal["csv", "json", "jsonl", "parquet"]
    """file format"""
    options: dict[str, str] = {}
    """options of Spark's reader, such as encoding or delimiter; of those of JSON, encoding alone has an effect"""
    skip_rows: int = Field(default=0, ge=0, le=50)
    """lines of each CSV file above its header, which are no rows; a line `sep=;` is skipped without it"""
    key: str
    """SQL for the key of a landed row"""
    updated_at: str | None = None
    """SQL for the time of the row's last change"""
    order_by: str | None = None
    """SQL that orders versions of one key if `updated_at` does not"""
    deleted: str | None = None
    """SQL that holds if the source deleted the row"""
    trust: int = Field(default=9, ge=1)
    """rank of the source in survivorship; 1 is most trusted"""
    load: Literal["snapshot", "changes"] = "snapshot"
    """`snapshot`: all files together are the whole, missing rows are deleted; `changes`: files have changes"""
    allow_empty: bool = False
    """whether a snapshot may be without rows, which deletes all its records"""
    largest_drop: float = Field(default=0.5, ge=0, le=1)
    """share of its rows that a snapshot may lose from one delivery to the next; more ends the run"""
    limits: Limits = Limits()
    """what a file may hold"""
    emits: list[Emit] = Field(min_length=1)
    """the silver tables that each landed row fills"""

    @field_validator("name")
    @classmethod
    def _is_no_steward(cls, name: str) -> str:
        if name == "steward":
            raise ValueError(
                "steward is the name in gold.attribute for values that stewards set; choose another."
            )
        return name

    @model_validator(mode="after")
    def _skips_lines_of_csv(self) -> Source:
        if self.skip_rows and self.format != "csv":
            raise ValueError(f"skip_rows is for CSV, not for {self.format}; remove it.")
        return self

    def expressions(self) -> dict[str, str]:
        named = {
            "key": self.key,
            "updated_at": self.updated_at,
            "order_by": self.order_by,
            "deleted": self.deleted,
        }
        return {k: v for k, v in named.items() if v is not None}


class Expectation(Strict):
    """One expectation of Great Expectations about a table."""

    expectation: str
    """class name, such as ExpectColumnValuesToBeInSet"""
    column: str | None = None
    """column that it is about"""
    arguments: dict[str, Any] = {}
    """its further arguments"""


class Quality(Strict):
    """Row rules and expectations of one table."""

    table: str
    """table with its schema, such as silver.order"""
    rules: dict[str, str] = {}
    """by name, SQL that must be true of a row, else the row is quarantined; null is not true"""
    expectations: list[Expectation] = []
    """what must hold of the whole table, else the run ends"""
