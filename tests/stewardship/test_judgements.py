"""What stewards decide: what follows from it, what contradicts it, and that it is on record once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from cdi_spark.errors import CdiError
from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT, PERSON
from cdi_spark.spark.acting_user import acting_user
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.judgements import (
    Judgement,
    Verdict,
    active_judgements,
    close_judgements,
    find_contradiction,
    must_links,
)
from cdi_spark.stewardship.judging import Decision, judge, judge_all
from cdi_spark.storage import Storage

AT = datetime(2025, 1, 1, tzinfo=UTC)
RECORDS = "abcdef"


def held(*told: str) -> list[Judgement]:
    """Of 'a=b' and 'a!b'."""
    return [
        Judgement(t[0], t[2], Verdict.MUST_LINK if t[1] == "=" else Verdict.CANNOT_LINK, "ann", "", AT)
        for t in told
    ]


def chain(decided: list[Judgement], pair: str, verdict: str) -> list[str] | None:
    found = find_contradiction(decided, (pair[0], pair[1]), verdict)
    return found and [
        step.left + ("=" if step.verdict == Verdict.MUST_LINK else "!") + step.right for step in found
    ]


def test_a_contradiction_comes_with_the_chain_that_proves_it() -> None:
    decided = held("a=b", "b=c", "c!d", "d=e", "a=f")
    assert chain(decided, "ac", Verdict.CANNOT_LINK) == ["a=b", "b=c"]
    assert chain(decided, "ae", Verdict.MUST_LINK) == ["a=b", "b=c", "c!d", "d=e"]
    assert chain(decided, "cd", Verdict.MUST_LINK) == ["c!d"]
    assert chain(decided, "ad", Verdict.CANNOT_LINK) is None
    assert chain(decided, "bf", Verdict.MUST_LINK) is None
    # Two that are neither the third may be one.
    assert chain(held("a!c", "b!c"), "ab", Verdict.MUST_LINK) is None


PAIRS = st.tuples(st.sampled_from(RECORDS), st.sampled_from(RECORDS)).filter(lambda pair: pair[0] < pair[1])


@given(st.lists(st.tuples(PAIRS, st.sampled_from([Verdict.MUST_LINK, Verdict.CANNOT_LINK])), max_size=12))
def test_what_is_refused_is_what_has_no_solution(asked: list[tuple[tuple[str, str], str]]) -> None:
    """Against all ways to part six records into persons."""
    decided: list[Judgement] = []
    ways = list(all_ways(RECORDS))
    for pair, verdict in asked:
        fits = [way for way in ways if (way[pair[0]] == way[pair[1]]) == (verdict == Verdict.MUST_LINK)]
        refused = find_contradiction(decided, pair, verdict)
        assert (refused is not None) == (not fits)
        if refused is None:
            ways = fits
            decided.append(Judgement(*pair, verdict, "ann", "", AT))


def all_ways(records: str) -> list[dict[str, int]]:
    ways: list[dict[str, int]] = [{}]
    for record in records:
        ways = [
            {**way, record: person} for way in ways for person in range(max(way.values(), default=-1) + 2)
        ]
    return ways


def test_every_record_gets_what_follows_from_all_decisions(spark: SparkSession) -> None:
    found = {
        row["record_id"]: row for row in close_judgements(spark, held("a=b", "b=c", "c!d", "e!f")).collect()
    }
    assert {found[r]["judged_same"] for r in "abc"} == {"a"}
    assert {found[r]["judged_same"] for r in "def"} == {None}
    assert found["a"]["judged_apart"] == found["d"]["judged_apart"] != found["e"]["judged_apart"]
    assert found["e"]["judged_apart"] == found["f"]["judged_apart"]


def test_must_links_join_the_records_that_there_are(spark: SparkSession) -> None:
    judged = close_judgements(spark, held("a=b", "b=c", "d=e", "e!f"))
    there = local_rows(spark, [(r,) for r in "acef"], "record_id string")
    links = [(row["record_id_l"], row["record_id_r"]) for row in must_links(judged, there).collect()]
    assert links == [("a", "c")]


@pytest.fixture
def persons(spark: SparkSession, storage: Storage) -> Storage:
    rows = [{"record_id": f"crm:{r}", "is_deleted": r == "f"} for r in RECORDS]
    persons = [tuple(row.get(name) for name in PERSON.names) for row in rows]
    storage.replace(PERSON, local_rows(spark, persons, PERSON.schema))
    return storage


def decision(told: str) -> Decision:
    verdict = {"=": Verdict.MUST_LINK, "!": Verdict.CANNOT_LINK, "?": Verdict.WITHDRAWN}[told[1]]
    return Decision((f"crm:{told[0]}", f"crm:{told[2]}"), verdict, "seen both")


def decide(storage: Storage, told: str, *, by: str = "ann") -> bool:
    asked = decision(told)
    return judge(storage, asked.records, asked.verdict, by=by, why=asked.why)


def test_a_decision_is_on_record_once_and_withdrawn_with_all_on_record(persons: Storage) -> None:
    assert decide(persons, "b=a")
    assert not decide(persons, "a=b", by="bob")
    assert decide(persons, "b=c")
    with pytest.raises(CdiError, match=r"crm:a is crm:b \(ann, .*\); crm:b is crm:c \(ann"):
        decide(persons, "a!c")
    assert decide(persons, "a?b", by="bob")
    assert decide(persons, "a!c")
    decisions = persons.read(JUDGEMENT.name)
    assert [
        (j.pair, j.verdict) for j in active_judgements(decisions, persons.read_or_empty(CONTENT_CHANGE))
    ] == [
        (("crm:b", "crm:c"), Verdict.MUST_LINK),
        (("crm:a", "crm:c"), Verdict.CANNOT_LINK),
    ]
    assert [r["step"] for r in decisions.orderBy("step").collect()] == [1, 2, 3, 4]


def test_what_cannot_be_decided_is_refused(persons: Storage) -> None:
    with pytest.raises(CdiError, match="crm:f: no such record"):
        decide(persons, "a=f")
    with pytest.raises(CdiError, match="nothing is decided about crm:a and crm:b"):
        decide(persons, "a?b")
    with pytest.raises(CdiError, match="one record"):
        decide(persons, "a=a")
    assert not persons.exists(JUDGEMENT.name)


def test_of_two_who_decide_at_once_the_second_sees_the_first(persons: Storage) -> None:
    decide(persons, "a=b")

    def tell(told: str) -> str:
        try:
            return str(decide(persons, told, by=told))
        except CdiError as refused:
            return "refused" if "Withdraw one of them" in str(refused) else str(refused)

    with ThreadPoolExecutor(max_workers=3) as pool:
        told = list(pool.map(tell, ["b=c", "a!c", "d=e"]))
    assert sorted(told) == ["True", "True", "refused"]
    assert len(active_judgements(*map(persons.read_or_empty, (JUDGEMENT, CONTENT_CHANGE)))) == 3


def test_decisions_given_together_count_one_by_one_whoever_else_decides(persons: Storage) -> None:
    def tell(told: str) -> list[bool | str]:
        outcomes = judge_all(persons, [decision(one) for one in told.split()], by=told)
        return [one if isinstance(one, bool) else str(one)[:30] for one in outcomes]

    with ThreadPoolExecutor(max_workers=2) as pool:
        told = list(pool.map(tell, ["a=b b=c c!a b=a f=a a?b", "d!a e!a d!a"]))
    assert told == [
        [True, True, "judge: crm:a and crm:c cannot ", False, "judge: crm:f: no such record i", True],
        [True, True, False],
    ]
    decisions = persons.read(JUDGEMENT.name)
    assert [row["step"] for row in decisions.orderBy("step").collect()] == [1, 2, 3, 4, 5]
    assert len(active_judgements(decisions, persons.read_or_empty(CONTENT_CHANGE))) == 3


def test_a_decision_has_a_verdict_that_there_is() -> None:
    assert Decision(("crm:a", "crm:b"), "must-link", "").verdict is Verdict.MUST_LINK  # type: ignore[arg-type]
    with pytest.raises(CdiError, match=r"no verdict 'must'\. Verdicts are must-link, cannot-link, withdrawn"):
        Decision(("crm:a", "crm:b"), "must", "")  # type: ignore[arg-type]


def test_a_decision_keeps_whose_process_recorded_it_also_in_a_table_of_an_earlier_version(
    persons: Storage,
) -> None:
    later = {"system_user", "host"}
    earlier = [field for field in JUDGEMENT.schema if field.name not in later]
    decided = [(1, "crm:a", "crm:b", Verdict.MUST_LINK, "ann", "old", AT)]
    rows = local_rows(persons.spark, decided, StructType(earlier))
    persons.append_once(JUDGEMENT.name, rows, token="earlier version")
    assert judge(persons, ("crm:a", "crm:c"), Verdict.MUST_LINK, by="bob", why="new")
    old, new = active_judgements(*map(persons.read_or_empty, (JUDGEMENT, CONTENT_CHANGE)))
    assert (old.by, old.system_user, old.host) == ("ann", None, None)
    assert (new.by, new.system_user, new.host) == ("bob", *acting_user(persons.spark))
