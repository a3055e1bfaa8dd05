"""`cdi demo`: a made-up company, from raw files to customers, compared with the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cdi_spark.cli.options import err, has_watcher, out, project_at, show_step, start_run, tables_at
from cdi_spark.cli.running import print_commands, print_stages, run_and_show

_INTRODUCTION = (
    "This demo makes up a company that knows {people:,} people. Sales, billing, the web shop, support and the app each "
    "keep their own records. One person has several records, with a misspelt name, an old address or a shared phone "
    "number, and no key connects them. cdi reads the raw files, finds which records are the same person, and writes "
    "one row per customer. The truth about a made-up company is known, so at the end you see how accurate the result "
    "is. All files stay in {folder}. With 10,000 people it takes a few minutes.\n"
)
_QUERIES = (
    (
        "the customers with the most records",
        "SELECT given_name, family_name, record_count, sources, order_total FROM gold.customer_360 "
        "ORDER BY record_count DESC LIMIT 5",
    ),
    (
        "the largest orders and their customers",
        "SELECT c.family_name, c.given_name, o.ordered_at, o.amount, o.currency FROM gold.order o "
        "JOIN gold.customer_360 c USING (entity_id) ORDER BY o.amount DESC LIMIT 5",
    ),
)


def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Folder for raw files and tables.")] = Path("demo"),
    people: Annotated[int, typer.Option(min=100, help="Number of people in the demo company.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed and size give the same files.")] = 42,
    project: Annotated[
        str | None, typer.Option(help="Conf folder. Default: conf in --dir, copied there if it is missing.")
    ] = None,
) -> None:
    """Make up a company's raw files, run the whole job on them and show the result."""
    raw, warehouse = directory / "raw", str(directory / "warehouse")
    conf = project or str(directory / "conf")
    where = tables_at(conf, warehouse)
    if has_watcher():
        err.print(_INTRODUCTION.format(people=people, folder=directory), highlight=False)
    else:
        err.print(f"making raw files of {people:,} people in {raw} …")
    with show_step(f"making the raw files in {raw}"):
        from cdi_spark.demo.conf_folder import write_conf
        from cdi_spark.demo.generate import generate

        if project is None:
            write_conf(directory / "conf")
        generate(raw, people=people, seed=seed)
        job = start_run(project_at(conf, {"raw": str(raw)}), warehouse)
    from cdi_spark.pipeline.runner import STAGES

    results = run_and_show(job, list(STAGES), where=where)
    with show_step("comparing the result with the truth"):
        from cdi_spark.reports.demo import demo_report

        found = demo_report(job.storage, str(raw / "truth.csv"), str(raw / "truth_people.csv"))
    print_stages(results)
    for part in found:
        out.print(part, highlight=False)
    out.print("\nTry next:")
    print_commands([(what, ("sql", query, *where)) for what, query in _QUERIES])
