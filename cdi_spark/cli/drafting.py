"""`cdi init`: drafts a project for raw files, asks about it, tries it with Spark and writes its profile."""

from __future__ import annotations

import sys
import tempfile
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdi_spark.cli.options import open_storage, out, show_step, write_page
from cdi_spark.errors import ConfigError, SetupError
from cdi_spark.monitoring import logs

if TYPE_CHECKING:
    from cdi_spark.discovery.draft.project import Draft
    from cdi_spark.discovery.draft.questions import Question
    from cdi_spark.discovery.trial.results import Trial


def init(
    directory: Annotated[Path, typer.Argument(help="Conf folder to write.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files.")] = None,
    source: Annotated[
        list[Path] | None,
        typer.Option(help="A raw file, a folder of raw files, or a glob in quotes; may repeat."),
    ] = None,
    trial: Annotated[
        bool,
        typer.Option(help="Try the draft with Spark on the first rows, and write what each line fills."),
    ] = True,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask on the terminal about the five least sure guesses.")
    ] = False,
) -> None:
    """Draft a project for raw files; guesses are comments for you to confirm."""
    if ask:
        _refuse_without_terminal()
    draft = _draft(directory, [*(source or []), *(more or [])], ask=ask)
    _print(draft.summarise())
    found = _try_or_say(draft) if trial else None
    from cdi_spark.discovery.profile.page import profile_page

    write_page(directory / "profile.html", profile_page(draft, found))
    if found and not found.runs:
        _print([f"The draft does not run yet. Correct the files in {directory}, then run `cdi run all`."])
        raise typer.Exit(1)
    _print([draft.next_step])


def _try_or_say(draft: Draft) -> Trial:
    try:
        return _try(draft)
    except (SetupError, ModuleNotFoundError):
        _print(
            [
                f"The draft is written to {draft.directory}, but not tried. `cdi init --no-trial` needs no Spark."
            ]
        )
        raise


def _refuse_without_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "--ask asks on a terminal, and there is none. Run it in a terminal, or without --ask and confirm the "
            "comments in the files."
        )


def _draft(directory: Path, files: list[Path], *, ask: bool) -> Draft:
    from cdi_spark.discovery.draft.project import draft_project
    from cdi_spark.discovery.draft.questions import ask_questions

    # A step that is redrawn would overwrite the questions.
    with nullcontext() if ask else show_step("looking at the files"):
        draft = draft_project(directory, files, revise=partial(ask_questions, ask=_ask) if ask else None)
    draft.write()
    return draft


def _ask(question: Question) -> str:
    """Ask what a column means; Enter takes the guess."""
    from cdi_spark.discovery.lexicon.shares import percent

    column = question.guess.column
    lines = [
        f"\n{question.source}: column {column.name}",
        f"  {percent(column.fill)} filled, such as {'  '.join(question.samples)}",
        *([f"  {question.guess.doubt}"] if question.guess.doubt else []),
    ]
    for number, choice in enumerate(question.choices, 1):
        words = choice.replace("_", " ") or "leave the column out"
        lines.append(f"  {number} {words}{' (the guess)' if number == 1 else ''}")
    _print(lines)
    while True:
        chosen: int = typer.prompt("What is it? Enter takes the guess", default=1, type=int)
        if 1 <= chosen <= len(question.choices):
            return question.choices[chosen - 1]
        out.print(f"Give a number from 1 to {len(question.choices)}.", highlight=False)


def _try(draft: Draft) -> Trial:
    """Try the draft with Spark, and write what it measured over the draft."""
    from cdi_spark.discovery.trial.apply import apply_trial
    from cdi_spark.discovery.trial.run import load_trial_project, try_draft
    from cdi_spark.discovery.trial.samples import take_sample

    with tempfile.TemporaryDirectory() as folder, show_step("trying the draft with Spark"):
        place = Path(folder)
        samples = {plan.name: take_sample(plan.sheet, place / "raw" / plan.name) for plan in draft.plans}
        project = load_trial_project(draft, samples)
        storage = open_storage(project, str(place / "warehouse"), "", runs=True)
        # What the stages log is in the lines below.
        with logs.gathered():
            found = try_draft(draft, samples, storage)
        printed = apply_trial(draft, found)
        draft.write()
    _print(["Trial with Spark:", *printed])
    return found


def _print(lines: list[str]) -> None:
    for line in lines:
        out.print(line, highlight=False, soft_wrap=True)
