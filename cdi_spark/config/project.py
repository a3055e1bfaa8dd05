"""project.yml, and a conf folder as a whole."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import Field

from cdi_spark.config.customers import STATES, Segment, State
from cdi_spark.config.linkage import Linkage
from cdi_spark.config.sources import Emit, Quality, Source
from cdi_spark.config.strict import Strict
from cdi_spark.config.survivorship import Survivorship


class Log(Strict):
    """How a run tells what it does, on stderr: one line a stage, notice or failure."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class ProjectFile(Strict):
    """project.yml. `warehouse` is a URI, or a path from the conf folder; `catalog` and `prefix` name tables.

    `reporting_currency` (ISO 4217) is what amounts of all currencies are told in too; without it they are not.
    `as_of` is the day on which states and measures are told; by default the day of the run (UTC). `states`: the
    first whose expression holds is the customer's; of `segments` a customer is in all whose expression holds.
    `orders_are_invoiced`: an order is invoiced too, so that a customer's purchases are its orders, or its invoices if
    it has none; where it is false orders and invoices are different sales, and purchases are both.
    `profile` is how Spark is set where it is started here: for tiny (some megabytes), small (up to some hundred) or
    large data; `auto` goes by the bytes of sources and tables. `spark` has further settings, which win.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str = ""
    default_country: str = Field(default="GB", pattern=r"^[A-Z]{2}$")
    warehouse: str | None = None
    catalog: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    prefix: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    log: Log = Log()
    vars: dict[str, str | None] = {}
    linkage: Linkage = Linkage()
    reporting_currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    as_of: date | None = None
    states: list[State] = Field(default=STATES, min_length=1)
    segments: list[Segment] = []
    orders_are_invoiced: bool = True
    profile: Literal["auto", "tiny", "small", "large"] = "auto"
    spark: dict[str, str] = {}


class Project(Strict):
    """Everything the conf folder says, checked."""

    folder: Path
    file: ProjectFile
    sources: list[Source]
    quality: dict[str, Quality]
    survivorship: Survivorship

    @property
    def warehouse(self) -> str | None:
        """Where project.yml says that the tables lie; a path there begins at the conf folder."""
        return self._located(self.file.warehouse)

    @property
    def labels(self) -> str | None:
        """Where project.yml says that known people lie, for training; a path there begins at the conf folder."""
        return self._located(self.file.linkage.labels)

    @property
    def emits(self) -> dict[str, list[tuple[Source, Emit]]]:
        """By silver table, what sources emit for it."""
        found: dict[str, list[tuple[Source, Emit]]] = {}
        for source in self.sources:
            for emit in source.emits:
                found.setdefault(f"silver.{emit.table}", []).append((source, emit))
        return found

    def _located(self, place: str | None) -> str | None:
        return place if place is None or "://" in place else str(self.folder / place)

    @cached_property
    def person_model(self) -> Traversable:
        """The project's own person model where it has one, else the packaged one."""
        own = self.folder / "person.yml"
        return own if own.exists() else packaged_person_model()


def packaged_person_model() -> Traversable:
    """The person model that comes with the package."""
    # Not by __file__: under --py-files the package is read from inside a wheel.
    return files("cdi_spark") / "linkage" / "model" / "person.yml"
