"""`cdi explain` and `cdi why`: the match weight of a pair, and the links within an entity."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.cli.options import (
    AsJson,
    Catalog,
    ProjectDir,
    Warehouse,
    open_workspace,
    out,
    print_json,
    show_step,
    write_page,
)

if TYPE_CHECKING:
    from cdi_spark.linkage.evaluation.entity_links import Link
    from cdi_spark.queries.linkage import EntityAnswer, PairAnswer

_BAR = 24
# Most rows of a table on the terminal; --json prints all.
_PAIRS_SHOWN = 30


def explain(
    record: Annotated[str, typer.Argument(help="Record id, <source>:<key>.")],
    other: Annotated[str, typer.Argument(help="The record id to compare it with.")],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    html: Annotated[Path | None, typer.Option(help="HTML file for the waterfall chart.")] = None,
    as_json: AsJson = False,
) -> None:
    """Explain the match weight of two records: what each comparison adds, and how far the pair got.

    Shows the values of both records: keep the output as confidential as the data.
    """
    from cdi_spark.linkage.evaluation.waterfall import waterfall_page
    from cdi_spark.queries.linkage import answer_pair

    with show_step("scoring the pair"):
        found = answer_pair(open_workspace(project, warehouse, catalog), (record, other))
    if html:
        drawn = waterfall_page(
            found.steps,
            record_ids=found.record_ids,
            match_weight=found.match_weight,
            facts=_pair_facts(found),
        )
        write_page(html, drawn, quiet=as_json)
    if as_json:
        print_json(asdict(found))
    else:
        _print_pair(found)


def why(
    entity: Annotated[str, typer.Argument(help="Entity id, as in gold.customer_360.")],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_json: AsJson = False,
) -> None:
    """Show what holds an entity together: its records, the strongest links between them, and the weakest of these.

    Shows the values of the records: keep the output as confidential as the data.
    """
    from cdi_spark.queries.linkage import answer_entity

    with show_step("scoring the links within the entity"):
        found = answer_entity(open_workspace(project, warehouse, catalog), entity)
    if as_json:
        answer = asdict(found) | {"links": [_link_json(link, found) for link in found.links]}
        del answer["found"]
        print_json(answer)
    else:
        _print_entity(found)


def _pair_facts(found: PairAnswer) -> list[tuple[str, str]]:
    one, other = found.entity_ids
    kept = (
        "yes"
        if found.in_pairs
        else f"no (only pairs in a shared block with {found.keep_weight:g} bits or more are)"
    )
    return [
        ("match weight", f"{found.match_weight:+.2f} bits"),
        ("match probability", f"{found.match_probability:.6f}"),
        ("shared blocking rules", ", ".join(found.shared_rules) or "none"),
        *(
            [("shared only by too common keys", ", ".join(found.stopped_rules))]
            if found.stopped_rules
            else []
        ),
        ("in linkage.pair", kept),
        ("entity today", one if one == other and one else f"two: {one or 'none'} and {other or 'none'}"),
        ("model", found.model_id),
    ]


def _print_pair(found: PairAnswer) -> None:
    from cdi_spark.linkage.evaluation.waterfall import informative_steps, uninformative_comparisons

    steps = informative_steps(found.steps)
    most = max((abs(step.bits) for step in steps), default=1.0)
    shown = RichTable("comparison", "level", "bits", "", *map(escape, found.record_ids))
    for step in steps:
        bar = Text(
            "█" * max(1, round(_BAR * abs(step.bits) / most)), style="green" if step.bits > 0 else "red"
        )
        shown.add_row(step.name, step.level, f"{step.bits:+.2f}", bar, Text(step.left), Text(step.right))
    shown.add_section()
    shown.add_row("sum", "", f"{found.match_weight:+.2f}", f"{found.match_probability:.1%} a match")
    shown.columns[2].justify = "right"
    out.print(shown)
    if quiet := uninformative_comparisons(found.steps):
        out.print(f"no evidence from: {', '.join(quiet)}", highlight=False, style="dim")
    for name, value in _pair_facts(found):
        out.print(f"{name}: {value}", highlight=False)


def _print_entity(found: EntityAnswer) -> None:
    shown = RichTable("record", "values", title=f"Entity {found.entity_id}: {_count(found)}", show_lines=True)
    for record in found.records:
        values = [
            _text(value) for name, value in record.items() if name not in ("record_id", "source") and value
        ]
        shown.add_row(Text(record["record_id"]), Text(" · ".join(values)))
    out.print(shown)
    if found.weakest is None:
        out.print("one record: there are no links")
        return
    unseen = [link for link in found.links if not _rule(link, found)]
    counts = f"{len(found.links):,} pairs, {len(unseen):,} that blocking did not find or keep"
    out.print(f"{counts}; scored by model {found.model_id}", highlight=False)
    _print_links(found.links[::-1], found, title="Pairs, weakest first")
    _print_links(found.tree, found, title="Strongest links that connect all records")
    one, other = found.weakest.parts
    link = found.weakest.link
    out.print(
        f"Weakest link: {link.record_id_l} and {link.record_id_r}, {link.match_weight:+.2f} bits "
        f"({_strongest(link)}). Without it the entity splits into",
        highlight=False,
    )
    for part in (one, other):
        out.print(f"  {len(part)} of its records: {', '.join(part)}", highlight=False)
    out.print(
        f"`cdi explain {link.record_id_l} {link.record_id_r}` shows its comparisons.",
        highlight=False,
    )


def _print_links(links: list[Link], found: EntityAnswer, *, title: str) -> None:
    shown = RichTable("record", "record", "bits", "strongest comparisons", "found by", title=title)
    for link in links[:_PAIRS_SHOWN]:
        rule = _rule(link, found) or "none"
        ids = Text(link.record_id_l), Text(link.record_id_r)
        shown.add_row(*ids, f"{link.match_weight:+.2f}", _strongest(link), Text(rule))
    shown.columns[2].justify = "right"
    out.print(shown)
    if len(links) > _PAIRS_SHOWN:
        out.print(f"{len(links) - _PAIRS_SHOWN:,} more; --json prints all", style="dim")


def _link_json(link: Link, found: EntityAnswer) -> dict[str, Any]:
    return asdict(link) | {"block_rule": _rule(link, found)}


def _rule(link: Link, found: EntityAnswer) -> str | None:
    return found.found.get((link.record_id_l, link.record_id_r))


def _count(found: EntityAnswer) -> str:
    count = f"{len(found.records):,} records"
    return f"{count}, the first of {len(found.records) + found.left_out:,}" if found.left_out else count


def _strongest(link: Link) -> str:
    return ", ".join(f"{name} {bits:+.1f}" for name, bits in link.strongest)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
