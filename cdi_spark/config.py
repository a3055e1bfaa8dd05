"""A project's conf folder as typed objects; an unknown key is an error with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

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

    @field_validator("name")
    @classmethod
    def _is_no_steward(cls, name: str) -> str:
        if name == "steward":
            raise ValueError("steward is what gold.attribute calls the source of values set by hand.")
        return name

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


ValueRule = Literal["trusted", "recent", "frequent", "longest", "valid"]
Rule = Literal[ValueRule, "complete", "all"]
_LISTS = tuple(c.name for c in ATTRIBUTES if c.type == STRINGS)
_SINGLE = tuple(c.name for c in ATTRIBUTES if c.type != STRINGS)


class Attribute(_Strict):
    """How one golden attribute or group is chosen, and who answers for it; a bare list is its rules.

    rules: first to last. source_of_truth: the source whose values go before all others', whatever the rules say.
    updated_by: the only sources whose values may survive; by default all. valid: SQL over silver.person's
    attributes that the rule `valid` goes by. owner: the team that answers for it.
    """

    rules: list[Rule] = []
    source_of_truth: str | None = None
    updated_by: Annotated[list[str], Field(min_length=1)] | None = None
    valid: str | None = None
    owner: str = ""

    @model_validator(mode="before")
    @classmethod
    def _rules_alone(cls, said: object) -> object:
        if said == []:
            raise ValueError("no rule; name one at least, or leave the attribute out.")
        return {"rules": said} if isinstance(said, list) else said

    @field_validator("valid")
    @classmethod
    def _over_attributes(cls, valid: str | None) -> str | None:
        if valid is None:
            return None
        try:
            check_expression(valid, where="valid")
        except ConfigError as fault:
            raise ValueError(str(fault)) from None
        known = [c.name for c in ATTRIBUTES]
        for name in sorted(columns_read(valid) - set(known)):
            raise ValueError(f"{name} is no attribute of a record; there are {', '.join(known)}.")
        return valid


class Survivorship(_Strict):
    """How each golden attribute is chosen among the entity's records: its rules, first to last.

    A steward's override goes before all, the source of truth before the rules. trusted: the source's trust, 1 before
    9; recent: newest updated_at, unknown last; frequent: what most records of the entity say, in capitals or not;
    longest: most characters; valid: where the attribute's `valid` holds; complete: most parts of a group filled
    (the region left out). all, for lists only and the only rule there: every record's values survive.

    `groups` names attributes that survive together, from one record; the parts of an address always do. What
    `attributes` leaves out goes by the package's own rules, and the rest by `default`, lists by `all`.
    """

    ADDRESS: ClassVar[tuple[str, ...]] = ("street", "city", "region", "postcode", "country")
    OWN: ClassVar[dict[str, Attribute]] = {
        # Slips seldom repeat, so the many are right; between equals an initial or a pet name is the shorter.
        "given_name": Attribute(rules=["frequent", "longest", "trusted"]),
        # Most records cut it to an initial: here the many are wrong.
        "middle_name": Attribute(rules=["longest", "frequent", "trusted"]),
        # Names change by marriage: between equals the newer holds.
        "family_name": Attribute(rules=["frequent", "recent", "trusted"]),
        # These hold for life: that records agree says more than that one of them is new.
        "gender": Attribute(rules=["frequent", "trusted", "recent"]),
        # What forms and databases put where nobody knows.
        "birth_date": Attribute(
            rules=["valid", "frequent", "trusted", "recent"],
            valid="birth_date NOT IN (DATE '1900-01-01', DATE '1970-01-01')",
        ),
        "birth_place": Attribute(rules=["frequent", "trusted", "recent"]),
        "national_id": Attribute(rules=["frequent", "trusted", "recent"]),
        # People move; but a newer record that knows no more than the country must not blank out a home.
        "address": Attribute(rules=["complete", "recent", "trusted"]),
    }

    default: list[ValueRule] = Field(default=["trusted", "recent", "frequent"], min_length=1)
    groups: dict[str, Annotated[list[str], Field(min_length=2)]] = {}
    attributes: dict[str, Attribute] = {}

    @field_validator("default")
    @classmethod
    def _of_any_value(cls, rules: list[ValueRule]) -> list[ValueRule]:
        if "valid" in rules:
            raise ValueError("valid goes by an attribute's own expression; give it to attributes.")
        return rules

    @field_validator("groups")
    @classmethod
    def _apart(cls, groups: dict[str, list[str]]) -> dict[str, list[str]]:
        taken = dict.fromkeys(cls.ADDRESS, "address")
        for group, names in groups.items():
            if group == "address" or group in (*_SINGLE, *_LISTS):
                raise ValueError(f"{group} is no name for a group, for it has a meaning already.")
            for name in names:
                if name not in _SINGLE:
                    raise ValueError(
                        f"{name} is not an attribute with one value; those are {', '.join(_SINGLE)}."
                    )
                if name in taken:
                    raise ValueError(f"{name} survives with {taken[name]} already.")
                taken[name] = group
        return groups

    @model_validator(mode="after")
    def _has_a_choice(self) -> Self:
        choices = self.choices
        together = {name: choice for choice, names in choices.items() if len(names) > 1 for name in names}
        for name in self.attributes:
            if name in together:
                raise ValueError(f"{name} survives with the rest of {together[name]}; give rules to that.")
            if name not in choices:
                raise ValueError(f"{name} is not an attribute; those are {', '.join(choices)}.")
            rules = self.of(name).rules
            if "complete" in rules and name not in together.values():
                raise ValueError(f"{name} has no parts that could be complete; only groups have.")
            if "all" in rules and (name not in _LISTS or rules != ["all"]):
                raise ValueError(f"{name}: all stands alone, and is for lists: {', '.join(_LISTS)}.")
            if ("valid" in rules) != (self.of(name).valid is not None):
                raise ValueError(f"{name}: the rule valid and an expression `valid` need each other.")
        return self

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """What is chosen, a group or one attribute, and the columns that the choice decides."""
        groups = {"address": self.ADDRESS, **{group: tuple(names) for group, names in self.groups.items()}}
        grouped = {name for names in groups.values() for name in names}
        return groups | {c.name: (c.name,) for c in ATTRIBUTES if c.name not in grouped}

    def of(self, choice: str) -> Attribute:
        """How one of `choices` is chosen: what conf leaves unsaid filled in."""
        said, own = self.attributes.get(choice, Attribute()), self.OWN.get(choice, Attribute())
        usual: list[Rule] = ["all"] if choice in _LISTS else [*self.default]
        rules = said.rules or own.rules or usual
        valid = said.valid or (own.valid if "valid" in rules else None)
        return said.model_copy(update={"rules": rules, "valid": valid})


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
    survivorship = _survivorship(folder / "survivorship.yml", [source.name for source in sources])
    return Project(
        folder=folder,
        file=file,
        sources=sources,
        quality={q.table: q for q in quality},
        survivorship=survivorship,
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


def _survivorship(path: Path, sources: Sequence[str]) -> Survivorship:
    if not path.exists():
        return Survivorship()
    survivorship = _read(path, Survivorship)
    for name, attribute in survivorship.attributes.items():
        named = [*filter(None, [attribute.source_of_truth]), *(attribute.updated_by or [])]
        for source in sorted(set(named) - set(sources)):
            raise ConfigError(
                f"{path}: {name} names the source {source}, which is none here; there are {', '.join(sources)}."
            )
        if attribute.updated_by and attribute.source_of_truth not in (None, *attribute.updated_by):
            raise ConfigError(f"{path}: {name}'s source of truth is not among those that may update it.")
    return survivorship


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
