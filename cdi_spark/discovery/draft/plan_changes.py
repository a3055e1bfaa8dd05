"""When a row of a source was last changed, and whether it is deleted."""

from __future__ import annotations

from cdi_spark.discovery.draft.conf_lines import ConfLine, state_shares
from cdi_spark.discovery.draft.date_sql import as_timestamp, find_zone_doubts
from cdi_spark.discovery.draft.file_order import order_files
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.lexicon.vocabulary import load_lists
from cdi_spark.discovery.recognise.infer_from_values import TIMED
from cdi_spark.discovery.recognise.versions import find_version
from cdi_spark.sql_text import literals

_YES = load_lists("values")["affirmative"].split()


def plan_changes(plan: SourcePlan) -> None:
    """Set the lines for when a row changed, which file is newer, and whether a row is deleted."""
    sheet = plan.sheet
    plan.updated = _plan_updated_at(plan)
    if len(sheet.delivery.files) > 1:
        by_name = order_files(sheet.delivery.files)
        parts = [*([plan.updated.sql] if plan.updated else []), *by_name, "_file"]
        doubt = "files are ordered by name: a later name must mean a newer file"
        if by_name:
            doubt = "files are ordered by the months and numbers in their names, years first; check that later is newer"
        plan.order_by = ConfLine(
            "order_by", f"struct({', '.join(parts)})" if len(parts) > 1 else parts[0], confirm=[doubt]
        )
    if gone := sheet.of("deleted"):
        column = gone[0].column
        if gone[0].reading.forms or column.kind in TIMED:
            sql = (
                f"{column.sql} is not null" if column.kind != "text" else f"coalesce({column.sql}, '') <> ''"
            )
        else:
            sql = column.sql if column.kind == "boolean" else f"lower({column.text}) in {literals(_YES)}"
        plan.deleted = ConfLine("deleted", sql, f"{percent(column.fill)} filled")
    if active := sheet.of("active"):
        plan.inactive = active[0]


def _plan_updated_at(plan: SourcePlan) -> ConfLine | None:
    if guess := find_version(plan.sheet, kind=plan.kind):
        line = ConfLine("updated_at", as_timestamp(guess), state_shares([guess]), used=[guess])
        line.confirm += find_zone_doubts(guess)
        if guess.meaning != "updated_at":
            line.confirm.append("of two rows of one key, the one with the later date holds")
        return line
    for emit in plan.emits:
        for line in emit.lines:
            if plan.kind and emit.table == plan.kind and line.used and line.used[0].reading.forms:
                return ConfLine("updated_at", as_timestamp(line.used[0]), notes=["the time of the event"])
    return None
