"""Which value of each attribute survives: every record's offers ranked, and the winners side by side."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import Rule, Survivorship
from cdi_spark.tables import ATTRIBUTE, ATTRIBUTES, STRINGS

# SQL over one offer; the smaller number wins. Null, what nobody knows, comes last.
ORDER: dict[Rule, str] = {
    "trusted": "cast(trust as bigint)",
    "recent": "-unix_micros(updated_at)",
    "frequent": "-alike",
    "longest": "-length(said)",
    "complete": "-filled",
}
_LAST = 2**63 - 1
_ALL = "all"


def live_records(persons: DataFrame, members: DataFrame) -> DataFrame:
    """The records that their sources still have, each with the entity that it is in now.

    Args:
        persons: silver.person.
        members: entities.member.
    Returns:
        silver.person's columns and entity_id.
    """
    current = members.where("valid_to IS NULL").select("record_id", "entity_id")
    return persons.where("NOT is_deleted").join(current, "record_id")


def attribute_values(persons: DataFrame, members: DataFrame, *, survivorship: Survivorship) -> DataFrame:
    """Every value that a live record offers for a golden attribute, and whether it survives.

    A single value has one winner an entity: the first by the attribute's rules, then by record_id, so that
    the same records always give the same winner. The parts of an address win or lose together, so that
    no golden record mixes the street of one house with the postcode of another. Of a list every
    record's values survive; their rule is `all`.

    Args:
        persons: silver.person.
        members: entities.member.
        survivorship: the rules of each attribute.
    Returns:
        gold.attribute: a row per entity, attribute and record that has a value.
    """
    offers = (
        persons.transform(live_records, members)
        # The one shuffle after the join: both windows below find each entity whole in its partition.
        .repartition("entity_id")
        .select("entity_id", "record_id", "source", "trust", "updated_at", F.inline(_offers(survivorship)))
        .where("said <> ''")
    )
    alike = Window.partitionBy("entity_id", "choice", "said")
    ranked = Window.partitionBy("entity_id", "choice").orderBy("rank", "record_id")
    return (
        offers.withColumn("alike", F.count("*").over(alike))
        .withColumn("rank", _rank(survivorship))
        .withColumn("is_winner", (F.col("rule") == _ALL) | (F.row_number().over(ranked) == 1))
        .select("entity_id", "record_id", "source", "is_winner", "rule", F.inline("parts"))
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
            lists = F.transform(F.collect_set(value), lambda text: F.from_json(text, STRINGS))
            union = F.array_sort(F.array_distinct(F.array_compact(F.flatten(lists))))
            golden.append(F.when(F.size(union) > 0, union).alias(column.name))
        else:
            golden.append(F.max(value).try_cast(column.type).alias(column.name))
    return winners.groupBy("entity_id").agg(*golden)


def _offers(survivorship: Survivorship) -> Column:
    """What one record offers: for each choice its rules, the words to compare by, and the values at stake."""
    offers = [
        _offer(choice, ", ".join(survivorship.rules(choice)), {n: F.col(n).cast("string") for n in names})
        for choice, names in survivorship.CHOICES.items()
    ]
    lists = [c.name for c in ATTRIBUTES if c.type == STRINGS]
    offers += [_offer(name, _ALL, {name: F.when(F.size(name) > 0, F.to_json(name))}) for name in lists]
    return F.array(*offers)


def _offer(choice: str, rule: str, values: dict[str, Column]) -> Column:
    # The region is not counted: few records have one, and the rest of an address implies it.
    filled = [value.isNotNull().cast("int") for name, value in values.items() if name != "region"]
    parts = [F.struct(F.lit(n).alias("attribute"), value.alias("value")) for n, value in values.items()]
    return F.struct(
        F.lit(choice).alias("choice"),
        F.lit(rule).alias("rule"),
        F.lower(F.concat_ws("|", *values.values())).alias("said"),
        reduce(Column.__add__, filled).alias("filled"),
        F.array(*parts).alias("parts"),
    )


def _rank(survivorship: Survivorship) -> Column:
    """The offer's place by each of its rules, first to last; the least comes first."""
    choices = dict.fromkeys(tuple(survivorship.rules(choice)) for choice in survivorship.CHOICES)
    ranks = []
    for rules in choices:
        numbers = ", ".join(f"coalesce({ORDER[rule]}, {_LAST})" for rule in rules)
        ranks.append(F.when(F.col("rule") == ", ".join(rules), F.expr(f"array({numbers})")))
    return F.coalesce(*ranks)
