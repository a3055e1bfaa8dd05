"""A project's conf folder as typed objects; an unknown key is an error with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from cdi_spark.errors import ConfigError
from cdi_spark.expressions import check_expression, columns_read, days_told
from cdi_spark.tables import (
    ATTRIBUTES,
    CUSTOMER_360,
    EVENTS,
    FEATURES,
    MEASURE,
    PERSON_INPUT,
    STATE_FACTS,
    STRINGS,
    TABLES,
    THING_TABLES,
)

M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Emit(_Strict):
    """What one landed row says about one silver table.

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


class Source(_Strict):
    """One raw source: where it lies, how its rows are read, what each row emits."""

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

    def expressions(self) -> dict[str, str]:
        named = {
            "key": self.key,
            "updated_at": self.updated_at,
            "order_by": self.order_by,
            "deleted": self.deleted,
        }
        return {k: v for k, v in named.items() if v is not None}


class Expectation(_Strict):
    """One Great Expectations expectation of a table, by class name and its arguments."""

    expectation: str
    column: str | None = None
    arguments: dict[str, Any] = {}


class Quality(_Strict):
    """Row rules (name to SQL that must hold) and expectations of one table."""

    table: str
    rules: dict[str, str] = {}
    expectations: list[Expectation] = []


ValueRule = Literal["trusted", "recent", "frequent", "longest"]
Rule = Literal[ValueRule, "complete"]
_ADDRESS = ("street", "city", "region", "postcode", "country")
_SINGLE = tuple(c.name for c in ATTRIBUTES if c.type != STRINGS)


class Survivorship(_Strict):
    """How each golden attribute is chosen among the entity's records: its rules, first to last.

    trusted: the source's trust, 1 before 9; recent: newest updated_at, unknown last; frequent: what most
    records of the entity say, in capitals or not; longest: most characters; complete: most of street, city,
    postcode and country filled, for the address only. The parts of an address survive together, from one
    record, as `address`. A list keeps every value and has no rules. What `attributes` leaves out goes by
    OWN_RULES, and the rest by `default`.
    """

    # What is chosen, and the columns that the choice decides.
    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {
        "address": _ADDRESS,
        **{name: (name,) for name in _SINGLE if name not in _ADDRESS},
    }
    OWN_RULES: ClassVar[dict[str, list[Rule]]] = {
        # Slips seldom repeat, so the many are right; between equals an initial or a pet name is the shorter.
        "given_name": ["frequent", "longest", "trusted"],
        # Most records cut it to an initial: here the many are wrong.
        "middle_name": ["longest", "frequent", "trusted"],
        # Names change by marriage: between equals the newer holds.
        "family_name": ["frequent", "recent", "trusted"],
        # These hold for life: that records agree says more than that one of them is new.
        "gender": ["frequent", "trusted", "recent"],
        "birth_date": ["frequent", "trusted", "recent"],
        "birth_place": ["frequent", "trusted", "recent"],
        "national_id": ["frequent", "trusted", "recent"],
        # People move; but a newer record that knows no more than the country must not blank out a home.
        "address": ["complete", "recent", "trusted"],
    }

    default: list[ValueRule] = Field(default=["trusted", "recent", "frequent"], min_length=1)
    attributes: dict[str, Annotated[list[Rule], Field(min_length=1)]] = {}

    @field_validator("attributes")
    @classmethod
    def _has_a_choice(cls, attributes: dict[str, list[Rule]]) -> dict[str, list[Rule]]:
        for name, rules in attributes.items():
            if name in _ADDRESS:
                raise ValueError(f"{name} survives with the rest of the address; give rules to address.")
            if name not in cls.CHOICES:
                known = ", ".join(cls.CHOICES)
                raise ValueError(f"{name} is not an attribute with one value; those are {known}.")
            if "complete" in rules and name != "address":
                raise ValueError(f"{name} has no parts that could be complete; only address has.")
        return attributes

    def rules(self, choice: str) -> Sequence[Rule]:
        """The rules of one of CHOICES, first to last."""
        return self.attributes.get(choice) or self.OWN_RULES.get(choice) or self.default


def _features(columns: list[str]) -> list[str]:
    for name in columns:
        if name not in FEATURES:
            raise ValueError(
                f"{name} is no column that records are compared by; those are {', '.join(FEATURES)}."
            )
    return columns


Features = Annotated[list[str], Field(min_length=1), AfterValidator(_features)]


class LinkRule(_Strict):
    """A rule beside the scores; `within_source`: only about two records of one source."""

    name: str = Field(min_length=1)
    within_source: bool = False


class MustLink(LinkRule):
    """Two records are one person where each of these columns is known of both and equal (lists: share a value)."""

    same: Features


class CannotLink(LinkRule):
    """Two records are two persons where each of these columns is known of both and differs (lists: share none)."""

    differ: Features


class Linkage(_Strict):
    """How records become entities.

    `resolve: entities` divides components by all that their records say together; `components` takes each
    component of links for one entity. Thresholds: bits to keep a pair; where components are entities, the
    probability to call a pair a link.

    `must_link` and `cannot_link` decide about pairs whatever these weigh; where both speak, cannot_link holds.
    `cluster_precision` is the share of right pairs wished for in entities: training chooses the lowest weight
    for two clusters to be one that promises as much; without it that is even odds. `labels` is a CSV of source,
    key and person, a URI or a path from the conf folder: then what it says of the threshold counts, not the promise.
    With `learn_from_judgements` training learns from stewards' judgements too: m and u, and by how many bits the
    weights are off, which moves the threshold. New ones count from the next --retrain on.

    An entity has at most `largest_entity` records, and of a source that `records_per_source` names at most so
    many; what would be larger is divided at its weakest links. Stewards' must-links alone go beyond it.
    """

    resolve: Literal["entities", "components"] = "entities"
    keep_weight: float = -3.0
    link_probability: float = Field(default=0.99, gt=0, lt=1)
    training_records: int = Field(default=60_000, ge=100)
    must_link: list[MustLink] = []
    cannot_link: list[CannotLink] = []
    cluster_precision: float | None = Field(default=None, gt=0, lt=1)
    labels: str | None = None
    learn_from_judgements: bool = False
    largest_entity: int = Field(default=400, ge=2)
    records_per_source: dict[str, Annotated[int, Field(ge=1)]] = {}

    @field_validator("must_link", "cannot_link")
    @classmethod
    def _one_name_a_rule(cls, rules: list[LinkRule]) -> list[LinkRule]:
        names = [rule.name for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are called {name}; give each a name of its own.")
        return rules


class State(_Strict):
    """A state that a customer may be in, and what must hold of it.

    `when` is SQL over what happened until a day: counts (orders, invoices, payments, subscriptions,
    active_subscriptions, cases, usages, interactions; void ones left out) and days_since_order, days_since_invoice
    and so on, null before the first, which are compared with whole numbers.
    """

    FACTS: ClassVar[tuple[str, ...]] = (
        *(f"{name}s" for name in STATE_FACTS),
        "active_subscriptions",
        *(f"days_since_{name}" for name in STATE_FACTS),
    )

    name: str = Field(min_length=1)
    when: str

    @field_validator("when")
    @classmethod
    def _over_facts(cls, when: str) -> str:
        try:
            check_expression(when, where="when")
            days_told(when)
        except ConfigError as fault:
            raise ValueError(str(fault)) from None
        for name in sorted(columns_read(when) - set(cls.FACTS)):
            raise ValueError(f"{name} is nothing that a state can go by; there are {', '.join(cls.FACTS)}.")
        return when


class Segment(_Strict):
    """A group of customers, and what must hold of one: SQL over the columns of gold.customer_360 and gold.measure."""

    COLUMNS: ClassVar[frozenset[str]] = frozenset(CUSTOMER_360.names) | frozenset(MEASURE.names) - {
        "segments"
    }

    name: str = Field(min_length=1)
    when: str

    @field_validator("when")
    @classmethod
    def _over_columns(cls, when: str) -> str:
        try:
            check_expression(when, where="when")
        except ConfigError as fault:
            raise ValueError(str(fault)) from None
        for name in sorted(columns_read(when) - cls.COLUMNS):
            raise ValueError(
                f"{name} is no column of {CUSTOMER_360.name} or {MEASURE.name} that a segment can go by."
            )
        return when


_STATES = [
    State(
        name="customer",
        when="active_subscriptions > 0 or days_since_order <= 365 or days_since_invoice <= 365",
    ),
    State(name="lapsed", when="orders > 0 or invoices > 0 or subscriptions > 0"),
    State(name="prospect", when="interactions > 0 or usages > 0 or cases > 0"),
    State(name="lead", when="true"),
]


class Log(_Strict):
    """How a run tells what it does, on stderr: one line a stage, notice or failure."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class ProjectFile(_Strict):
    """project.yml. `warehouse` is a URI, or a path from the conf folder; `catalog` and `prefix` name tables.

    `reporting_currency` (ISO 4217) is what amounts of all currencies are told in too; without it they are not.
    `as_of` is the day on which states and measures are told; by default the day of the run (UTC). `states`: the
    first whose expression holds is the customer's; of `segments` a customer is in all whose expression holds.
    `orders_are_invoiced`: an order is invoiced too, so that a customer's purchases are its orders, or its invoices if
    it has none; where it is false orders and invoices are different sales, and purchases are both.
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
    states: list[State] = Field(default=_STATES, min_length=1)
    segments: list[Segment] = []
    orders_are_invoiced: bool = True
    spark: dict[str, str] = {}


class Project(_Strict):
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
    return files("cdi_spark") / "linkage" / "person.yml"


def load_project(folder: Path, variables: dict[str, str] | None = None, *, lenient: bool = False) -> Project:
    """Read and check a conf folder without Spark.

    Args:
        variables: values of project.yml's `vars`; they win over the defaults there.
        lenient: let a variable go without a value, for work that reads no source.

    Raises:
        ConfigError: a missing file, an unknown key, a wrong type, an expression outside the allow-list,
            a variable without a value; the message names file and line.
    """
    if not (folder / "project.yml").is_file():
        raise ConfigError(f"{folder}: no project.yml here. Give --project a conf folder, such as conf/demo.")
    file = _read(folder / "project.yml", ProjectFile)
    values = _variables(folder / "project.yml", file.vars, variables or {}, lenient=lenient)
    sources = [_source(path, values) for path in _yaml_files(folder / "sources")]
    if not sources:
        raise ConfigError(f"{folder / 'sources'}: no source here. Add one YAML file a source.")
    _no_twins([source.name for source in sources], folder / "sources", "source")
    _persons_known(sources, folder / "sources")
    quality = [_quality(path) for path in _yaml_files(folder / "quality")]
    _no_twins([q.table for q in quality], folder / "quality", "table")
    survivorship = folder / "survivorship.yml"
    return Project(
        folder=folder,
        file=file,
        sources=sources,
        quality={q.table: q for q in quality},
        survivorship=_read(survivorship, Survivorship) if survivorship.exists() else Survivorship(),
    )


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yml")) if folder.is_dir() else []


def _no_twins(names: list[str], folder: Path, kind: str) -> None:
    if len(set(names)) < len(names):
        raise ConfigError(f"{folder}: two files speak of one {kind}. Keep one file a {kind}.")


def _persons_known(sources: list[Source], folder: Path) -> None:
    of_persons = {source.name for source in sources if any(e.table == "person" for e in source.emits)}
    for source in sources:
        for emit in source.emits:
            if emit.person_source is not None and emit.person_source not in of_persons:
                raise ConfigError(
                    f"{folder}: source {source.name} emits {emit.table} with person_source {emit.person_source}, "
                    f"which emits no person. Name one of {', '.join(sorted(of_persons))}."
                )


def _variables(
    path: Path, declared: dict[str, str | None], given: dict[str, str], *, lenient: bool
) -> dict[str, str]:
    for name in given.keys() - declared.keys():
        raise ConfigError(f"{path}: --var {name}=… is given, but the project declares no variable {name}.")
    values = {k: given.get(k, v) for k, v in declared.items()}
    for name, value in values.items():
        if value is None and not lenient:
            raise ConfigError(f"{path}: the variable {name} has no value. Give it with --var {name}=VALUE.")
    return {k: f"{{{k}}}" if v is None else v for k, v in values.items()}


_THINGS = {table.name.removeprefix("silver.") for table in THING_TABLES}


def _source(path: Path, variables: dict[str, str]) -> Source:
    source = _read(path, Source)
    for place, sql in source.expressions().items():
        check_expression(sql, where=f"{path}: {place}")
    for emit in source.emits:
        columns = PERSON_INPUT if emit.table == "person" else EVENTS.get(emit.table)
        if columns is None:
            raise ConfigError(f"{path}: emits table {emit.table}; known are person, {', '.join(EVENTS)}.")
        if emit.table in _THINGS and (emit.person or emit.person_source):
            raise ConfigError(f"{path}: {emit.table} is about no person. Take out person and person_source.")
        for name in emit.columns.keys() - set(columns):
            raise ConfigError(f"{path}: {emit.table} has no column {name}; it has {', '.join(columns)}.")
        for place, sql in emit.expressions().items():
            check_expression(sql, where=f"{path}: emits {emit.table}: {place}")
    try:
        located = source.path.format(**variables)
    except (KeyError, IndexError, ValueError, AttributeError) as fault:
        raise ConfigError(
            f"{path}: path names an undeclared variable, or has a brace too many ({fault}). See project.yml's vars."
        ) from None
    return source.model_copy(update={"path": located})


def _quality(path: Path) -> Quality:
    quality = _read(path, Quality)
    if quality.table not in TABLES:
        raise ConfigError(
            f"{path}: there is no table {quality.table}; write it with its schema, as silver.person."
        )
    for name, sql in quality.rules.items():
        check_expression(sql, where=f"{path}: rule {name}")
    return quality


def _read(path: Path, model: type[M]) -> M:
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        return model.model_validate(yaml.safe_load(text) or {})
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: cannot be read ({fault}).") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{line}: is not YAML: {getattr(fault, 'problem', fault)}.") from None
    except ValidationError as fault:
        problems = [
            f"{path}:{_line(tree, e['loc'])}: {'.'.join(str(x) for x in e['loc'])}: {_meaning(e['type'], e['msg'])}"
            for e in fault.errors(include_input=False, include_url=False)
        ]
        raise ConfigError("\n".join(problems)) from None


def _meaning(kind: str, message: str) -> str:
    return "is not a key here; take it out or mend its spelling" if kind == "extra_forbidden" else message


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """The line (from 1) of the deepest part of the place that the file has."""
    line = node.start_mark.line + 1 if node else 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == step]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
