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
    """How a run logs to stderr: one line per stage, notice or failure."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class ProjectFile(Strict):
    """project.yml. `warehouse` is a URI, or a path from the conf folder; `catalog` and `prefix` name tables.

    `reporting_currency` (ISO 4217): amounts of all currencies are also converted to it; by default they are not.
    `as_of` is the day for which states and measures are computed; by default the day of the run (UTC). `states`: a
    customer is in the first whose expression is true; `segments`: in all whose expression is true.
    `orders_are_invoiced`: each order is also invoiced, so a customer's purchases are its orders, or its invoices if
    it has none; if false, orders and invoices are different sales, and purchases are both.
    `profile` is how Spark is configured when the package starts it: for tiny (some megabytes), small (up to some
    hundred) or large data; `auto` decides by the bytes of sources and tables. `spark` has further settings, which
    take precedence.
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
    """A whole conf folder, checked."""

    folder: Path
    file: ProjectFile
    sources: list[Source]
    quality: dict[str, Quality]
    survivorship: Survivorship

    @property
    def warehouse(self) -> str | None:
        """Where the tables are, by project.yml; a path there is relative to the conf folder."""
        return self._located(self.file.warehouse)

    @property
    def labels(self) -> str | None:
        """Where the labels for training are, by project.yml; a path there is relative to the conf folder."""
        return self._located(self.file.linkage.labels)

    @property
    def emits(self) -> dict[str, list[tuple[Source, Emit]]]:
        """By silver table, the sources that emit rows for it."""
        found: dict[str, list[tuple[Source, Emit]]] = {}
        for source in self.sources:
            for emit in source.emits:
                found.setdefault(f"silver.{emit.table}", []).append((source, emit))
        return found

    def _located(self, place: str | None) -> str | None:
        return place if place is None or "://" in place else str(self.folder / place)

    @cached_property
    def person_model(self) -> Traversable:
        """The project's own person model if it has one, else the packaged one."""
        own = self.folder / "person.yml"
        return own if own.exists() else packaged_person_model()


def packaged_person_model() -> Traversable:
    """The person model that comes with the package."""
    # Not by __file__: under --py-files the package is read from inside a wheel.
    return files("cdi_spark") / "linkage" / "model" / "person.yml"
