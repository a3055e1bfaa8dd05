"""sources/*.yml and quality/*.yml: what lands, which rows it emits, and which rules these must pass."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from cdi_spark.config.strict import Strict


class Emit(Strict):
    """What one landed row contributes to one silver table.

    `columns` maps the table's columns to SQL over the landed row; `explode` names an array whose
    elements are visible as `item`, counted from 1 by `item_no`; `person` is the key of the person the
    row is about (default: the source's own key), in this source or in `person_source`.
    """

    table: str
    key: str | None = None
    person: str | None = None
    person_source: str | None = None
    explode: str | None = None
    where: str | None = None
    per_key: Literal["latest", "merge"] = "latest"
    columns: dict[str, str]

    def expressions(self) -> dict[str, str]:
        named = {"key": self.key, "person": self.person, "explode": self.explode, "where": self.where}
        return {k: v for k, v in named.items() if v is not None} | self.columns


class Source(Strict):
    """One raw source: where it is, how its rows are read, and what each row emits."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str = ""
    owner: str = ""
    purpose: str = ""
    consumers: list[str] = []
    path: str
    format: Literal["csv", "json", "jsonl", "parquet"]
    options: dict[str, str] = {}
    key: str
    updated_at: str | None = None
    order_by: str | None = None
    deleted: str | None = None
    trust: int = Field(default=9, ge=1)
    load: Literal["snapshot", "changes"] = "snapshot"
    allow_empty: bool = False
    emits: list[Emit] = Field(min_length=1)

    @field_validator("name")
    @classmethod
    def _is_no_steward(cls, name: str) -> str:
        if name == "steward":
            raise ValueError(
                "steward is the name in gold.attribute for values that stewards set; choose another."
            )
        return name

    def expressions(self) -> dict[str, str]:
        named = {
            "key": self.key,
            "updated_at": self.updated_at,
            "order_by": self.order_by,
            "deleted": self.deleted,
        }
        return {k: v for k, v in named.items() if v is not None}


class Expectation(Strict):
    """One Great Expectations expectation of a table, by class name and its arguments."""

    expectation: str
    column: str | None = None
    arguments: dict[str, Any] = {}


class Quality(Strict):
    """Row rules (name to SQL that must be true) and expectations of one table."""

    table: str
    rules: dict[str, str] = {}
    expectations: list[Expectation] = []
