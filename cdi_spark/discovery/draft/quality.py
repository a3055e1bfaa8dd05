"""The quality files of a drafted project: rules for rows, and expectations of tables."""

from __future__ import annotations

from collections.abc import Sequence

from cdi_spark.discovery.draft.source_plans import EmitPlan, SourcePlan
from cdi_spark.discovery.lexicon.shares import percent


def render_quality(plans: Sequence[SourcePlan]) -> dict[str, str]:
    """The texts of quality/<table>.yml by file name, for the tables that the plans fill."""
    files = {"person.yml": _person_quality(plans), "customer_360.yml": _CUSTOMER_QUALITY}
    for table in dict.fromkeys(emit.table for plan in plans for emit in plan.emits if emit.table != "person"):
        files[f"{table}.yml"] = (
            f"table: silver.{table}\n"
            "# No rules yet: every row is accepted.\n"
            "expectations:\n"
            f"  - expectation: ExpectColumnValuesToBeUnique\n    column: {table}_id\n"
        )
    return files


_CUSTOMER_QUALITY = """table: gold.customer_360
expectations:
  - expectation: ExpectTableRowCountToBeBetween
    arguments: {min_value: 1}
  - expectation: ExpectColumnValuesToNotBeNull
    column: entity_id
  - expectation: ExpectColumnValuesToBeUnique
    column: entity_id
  - expectation: ExpectColumnValuesToBeBetween
    column: record_count
    arguments: {min_value: 1}
"""


def _person_quality(plans: Sequence[SourcePlan]) -> str:
    text = """table: silver.person
rules:
  has_something_to_match_on: >-
    given_name is not null or family_name is not null or emails is not null or phones is not null
    or national_id is not null or device_ids is not null or account_ids is not null
    or (birth_date is not null and coalesce(postcode, street, birth_place, city) is not null)
  birth_date_not_in_future: birth_date is null or birth_date <= cast(_ingested_at as date)
expectations:
  - expectation: ExpectTableRowCountToBeBetween
    arguments: {min_value: 1}
  - expectation: ExpectColumnValuesToNotBeNull
    column: record_id
  - expectation: ExpectColumnValuesToBeUnique
    column: record_id
"""
    fills = [
        (plan.sheet.rows, _share_with_family_name(emit))
        for plan in plans
        for emit in plan.emits
        if emit.table == "person"
    ]
    share = sum(rows * fill for rows, fill in fills) / sum(rows for rows, _ in fills)
    # Less than the share in the sample, because silver drops some names; none where a source has no names.
    least = int(10 * share - 2) / 10
    if all(fill for _, fill in fills) and least >= 0.4:
        text += (
            "  - expectation: ExpectColumnValuesToNotBeNull\n    column: family_name\n"
            f"    arguments: {{mostly: {least}}}   # confirm: {percent(share)} of the rows have a family name\n"
        )
    return text


def _share_with_family_name(emit: EmitPlan) -> float:
    """The share of the rows that have a family name."""
    lines = [line for line in emit.lines if line.target in ("family_name", "full_name")]
    return max((line.used[0].column.fill for line in lines), default=0.0)
