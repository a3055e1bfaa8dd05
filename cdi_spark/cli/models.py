"""`cdi models` and `cdi blocking`: the trained models, the active one, and what blocking rules cost."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
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
    from pyspark.sql import Row

    from cdi_spark.linkage.evaluation.model_comparison import ModelChange
    from cdi_spark.workspace import Workspace

app = typer.Typer(help="List the trained models; compare two, make one active, write its report.")
blocking = typer.Typer(help="Show what each blocking rule costs and adds; propose others.")

ModelId = Annotated[str, typer.Argument(help="Model id, as `cdi models` lists it.")]


@app.callback(invoke_without_command=True)
def list_models(
    context: typer.Context,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_json: AsJson = False,
) -> None:
    """List the trained models, newest first: when, from how many records, with which rules and thresholds."""
    from cdi_spark.linkage.evaluation.model_comparison import measures
    from cdi_spark.linkage.model.trained_models import by_newest, trained_at
    from cdi_spark.queries.linkage import active_of
    from cdi_spark.schema import MODEL

    if _has_subcommand(context):
        return
    with show_step("reading the models"):
        workspace = open_workspace(project, warehouse, catalog)
        models = by_newest(workspace.storage.read_or_empty(MODEL)).collect()
        active = active_of(workspace)
    listed = [
        {
            "model_id": row["model_id"],
            "active": active is not None and row["model_id"] == active["model_id"],
            "trained_at": trained_at(row),
            **measures(row),
        }
        for row in models
    ]
    if as_json:
        print_json([entry | {"rules": row["rules"]} for entry, row in zip(listed, models, strict=True)])
        return
    shown = RichTable("model", "", "trained", "records", "rules", "entity weight", "precision", "recall")
    for entry in listed:
        shown.add_row(
            Text(entry["model_id"], no_wrap=True),
            "active" if entry["active"] else "",
            *(_value(entry[name]) for name in ("trained_at", "trained_records", "rules", "entity_weight")),
            *(_value(entry[f"implied_{name}"]) for name in ("precision", "recall")),
        )
    out.print(shown)
    out.print("precision and recall are estimated from the weights; --json has all fields", highlight=False)


@app.command()
def compare(
    a: ModelId,
    b: Annotated[str, typer.Argument(help="The model id to compare it with.")],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_json: AsJson = False,
) -> None:
    """Compare two models: their levels' weights, blocking rules, thresholds and measures."""
    from cdi_spark.linkage.evaluation.model_comparison import compare_models

    with show_step("comparing the models"):
        workspace = open_workspace(project, warehouse, catalog)
        found = compare_models(_model(workspace, a), _model(workspace, b))
    if as_json:
        levels = [asdict(level) | {"difference": level.difference} for level in found.levels]
        print_json({"a": a, "b": b, **asdict(found), "levels": levels})
    else:
        _print_change(found, a, b)


@app.command()
def activate(
    model: ModelId,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Make a model the one that the stage score uses, until another is trained or activated."""
    from cdi_spark.linkage.model.trained_models import activated
    from cdi_spark.pipeline.run import new_run_id
    from cdi_spark.queries.linkage import settings_of
    from cdi_spark.schema import MODEL
    from cdi_spark.storage.lease import lease

    with show_step("activating the model"):
        workspace = open_workspace(project, warehouse, catalog)
        with lease(workspace.storage, new_run_id()):
            models = workspace.storage.read_or_empty(MODEL)
            row = activated(models, model, settings_hash=settings_of(workspace), at=datetime.now(UTC))
            workspace.storage.merge(MODEL, row, when_changed=("activated_at",))
    out.print(
        f"{model} is active. The next `cdi run` scores, resolves and publishes with it.", highlight=False
    )


@app.command()
def report(
    model: ModelId,
    file: Annotated[Path, typer.Argument(help="HTML file to write.")],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Write the training report of a model: weights, thresholds, blocking, clusters; no values of the data."""
    from cdi_spark.linkage.evaluation.model_report import model_report

    with show_step("writing the report"):
        page = model_report(_model(open_workspace(project, warehouse, catalog), model))
    write_page(file, page)


@blocking.callback(invoke_without_command=True)
def list_rules(
    context: typer.Context,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_json: AsJson = False,
) -> None:
    """Show what each blocking rule of the model costs and adds, measured on all the data."""
    from cdi_spark.queries.linkage import blocking_rules

    if _has_subcommand(context):
        return
    with show_step("counting the pairs of each rule"):
        rows = blocking_rules(open_workspace(project, warehouse, catalog)).collect()
    _print_rows([row.asDict() for row in rows], as_json=as_json)


@blocking.command()
def proposals(
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    most: Annotated[int, typer.Option(min=1, help="How many proposals to show.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Propose rules that would find pairs of today's entities which no rule of the model finds, best first."""
    from cdi_spark.queries.linkage import proposed_rules

    with show_step("measuring other rules"):
        rows = proposed_rules(open_workspace(project, warehouse, catalog)).limit(most).collect()
    _print_rows([row.asDict() for row in rows], as_json=as_json)


def _has_subcommand(context: typer.Context) -> bool:
    """Return whether a subcommand follows; it has its own options, and those before it would be lost."""
    sources = [context.get_parameter_source(name) for name in context.params]
    given = any(source is not None and source.name == "COMMANDLINE" for source in sources)
    if context.invoked_subcommand and given:
        raise typer.BadParameter(f"give the options after {context.invoked_subcommand}.")
    return context.invoked_subcommand is not None


def _model(workspace: Workspace, model_id: str) -> Row:
    from cdi_spark.linkage.model.trained_models import model_named
    from cdi_spark.schema import MODEL

    return model_named(workspace.storage.read_or_empty(MODEL), model_id)


def _print_change(found: ModelChange, a: str, b: str) -> None:
    shown = RichTable("comparison", "level", a, b, "difference", title="Match weights, bits")
    # A twentieth of a bit changes the odds by 4 %; --json has every level.
    same = [x for x in found.levels if x.difference is not None and abs(x.difference) < 0.05]
    for level in (x for x in found.levels if x not in same):
        cells = [_bits(bits) for bits in (level.bits_a, level.bits_b, level.difference)]
        shown.add_row(level.comparison, Text(level.level), *cells)
    if shown.row_count:
        out.print(shown)
    out.print(f"levels with the same weight, within a twentieth of a bit: {len(same):,}", highlight=False)
    shown = RichTable("measure", a, b)
    for name, (one, other) in found.measures.items():
        shown.add_row(name, _value(one), _value(other))
    out.print(shown)
    for change, rules in (("added", found.rules_added), ("dropped", found.rules_dropped)):
        out.print(f"blocking rules {change}: {', '.join(rules) or 'none'}", highlight=False)


def _print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    if not rows:
        out.print("none")
        return
    shown = RichTable(*(name.replace("_", " ") for name in rows[0]))
    for row in rows:
        shown.add_row(*(Text(_value(value)) for value in row.values()))
    for name, column in zip(rows[0], shown.columns, strict=True):
        column.justify = "left" if isinstance(rows[0][name], str) else "right"
    out.print(shown)


def _bits(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
