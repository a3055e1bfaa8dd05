"""Files of a snapshot are known by their content, files of changes by their name too."""

from typing import Any

from cdi_spark.config import Emit, Source
from cdi_spark.connectors.files.batches import Batch, Landed, Part, tell_apart


def source(load: str, path: str = "/in/*.csv") -> Source:
    said: dict[str, Any] = {"name": "crm", "path": path, "format": "csv", "key": "id", "load": load}
    return Source(**said, emits=[Emit(table="person", columns={})])


def batches(
    said: Source, contents: dict[str, int], landed: Landed | None = None, *, changed_at: int | None = None
) -> dict[str, str]:
    """The batch of each file, by its path; equal numbers are equal contents."""
    parts = [Part(path, n, 0, 1, 0, content, content) for n, (path, content) in enumerate(contents.items())]
    files, _, _ = tell_apart(parts, said, landed or Landed(), changed_at=changed_at)
    return {file.path: file.batch for file in files}


def landed(found: dict[str, str], *, newest: dict[str, str] | None = None, at: int = 100) -> Landed:
    return Landed(
        batches={batch: Batch(1, [path], at) for path, batch in found.items()},
        newest=list((newest or found).values()),
    )


MONDAY, TUESDAY, FRIDAY = "file:///in/a%201.csv", "file:///in/b.csv", "file:///in/c.csv"


def test_of_equal_files_a_snapshot_has_one_and_changes_have_all() -> None:
    contents = {MONDAY: 1, TUESDAY: 2, FRIDAY: 1}
    assert batches(source("snapshot"), contents).keys() == {MONDAY, TUESDAY}
    assert batches(source("changes"), contents).keys() == {MONDAY, TUESDAY, FRIDAY}


def test_a_file_of_changes_with_the_content_of_an_earlier_one_is_new_and_then_known() -> None:
    changes = source("changes")
    first = batches(changes, {MONDAY: 1, TUESDAY: 2})
    then = batches(changes, {MONDAY: 1, TUESDAY: 2, FRIDAY: 1}, landed(first))
    assert {MONDAY: then[MONDAY], TUESDAY: then[TUESDAY]} == first
    assert then[FRIDAY] not in first.values()
    assert batches(changes, {MONDAY: 1, TUESDAY: 2, FRIDAY: 1}, landed(then)) == then
    # Also where earlier files are moved away, or all files land at once.
    assert batches(changes, {FRIDAY: 1}, landed(first)) == {FRIDAY: then[FRIDAY]}
    assert batches(changes, {MONDAY: 1, TUESDAY: 2, FRIDAY: 1}) == then


def test_files_are_known_in_another_folder_but_not_in_another_part_of_it() -> None:
    changes = source("changes", "/in/*/*.csv")
    known = landed(batches(changes, {"file:///in/mon/a.csv": 1}))
    moved = source("changes", "/elsewhere/*/*.csv")
    assert set(batches(moved, {"file:///elsewhere/mon/a.csv": 1}, known).values()) == set(known.batches)
    assert not set(batches(changes, {"file:///in/tue/a.csv": 1}, known).values()) & set(known.batches)


def test_the_only_file_is_new_where_an_earlier_content_is_written_again_after_another() -> None:
    changes = source("changes", "/in/a.csv")
    path = "file:///in/a.csv"
    first = batches(changes, {path: 1}, changed_at=50)
    second = batches(changes, {path: 2}, landed(first), changed_at=150)
    both = landed({**first, "file:/in/a.csv": second[path]}, newest=second, at=200)
    third = batches(changes, {path: 1}, both, changed_at=250)
    assert third[path] not in both.batches
    assert batches(changes, {path: 1}, both, changed_at=250) == third
    # Not written again: a run was killed before it recorded the delivery.
    assert batches(changes, {path: 1}, both, changed_at=50) == first
