"""The `cdi` command."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark import __version__
from cdi_spark.cli import (
    customers,
    demo,
    doctor,
    drafting,
    history,
    judging,
    linkage,
    models,
    overriding,
    review,
    serve,
    stream,
)
from cdi_spark.cli.console import print_traceback
from cdi_spark.cli.csv_rows import print_csv
from cdi_spark.cli.options import (
    AsJson,
    Catalog,
    ProjectDir,
    Vars,
    Warehouse,
    err,
    open_tables,
    out,
    print_json,
    project_at,
    show_step,
    start_run,
    tables_at,
    variables,
    write_page,
)
from cdi_spark.errors import CdiError, ConfigError, is_of_spark, kind_of
from cdi_spark.monitoring import logs
from cdi_spark.spark.private_files import restrict_new_files

app = typer.Typer(
    name="cdi",
    help="Customer data integration on Spark: find which records are the same person, and publish one row per "
    "customer.\n\nStart with `cdi demo`, then query its tables with `cdi sql`. For your own data, draft a conf folder "
    "with `cdi init`, check it with `cdi check`, and run it with `cdi run all`. If something does not start, run "
    "`cdi doctor`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


# Packages that only some commands need, by the extra of the wheel that installs them.
_EXTRAS = {"pyspark": "spark", "delta": "spark", "faker": "demo", "grpc": "connect"}


class Format(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


class Stage(StrEnum):
    all = "all"
    ingest = "ingest"
    standardise = "standardise"
    train = "train"
    score = "score"
    resolve = "resolve"
    publish = "publish"


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"cdi {__version__}")
        raise typer.Exit


@app.callback()
def global_options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    stage: Annotated[Stage, typer.Argument(help="One stage, or all of them in order.")] = Stage.all,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    var: Vars = None,
    retrain: Annotated[bool, typer.Option(help="Train a new model even if one fits the settings.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Score, resolve and publish everything, not only what changed.")
    ] = False,
    run_id: Annotated[
        str | None, typer.Option(help="Name of the run; the same for stages run one by one.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for another run to end.")] = 0,
) -> None:
    """Run the job: raw sources to gold.customer_360, or one stage of it."""
    from cdi_spark.cli.running import is_on_screen, print_result, run_and_show
    from cdi_spark.pipeline.runner import STAGES

    with show_step("starting the run"):
        job = start_run(
            project_at(project, variables(var)), warehouse, catalog, retrain=retrain, full=full, run_id=run_id
        )
    stages = list(STAGES) if stage is Stage.all else [stage.value]
    where = tables_at(project, warehouse, catalog)
    results = run_and_show(job, stages, where=where, wait_seconds=wait)
    if is_on_screen(job):
        print_result(results, where=where)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help='Such as "SELECT * FROM gold.customer_360 LIMIT 5".')],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    format: Annotated[Format, typer.Option(help="How to print the rows.")] = Format.table,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="For operators: run any statement, also one that writes or reads files."
        ),
    ] = False,
    excel: Annotated[
        bool, typer.Option("--excel", help="With --format csv: no cell is a formula for a spreadsheet.")
    ] = False,
) -> None:
    """Query the tables with SQL, by their names schema.table; it only reads them."""
    if excel and format is not Format.csv:
        raise ConfigError("sql: --excel is about CSV. Give it with --format csv.")
    from pyspark.errors import PySparkException

    from cdi_spark.spark.query_errors import query_error
    from cdi_spark.sql.reading import RefusedSqlError

    try:
        with show_step("querying the tables"):
            storage = open_tables(project, warehouse, catalog)
            rows = storage.query(query, reads_only=not write)
            names, data = rows.columns, [row.asDict(recursive=True) for row in rows.collect()]
    except RefusedSqlError as fault:
        raise CdiError(f"sql: this only reads tables, and {fault}. An operator can give --write.") from None
    except PySparkException as fault:
        raise CdiError(f"sql: {query_error(fault)}") from None
    if format is Format.json:
        print_json(data)
    elif format is Format.csv:
        print_csv(names, ([_cell(row[name]) for name in names] for row in data), excel=excel)
    else:
        shown = RichTable(*names)
        for row in data:
            shown.add_row(*(Text("" if row[name] is None else str(_cell(row[name]))) for name in names))
        out.print(shown)


@app.command()
def evaluate(
    truth: Annotated[str, typer.Option(help="CSV with the columns source, key and person.")],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_json: AsJson = False,
) -> None:
    """Compare the clusters with known truth: pairwise precision, recall and F1, and exact clusters."""
    from cdi_spark.queries.accuracy import evaluate_members

    with show_step("comparing the clusters with the truth"):
        storage = open_tables(project, warehouse, catalog)
        found = evaluate_members(storage, truth).as_dict()
    if as_json:
        print_json(found)
        return
    shown = RichTable("measure", "value")
    for name, value in found.items():
        shown.add_row(name, f"{value:,.4f}" if isinstance(value, float) else f"{value:,}")
    out.print(shown)


@app.command()
def check(
    project: ProjectDir = ".",
    var: Vars = None,
) -> None:
    """Check a conf folder without starting Spark."""
    from cdi_spark.linkage.model.person_model import load_person_model
    from cdi_spark.quality.gates import check_names

    loaded = project_at(project, variables(var), lenient=not var)
    load_person_model(loaded.person_model)
    for quality in loaded.quality.values():
        check_names(quality)
    out.print(
        f"{project}: {len(loaded.sources)} sources, {len(loaded.quality)} quality files, no mistakes found"
    )


@app.command()
def docs(
    output: Annotated[Path, typer.Argument(help="HTML file to write.")] = Path("data_dictionary.html"),
    project: ProjectDir = ".",
) -> None:
    """Write the data dictionary and the ownership document as one HTML page."""
    from cdi_spark.governance.data_dictionary import dictionary_page

    write_page(output, dictionary_page(project_at(project, lenient=True)))


app.command()(drafting.init)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(customers.show)
app.command()(customers.report)
app.command()(linkage.explain)
app.command()(linkage.why)
app.command()(stream.stream)
app.command()(history.history)
app.command()(review.review)
app.add_typer(judging.app, name="judge")
app.add_typer(overriding.app, name="override")
app.add_typer(serve.app, name="serve")
app.add_typer(models.app, name="models")
app.add_typer(models.blocking, name="blocking")


def main(arguments: Sequence[str]) -> int:
    """Run the command with these arguments and return its exit status; 0 only on success."""
    try:
        restrict_new_files()
        app(list(arguments))
    except SystemExit as end:
        # Typer exits after it has reported wrong usage, or when the user stops the command.
        return int(end.code or 0)
    except CdiError as fault:
        if not logs.failure(str(fault)):
            _print_error(str(fault))
        return 2 if isinstance(fault, ConfigError) else 1
    except ModuleNotFoundError as fault:
        extra = _EXTRAS.get((fault.name or "").partition(".")[0])
        if extra is None:
            raise
        message = f"The Python package {fault.name} is missing. Run `pip install 'cdi-spark[{extra}]'`."
        _print_error(message)
        return 1
    except RecursionError:
        _print_error(
            "Something given is nested too deeply to be read: an expression of conf, or brackets in a file or query. "
            "Take levels out of it. Set CDI_TRACE=1 to see where."
        )
        if os.environ.get("CDI_TRACE"):
            raise
        return 1
    except Exception as fault:
        if not is_of_spark(fault):
            raise
        _print_error(f"Spark failed with {kind_of(fault)}. Set CDI_TRACE=1 to see the whole error.")
        if os.environ.get("CDI_TRACE"):
            raise
        return 1
    return 0


def _print_error(text: str) -> None:
    err.print(Text.assemble(("error:", "bold red"), " ", text), highlight=False, soft_wrap=True)


def script() -> None:
    """Run the `cdi` command as a console script."""
    sys.excepthook = print_traceback
    _exit_on_failure(main(sys.argv[1:]))


def run_job() -> None:
    """Run the stage that the script is named after, with the script's arguments; jobs/*.py call it."""
    # sys.argv, not __file__: Databricks runs a Python file without it.
    _exit_on_failure(main(["run", Path(sys.argv[0]).stem, *sys.argv[1:]]))


def _exit_on_failure(status: int) -> None:
    # Some schedulers take any SystemExit for a failure, even one with status 0.
    if status:
        sys.exit(status)


def _cell(value: Any) -> Any:
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, (list, dict)) else value
