"""`cdi init` as a shell sees it: the draft, questions, the profile, and the exit status after the trial."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from cdi_spark.cli import drafting, main
from cdi_spark.discovery.draft.project import Draft
from cdi_spark.discovery.trial.results import SourceResult, Trial
from cdi_spark.errors import SetupError
from tests.cli.terminal import in_terminal

SCRIPT = "import sys; from cdi_spark.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file without header: the draft is unsure of its columns."""
    given = [f"{start}{end}" for start in ("Ann", "Mari", "Carl", "Juli") for end in ("a", "e", "o")]
    family = [
        "Miller",
        "Smith",
        "Jones",
        "Brown",
        "Taylor",
        "Wilson",
        "Davies",
        "Evans",
        "Thomas",
        "White",
        "Green",
    ]
    rows = [
        f"K{n:03d},{given[n % 12]},{family[n % 11]},{given[n % 12].lower()}{n}@post.de" for n in range(60)
    ]
    (tmp_path / "people.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "people.csv"


def test_without_a_trial_the_draft_and_its_profile_are_written(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--no-trial", str(tmp_path / "acme"), str(people)]) == 0
    printed = capsys.readouterr().out
    assert f"written: {tmp_path / 'acme' / 'profile.html'}" in printed.replace("\n", "")
    assert "Next: check the comments" in printed
    assert "Trial" not in printed
    page = (tmp_path / "acme" / "profile.html").read_text()
    assert "xxxx99@xxxx.xx" in page
    assert "post.de" not in page


def test_a_draft_that_does_not_run_ends_with_status_1_and_says_so(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = "source people: the files have no column <id>."
    monkeypatch.setattr(drafting, "_try", lambda draft: _failed(fault))
    assert main(["init", str(tmp_path / "acme"), str(people)]) == 1
    printed = capsys.readouterr().out
    assert "The draft does not run yet" in printed
    assert "Next:" not in printed
    page = (tmp_path / "acme" / "profile.html").read_text()
    assert "The draft does not run yet" in page
    assert "no column &lt;id&gt;" in page


def _failed(fault: str) -> Trial:
    return Trial({"people": SourceResult(60, True)}, faults=[fault])


def test_without_spark_the_draft_stays_and_the_user_is_told(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(draft: Draft) -> Trial:
        raise SetupError("There is no Java.")

    monkeypatch.setattr(drafting, "_try", fail)
    assert main(["init", str(tmp_path / "acme"), str(people)]) == 1
    printed = capsys.readouterr()
    assert "but not tried. `cdi init --no-trial` needs no Spark" in printed.out
    assert "There is no Java" in printed.err
    assert (tmp_path / "acme/sources/people.yml").exists()


def test_questions_without_a_terminal_are_refused_before_anything_is_read(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--ask", str(tmp_path / "acme"), str(people)]) == 2
    printed = capsys.readouterr().err
    assert "--ask asks on a terminal" in printed
    assert "without --ask" in " ".join(printed.split())
    assert not (tmp_path / "acme").exists()


def test_questions_show_masked_samples_and_enter_takes_the_guess(people: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        SCRIPT,
        "init",
        "--ask",
        "--no-trial",
        str(tmp_path / "acme"),
        str(people),
    ]
    # The first answer is no choice, so it is asked again.
    seen = in_terminal(command, stdout_too=True, typed="99\n" + "\n" * 5)
    assert seen.status == 0
    text = "\n".join(seen.lines)
    assert "people: column " in text
    assert "1 " in text
    assert "leave the column out" in text
    assert "Give a number from 1 to " in text
    assert not any(name in text for name in ("Anna", "Miller", "post.de"))
    mapped = yaml.safe_load((tmp_path / "acme/sources/people.yml").read_text())["emits"][0]["columns"]
    assert mapped.keys() == {"given_name", "family_name", "emails"}


def test_an_answer_changes_the_mapping(people: Path, tmp_path: Path) -> None:
    mapped = []
    for name, typed in (("guessed", "\n"), ("answered", "2\n")):
        command = [
            sys.executable,
            "-c",
            SCRIPT,
            "init",
            "--ask",
            "--no-trial",
            str(tmp_path / name),
            str(people),
        ]
        assert in_terminal(command, stdout_too=True, typed=typed + "\n" * 5).status == 0
        written = yaml.safe_load((tmp_path / name / "sources/people.yml").read_text())
        mapped.append(written["emits"][0]["columns"])
    assert mapped[0].keys() == {"given_name", "family_name", "emails"}
    assert mapped[1] != mapped[0]
