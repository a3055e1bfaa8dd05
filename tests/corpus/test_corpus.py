"""The truth of a case is typed, and a line of a mapping is compared by the fields that it reads."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.corpus.drafts import is_same_use
from tests.corpus.truth import Truth


@pytest.mark.parametrize(
    "wrong", [{"maping": {}}, {"rows": {"person": "many"}}, {"sources": {"crm": "people.csv"}}]
)
def test_a_truth_with_an_unknown_key_or_another_type_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Truth.model_validate({"about": "A case.", **wrong})


@pytest.mark.parametrize(
    ("used", "expected", "is_same"),
    [
        ({"mail"}, {"mail"}, True),
        ({"holder.first", "holder.last"}, {"holder"}, True),
        ({"holder.first", "holder.last"}, {"holder.first"}, False),
        ({"mail"}, {"mail", "mail2"}, False),
        ({"holders.first"}, {"holder"}, False),
        ({"mail"}, set(), False),
        (set(), {"mail"}, False),
        (set(), set(), True),
    ],
)
def test_an_expected_column_stands_for_its_fields(used: set[str], expected: set[str], is_same: bool) -> None:
    assert is_same_use(used, expected) is is_same
