"""Which value of each attribute survives: every offer ranked, the winners side by side, and why they won."""

from collections.abc import Sequence
from functools import partial, reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import Attribute, Rule, Survivorship
from cdi_spark.errors import GateError
from cdi_spark.gold.customer.members import current_members, live_records
from cdi_spark.gold.customer.same_value import comparison_key
from cdi_spark.schema import (
    ATTRIBUTE,
    ATTRIBUTES,
    CUSTOMER_360,
    OVERRIDE,
    STRING,
    STRINGS,
    spark_type,
)
from cdi_spark.standardise.batches import Rule as ValueRule
from cdi_spark.standardise.rule_step import apply_rules

# SQL over one offer; the smaller number wins. Null, what nobody knows, comes last.
ORDER: dict[Rule, str] = {
    "trusted": "cast(trust as bigint)",
    "recent": "-unix_micros(updated_at)",
    "frequent": "-alike",
    "longest": "-length(spelling)",
    "valid": "IF(holds, 0, null)",
    "complete": "-filled",
    # All are alike.
    "all": "0L",
}
# What goes before all rules.
_BEFORE = {
    "updated_by": "IF(is_allowed, 0, null)",
    "override": "-step",
    "source_of_truth": "IF(is_truth, 0, null)",
}
_LAST = 2**63 - 1
# Of offers that say the same the least is shown. Accents get lost in keying, and are seldom put in.
_NEAT = """struct(
    NOT is_allowed, -coalesce(step, 0) AS step, NOT is_truth,
    length(regexp_replace(spelling, '[^ -~]', '')) - length(spelling) AS accents,
    -spelled AS spelled, -size(filter(parts, part -> part.value IS NOT NULL)) AS parts, -length(spelling) AS letters,
    rank, record_id, source)"""
_STEWARD = "steward"
_LISTS = [c.name for c in ATTRIBUTES if c.type == STRINGS]


def active_overrides(overrides: DataFrame, *, survivorship: Survivorship) -> DataFrame:
    """The overrides that hold: of a record and attribute the newest, if it was not withdrawn.

    One of a group that conf does not have any more, or not so, holds for nothing.

    Args:
        overrides: entities.override.
    Returns:
        entities.override's columns.
    """
    # With all its columns: a group may have got others.
    choices = [" ".join((choice, *names)) for choice, names in survivorship.choices.items()]
    is_choice = F.concat_ws(" ", "attribute", "values.attribute").isin(choices)
    newest = F.max_by(F.struct(*OVERRIDE.names), "step").alias("newest")
    held = overrides.groupBy("record_id", "attribute").agg(newest).select("newest.*")
    return held.where(F.col("values").isNotNull() & is_choice)


def attribute_values(
    persons: DataFrame, members: DataFrame, overrides: DataFrame, *, survivorship: Survivorship
) -> DataFrame:
    """Every value that is offered for a golden attribute, whether it survives, and why.

    Of what has one value an entity has one winner: the value of the first record by the attribute's rules, then by
    record_id, so that the same records always give the same winner. Values that differ in accents, signs, capitals
    or a street's abbreviations are the same, and so are addresses of one postcode and number; shown is the one with
    most accents, then the most frequent. The parts of an address, or of another group, win or lose together, so that
    no golden record mixes the street of one house with the postcode of another. Of a list whose rule is `all` the
    values of all sources that may give any survive.

    Args:
        persons: silver.person.
        members: entities.member.
        overrides: active_overrides(): they go before all records, of two the newer.
        survivorship: the rules of each attribute.
    Returns:
        gold.attribute: a row per entity, attribute and record or steward that has a value.
    """
    offers = (
        persons.transform(live_records, members)
        .transform(_of_records, survivorship)
        .unionByName(overrides.transform(_of_stewards, members))
        .transform(_with_keys, survivorship)
        .transform(_offers, survivorship)
        # The one shuffle after the joins: the windows below find each entity whole in its partition.
        .repartition("entity_id")
        .transform(_with_conf, survivorship)
    )
    choice = Window.partitionBy("entity_id", "choice")
    alike = Window.partitionBy("entity_id", "choice", "said")
    by_rank = choice.orderBy("rank", "record_id")
    is_shown = (F.col("said") == F.col("best.said")) & (F.col("neat") == F.col("neatest"))
    survives = F.when(F.col("rule") == "all", F.col("rank") == F.col("best.rank")).otherwise(is_shown)
    ranked = (
        offers.withColumn(
            "spelled",
            F.count("*").over(Window.partitionBy("entity_id", "choice", "said", F.col("parts")[0]["value"])),
        )
        .withColumn("alike", F.count_if("is_allowed").over(alike))
        .withColumn("rank", _rank(survivorship))
        .withColumn("neat", F.expr(_NEAT))
        .withColumn("neatest", F.min("neat").over(alike))
        .withColumn("best", F.first(F.struct("rank", "said")).over(by_rank))
        .withColumn("is_winner", F.col("is_allowed") & survives)
        .withColumn("other", F.min(F.when(F.col("said") != F.col("best.said"), F.col("rank"))).over(choice))
    )
    return (
        ranked.withColumn("reason", _reason())
        .select(
            "entity_id", "record_id", "source", "updated_at", "is_winner", "rule", "reason", F.inline("parts")
        )
        .where("value IS NOT NULL")
        .select(*ATTRIBUTE.names)
    )


def golden_records(attributes: DataFrame) -> DataFrame:
    """The winning values side by side; lists united, distinct and sorted.

    Args:
        attributes: gold.attribute.
    Returns:
        entity_id and every golden attribute with its type; a row per entity that has a value at all.
    """
    winners = attributes.where("is_winner")
    golden = []
    for column in ATTRIBUTES:
        value = F.when(F.col("attribute") == column.name, F.col("value"))
        if column.type == STRINGS:
            lists = F.transform(F.collect_set(value), lambda listed: F.from_json(listed, STRINGS))
            union = F.array_sort(F.array_distinct(F.array_compact(F.flatten(lists))))
            golden.append(F.when(F.size(union) > 0, union).alias(column.name))
        else:
            golden.append(F.max(value).try_cast(column.type).alias(column.name))
    return winners.groupBy("entity_id").agg(*golden)


def check_provenance(customers: DataFrame, attributes: DataFrame) -> None:
    """Refuse customers with a golden value that no offer won.

    Args:
        customers: gold.customer_360, or some of it.
        attributes: gold.attribute of the same customers.
    Raises:
        GateError: names the attributes, and of how many customers.
    """
    shown = [F.when(F.col(c.name).isNotNull(), F.lit(c.name)) for c in ATTRIBUTES]
    golden = customers.select("entity_id", F.explode(F.array_compact(F.array(*shown))).alias("attribute"))
    won = attributes.where("is_winner").select("entity_id", "attribute")
    lost = golden.join(won, ["entity_id", "attribute"], "left_anti").groupBy("attribute").count()
    told = ", ".join(f"{row['attribute']} of {row['count']:,}" for row in lost.orderBy("attribute").collect())
    if told:
        raise GateError(
            f"{CUSTOMER_360.name} shows what no row of {ATTRIBUTE.name} gave, by number of customers: {told}. "
            "This is a fault of the program: report it."
        )


def _of_records(live: DataFrame, survivorship: Survivorship) -> DataFrame:
    """What records say: every attribute as text, lists as JSON, and of which choices it is valid."""
    texts = [
        (
            F.when(F.size(c.name) > 0, F.to_json(c.name))
            if c.name in _LISTS
            else F.col(c.name).cast("string")
        ).alias(c.name)
        for c in ATTRIBUTES
    ]
    valid = [F.expr(survivorship.of(choice).valid or "true") for choice in survivorship.choices]
    return live.select(
        "entity_id",
        "record_id",
        "source",
        "trust",
        "updated_at",
        F.lit(None).cast("string").alias("choice"),
        F.lit(None).cast("long").alias("step"),
        F.array(*valid).alias("holds"),
        *texts,
    )


def _of_stewards(overrides: DataFrame, members: DataFrame) -> DataFrame:
    """What stewards say, of one choice each, of the entity that their record is in now; also that there is nothing."""
    said = F.map_from_entries("values")
    return overrides.join(current_members(members), "record_id").select(
        "entity_id",
        "record_id",
        F.lit(_STEWARD).alias("source"),
        F.lit(None).cast("int").alias("trust"),
        F.col("decided_at").alias("updated_at"),
        F.col("attribute").alias("choice"),
        "step",
        F.lit(None).cast("array<boolean>").alias("holds"),
        *(F.try_element_at(said, F.lit(c.name)).alias(c.name) for c in ATTRIBUTES),
    )


def _with_keys(said: DataFrame, survivorship: Survivorship) -> DataFrame:
    """Add what the values of each choice are compared by."""
    rules = [
        ValueRule((_key(choice),), names, partial(comparison_key, names, _LISTS))
        for choice, names in survivorship.choices.items()
    ]
    return said.transform(
        apply_rules,
        rules,
        made=dict.fromkeys((name for rule in rules for name in rule.columns), spark_type(STRING)),
    )


def _key(choice: str) -> str:
    return f"_key_{choice}"


def _offers(said: DataFrame, survivorship: Survivorship) -> DataFrame:
    """A row per choice that a record has a value for, or that a steward's override is about."""
    each = [
        _offer(choice, names, F.col("holds")[number])
        for number, (choice, names) in enumerate(survivorship.choices.items())
    ]
    told = ("entity_id", "record_id", "source", "trust", "updated_at", "step")
    rows = said.select(*told, F.col("choice").alias("about"), F.inline(F.array(*each)))
    of_record = F.col("about").isNull() & F.expr("exists(parts, part -> part.value <> '')")
    return rows.where(of_record | (F.col("about") == F.col("choice"))).drop("about")


def _offer(choice: str, names: Sequence[str], holds: Column) -> Column:
    # The region is not counted: few records have one, and the rest of an address implies it.
    filled = [F.col(name).isNotNull().cast("int") for name in names if name != "region"]
    parts = [F.struct(F.lit(name).alias("attribute"), F.col(name).alias("value")) for name in names]
    return F.struct(
        F.lit(choice).alias("choice"),
        F.when(F.col("step").isNull(), reduce(Column.__add__, filled)).alias("filled"),
        F.coalesce(holds, F.col("step").isNotNull()).alias("holds"),
        F.col(_key(choice)).alias("key"),
        F.array(*parts).alias("parts"),
    )


def _with_conf(offers: DataFrame, survivorship: Survivorship) -> DataFrame:
    """Beside each offer what conf says of its choice: the rules, and whether its source is asked, or the truth."""

    def said(of: dict[str, Column], otherwise: Column) -> Column:
        return F.coalesce(
            *(F.when(F.col("choice") == choice, told) for choice, told in of.items()), otherwise
        )

    source, conf = F.col("source"), {choice: survivorship.of(choice) for choice in survivorship.choices}
    asked = {c: source.isin([*a.updated_by, _STEWARD]) for c, a in conf.items() if a.updated_by}
    truth = {c: source == a.source_of_truth for c, a in conf.items() if a.source_of_truth}
    spelling = F.array_join("parts.value", "|")
    return offers.withColumns(
        {
            "spelling": spelling,
            # Of an address that is no more than a country, or of signs only, the letters themselves.
            "said": F.coalesce("key", F.lower(spelling)),
            "rule": said({c: F.lit(_told(a)) for c, a in conf.items()}, F.lit(None)),
            "is_allowed": said(asked, F.lit(True)),
            "is_truth": said(truth, F.lit(False)),
        }
    )


def _told(attribute: Attribute) -> str:
    return ", ".join(attribute.rules)


def _rank(survivorship: Survivorship) -> Column:
    """The offer's place by all that goes before the rules, and by each of these; the least comes first."""
    ranks = []
    for told, rules in {_told(of): of.rules for of in map(survivorship.of, survivorship.choices)}.items():
        tests = [*_BEFORE.values(), *(ORDER[rule] for rule in rules)]
        numbers = ", ".join(f"coalesce({test}, {_LAST})" for test in tests)
        ranks.append(F.when(F.col("rule") == told, F.expr(f"array({numbers})")))
    return F.coalesce(*ranks)


def _reason() -> Column:
    """The first of all tests by which the offer differs from the winner, or the winner from the best other value."""
    against = F.when(F.col("is_winner"), F.col("other")).otherwise(F.col("rank"))
    place = F.array_position(F.zip_with("best.rank", against, lambda one, other: one != other), True)
    tests = F.concat(F.array(*map(F.lit, _BEFORE)), F.split("rule", ", "))
    alike = F.when(F.col("rule") == "all", "all").otherwise("record_id")
    decided = F.when(place > 0, F.get(tests, (place - 1).cast("int"))).otherwise(alike)
    return (
        F.when(~F.col("is_allowed"), "updated_by")
        .when(F.col("is_winner") & F.col("other").isNull(), "only")
        .when(~F.col("is_winner") & (F.col("said") == F.col("best.said")), "same")
        .otherwise(decided)
    )
