"""Survivorship: rank every value that is offered for a golden attribute, and record which one wins and why."""

from enum import StrEnum

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import Rule, Survivorship
from cdi_spark.errors import GateError
from cdi_spark.gold.customer.offers import offers, rules_text
from cdi_spark.schema import ATTRIBUTE, ATTRIBUTES, BIRTH_DATE_PRECISION, CUSTOMER_360, STRINGS
from cdi_spark.standardise.partial_dates import precision_of_text


class Reason(StrEnum):
    """Why an offer won or lost, if no rule decided; gold.attribute.reason."""

    UPDATED_BY = "updated_by"
    OVERRIDE = "override"
    SOURCE_OF_TRUTH = "source_of_truth"
    RECORD_ID = "record_id"
    ALL = "all"
    ONLY = "only"
    SAME = "same"


# By rule, SQL over one offer: the smallest number wins, null comes last.
ORDER: dict[Rule, str] = {
    "trusted": "cast(trust as bigint)",
    "recent": "-unix_micros(updated_at)",
    "frequent": "-frequency",
    "longest": "-length(spelling)",
    "valid": "IF(holds, 0, null)",
    "complete": "-filled",
    # All offers are equal.
    "all": "0L",
}
# Tests that come before the rules of an attribute.
_BEFORE = {
    Reason.UPDATED_BY: "IF(is_allowed, 0, null)",
    Reason.OVERRIDE: "-step",
    Reason.SOURCE_OF_TRUTH: "IF(is_truth, 0, null)",
}
_LAST = 2**63 - 1
# Of offers with the same value the smallest is shown. A date of which more is known comes first; then more accents:
# typing drops them more than it adds.
_NEAT = """struct(
    NOT is_allowed, -coalesce(step, 0) AS step, NOT is_truth, IF(choice = 'birth_date', -length(spelling), 0) AS known,
    length(regexp_replace(spelling, '[^ -~]', '')) - length(spelling) AS accents,
    -spelled AS spelled, -size(filter(parts, part -> part.value IS NOT NULL)) AS parts, -length(spelling) AS letters,
    rank, record_id, source)"""


def attribute_values(
    persons: DataFrame, members: DataFrame, overrides: DataFrame, *, survivorship: Survivorship
) -> DataFrame:
    """Return every value that is offered for a golden attribute, whether it wins, and why.

    - A single-valued attribute has one winner per entity: the value of the first record by the attribute's rules,
      then by record_id, so that the same records always give the same winner.
    - Values are the same if they differ only in accents, punctuation, capitals or a street's abbreviations, or if they
      are addresses with the same postcode and number. The one with most accents is shown, then the most frequent.
    - A year or month of birth and the one date of the entity that begins with it are the same; the date is shown.
    - The parts of an address, or of another group, win or lose together: no golden record mixes the street of one
      house with the postcode of another.
    - Of a list whose rule is `all`, the values of all allowed sources win.

    Args:
        persons: silver.person.
        members: entities.member.
        overrides: active_overrides(); they win over all records, the newer one first.
        survivorship: the rules of each attribute.
    Returns:
        gold.attribute.
    """
    choice = Window.partitionBy("entity_id", "choice")
    same_value = Window.partitionBy("entity_id", "choice", "same_as")
    by_rank = choice.orderBy("rank", "record_id")
    is_shown = (F.col("same_as") == F.col("best.same_as")) & (F.col("neat") == F.col("neatest"))
    survives = F.when(F.col("rule") == "all", F.col("rank") == F.col("best.rank")).otherwise(is_shown)
    ranked = (
        offers(persons, members, overrides, survivorship=survivorship)
        .withColumn(
            "spelled",
            F.count("*").over(
                Window.partitionBy("entity_id", "choice", "same_as", F.col("parts")[0]["value"])
            ),
        )
        .withColumn("frequency", F.count_if("is_allowed").over(same_value))
        .withColumn("rank", _rank(survivorship))
        .withColumn("neat", F.expr(_NEAT))
        .withColumn("neatest", F.min("neat").over(same_value))
        .withColumn("best", F.first(F.struct("rank", "same_as")).over(by_rank))
        .withColumn("is_winner", F.col("is_allowed") & survives)
        .withColumn(
            "other", F.min(F.when(F.col("same_as") != F.col("best.same_as"), F.col("rank"))).over(choice)
        )
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
    """Return the winning values in one row per entity; lists are united, distinct and sorted.

    Args:
        attributes: gold.attribute.
    Returns:
        entity_id, every golden attribute with its type, and birth_date_precision, for entities with at least one value.
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
    born = F.max(F.when(F.col("attribute") == "birth_date", F.col("value")))
    golden.append(precision_of_text(born).alias(BIRTH_DATE_PRECISION.name))
    return winners.groupBy("entity_id").agg(*golden)


def check_provenance(customers: DataFrame, attributes: DataFrame) -> None:
    """Check that every golden value of the customers won in gold.attribute.

    Args:
        customers: gold.customer_360, or some of its rows.
        attributes: gold.attribute of the same customers.
    Raises:
        GateError: names the attributes, with the number of customers.
    """
    shown = [F.when(F.col(c.name).isNotNull(), F.lit(c.name)) for c in ATTRIBUTES]
    golden = customers.select("entity_id", F.explode(F.array_compact(F.array(*shown))).alias("attribute"))
    won = attributes.where("is_winner").select("entity_id", "attribute")
    lost = golden.join(won, ["entity_id", "attribute"], "left_anti").groupBy("attribute").count()
    listed = ", ".join(
        f"{row['attribute']} of {row['count']:,}" for row in lost.orderBy("attribute").collect()
    )
    if listed:
        raise GateError(
            f"{CUSTOMER_360.name} has values without a winner in {ATTRIBUTE.name}, by number of customers: {listed}. "
            "Nothing was released. This is a fault of the program: report it."
        )


def _rank(survivorship: Survivorship) -> Column:
    """Return the rank of an offer: one number per test, the smallest first."""
    ranks = []
    for text, rules in {
        rules_text(of): of.rules for of in map(survivorship.of, survivorship.choices)
    }.items():
        tests = [*_BEFORE.values(), *(ORDER[rule] for rule in rules)]
        numbers = ", ".join(f"coalesce({test}, {_LAST})" for test in tests)
        ranks.append(F.when(F.col("rule") == text, F.expr(f"array({numbers})")))
    return F.coalesce(*ranks)


def _reason() -> Column:
    """Return the first test that decides between the offer and the winner, or the winner and the best other value."""
    against = F.when(F.col("is_winner"), F.col("other")).otherwise(F.col("rank"))
    place = F.array_position(F.zip_with("best.rank", against, lambda one, other: one != other), True)
    tests = F.concat(F.array(*map(F.lit, _BEFORE)), F.split("rule", ", "))
    equal = F.when(F.col("rule") == "all", Reason.ALL).otherwise(Reason.RECORD_ID)
    decided = F.when(place > 0, F.get(tests, (place - 1).cast("int"))).otherwise(equal)
    return (
        F.when(~F.col("is_allowed"), Reason.UPDATED_BY)
        .when(F.col("is_winner") & F.col("other").isNull(), Reason.ONLY)
        .when(~F.col("is_winner") & (F.col("same_as") == F.col("best.same_as")), Reason.SAME)
        .otherwise(decided)
    )
