"""The questions about the least sure guesses, and what an answer changes in the draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faker import Faker

from cdi_spark.discovery.draft.project import Draft, draft_project
from cdi_spark.discovery.draft.questions import Question, ask_questions
from cdi_spark.errors import SourceError
from tests.discovery.conftest import table

Asked = Callable[..., tuple[Draft, list[Question]]]


@pytest.fixture
def asked(tmp_path: Path, fake: Callable[[str], Faker]) -> Asked:
    """asked(answer=…): the draft of a file without header after the answers, and the questions."""

    def asked(*, header: list[str] | None, answer: Callable[[Question], str]) -> tuple[Draft, list[Question]]:
        made = fake("en_GB")
        rows = [
            [f"K{n:04d}", made.first_name(), made.last_name(), made.phone_number(), made.city(), made.postcode(),
             made.date_of_birth().isoformat(), made.email()]
            for n in range(80)
        ]  # fmt: skip
        (tmp_path / "list.csv").write_text(table(header, rows))
        questions: list[Question] = []

        def ask(question: Question) -> str:
            questions.append(question)
            return answer(question)

        draft = draft_project(
            tmp_path / "acme",
            [tmp_path / "list.csv"],
            revise=lambda plans, conventions: ask_questions(plans, conventions, ask=ask),
        )
        return draft, questions

    return asked


def take_guess(question: Question) -> str:
    return question.guess.meaning


def columns(draft: Draft) -> dict[str, str]:
    return {line.target: line.sql for line in draft.plans[0].emits[0].lines}


def test_at_most_five_are_asked_the_least_sure_first_with_masked_samples(asked: Asked) -> None:
    draft, questions = asked(header=None, answer=take_guess)
    assert len(questions) == 5
    assert {"given_name", "family_name"} <= columns(draft).keys()
    for question in questions:
        assert question.choices[0] == take_guess(question)
        assert question.choices[-1] == ""
        assert len(set(question.choices)) == len(question.choices) >= 2
        assert question.samples
        assert not set(question.samples) & question.guess.column.values.keys()


def test_nothing_is_asked_where_the_headers_are_clear(asked: Asked) -> None:
    header = ["customer_no", "first_name", "last_name", "phone", "city", "postcode", "date_of_birth", "email"]
    _, questions = asked(header=header, answer=take_guess)
    assert questions == []


def test_an_answer_maps_the_column_to_what_the_user_says(asked: Asked) -> None:
    def answer(question: Question) -> str:
        if question.guess.meaning == "given_name":
            assert "company" in question.choices
            return "company"
        return take_guess(question)

    draft, questions = asked(header=None, answer=answer)
    changed = next(question for question in questions if question.guess.meaning == "company")
    written = columns(draft)
    assert written["company"] == changed.guess.column.text
    assert written.get("given_name") != changed.guess.column.text
    line = next(line for line in draft.plans[0].emits[0].lines if line.target == "company")
    assert not line.confirm


def test_a_column_that_the_user_leaves_out_is_in_no_line(asked: Asked) -> None:
    draft, questions = asked(
        header=None, answer=lambda q: "" if q.guess.meaning == "family_name" else take_guess(q)
    )
    left_out = next(question for question in questions if not question.guess.meaning)
    assert left_out.guess.column.text not in columns(draft).values()


def test_leaving_out_all_that_describes_people_is_refused(tmp_path: Path) -> None:
    rows = [[f"{n}", f"ann{n}@post.de"] for n in range(40)]
    (tmp_path / "list.csv").write_text(table(None, rows))

    with pytest.raises(SourceError, match="no file describes people"):
        draft_project(
            tmp_path / "acme",
            [tmp_path / "list.csv"],
            revise=lambda plans, conventions: ask_questions(plans, conventions, ask=lambda _: ""),
        )
