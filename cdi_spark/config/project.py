"""project.yml, and a conf folder as a whole."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from cdi_spark.config.customers import STATES, Segment, State
from cdi_spark.config.linkage import Linkage
from cdi_spark.config.secrets import Secret
from cdi_spark.config.sources import Emit, Quality, Source
from cdi_spark.config.spark_settings import check_settings
from cdi_spark.config.strict import Strict
from cdi_spark.config.survivorship import Survivorship


class Log(Strict):
    """How a run reports on stderr: one line per stage, notice or failure."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """lines below this level are left out"""
    format: Literal["text", "json"] = "text"
    """text for people, or one JSON object per line"""


class ProjectFile(Strict):
    """project.yml: the project's name, places, currencies, states and limits."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """name of the project, in small letters"""
    description: str = ""
    """what the project is for"""
    default_country: str = Field(default="GB", pattern=r"^[A-Z]{2}$")
    """ISO 3166 country of phones and postcodes whose row names none"""
    warehouse: str | None = None
    """where the tables are: a URI, or a path from the conf folder"""
    catalog: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    """catalog that holds the tables, as in Unity Catalog; empty: tables are folders of the warehouse"""
    prefix: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    """text before each schema's name in the catalog"""
    log: Log = Log()
    """log lines"""
    vars: dict[str, str | None] = {}
    """variables for `{name}` in paths, with a default; without one, `--var name=value` is required"""
    linkage: Linkage = Linkage()
    """how records become entities"""
    reporting_currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    """ISO 4217 currency that amounts are converted to; empty: amounts are not converted"""
    as_of: date | None = None
    """day of states and measures; empty: the day of the run (UTC)"""
    states: list[State] = Field(default=STATES, min_length=1)
    """states of a customer; the first whose expression holds is the customer's"""
    segments: list[Segment] = []
    """groups of customers; a customer is in every segment whose expression holds"""
    orders_are_invoiced: bool = True
    """purchases are orders, or invoices of customers without orders; false: both, as different sales"""
    profile: Literal["auto", "tiny", "small", "large"] = "auto"
    """amount of data that Spark is set for; `auto` uses the bytes of sources and tables"""
    spark: dict[str, str | Secret] = {}
    """further Spark settings, which win over those of the profile: sizes, parallelism and storage; a key of storage is
    a secret, as `{env: NAME}`"""

    @field_validator("spark")
    @classmethod
    def _are_safe(cls, spark: dict[str, str | Secret]) -> dict[str, str | Secret]:
        check_settings(spark)
        return spark

    @property
    def spark_settings(self) -> dict[str, str]:
        """The Spark settings that are no secrets."""
        return {name: value for name, value in self.spark.items() if isinstance(value, str)}

    @property
    def spark_secrets(self) -> dict[str, Secret]:
        """The Spark settings that are secrets, by name."""
        return {name: value for name, value in self.spark.items() if isinstance(value, Secret)}


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
