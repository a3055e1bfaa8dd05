"""One run at a time works on a warehouse; a dead one stops no other, and one that lost its lease writes no more."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdi_spark.errors import LeaseError
from cdi_spark.monitoring import logs
from cdi_spark.schema import LEASE, MEMBER
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from cdi_spark.storage import lease as lease_module
from cdi_spark.storage.lease import DEAD_AFTER_SECONDS, lease


def held_by(storage: Storage, host: str, pid: int, *, age_seconds: float = 0) -> None:
    at = datetime.now(UTC) - timedelta(seconds=age_seconds)
    row = (1, "other", True, host, pid, at)
    storage.append(LEASE, local_rows(storage.spark, [row], LEASE.schema), token="lease", step=1)


def test_a_second_run_is_refused_while_the_first_works_and_starts_afterwards(storage: Storage) -> None:
    refused = pytest.raises(LeaseError, match=r"another run is at work \(first, process")
    with lease(storage, "first"), refused, lease(storage, "second"):
        pass
    with lease(storage, "second") as held:
        held.check()
        assert held.interrupted is None


def test_a_second_run_that_waits_starts_when_the_first_ends(storage: Storage) -> None:
    leave = threading.Event()
    inside = threading.Event()

    def first() -> None:
        with lease(storage, "first"):
            inside.set()
            leave.wait(60)

    running = threading.Thread(target=first)
    running.start()
    inside.wait(60)
    threading.Timer(1, leave.set).start()
    with lease(storage, "second", wait_seconds=60) as held:
        held.check()
    running.join()


def test_a_holder_whose_process_died_on_this_machine_is_recognised_at_once(storage: Storage) -> None:
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    held_by(storage, socket.gethostname(), died.pid)
    with lease(storage, "next") as held:
        assert held.interrupted == "other"


@pytest.mark.parametrize("age", [0, DEAD_AFTER_SECONDS + 60])
def test_a_holder_on_another_machine_counts_as_dead_once_it_stops_renewing(
    storage: Storage, age: float
) -> None:
    held_by(storage, "elsewhere", 1, age_seconds=age)
    if age:
        with lease(storage, "next") as held:
            assert held.interrupted == "other"
    else:
        with pytest.raises(LeaseError), lease(storage, "next"):
            pass


def test_a_check_finds_that_another_run_took_the_lease(storage: Storage) -> None:
    with lease(storage, "first") as held:
        row = (held.step + 1, "thief", True, "elsewhere", os.getpid(), datetime.now(UTC))
        rows = local_rows(storage.spark, [row], LEASE.schema)
        storage.append(LEASE, rows, token="lease", step=held.step + 1)
        with pytest.raises(LeaseError, match="lost its lease"):
            held.check()


def wait_for(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("RENEW_SECONDS", 0.1), ("RETRY_SECONDS", 0.1), ("DEAD_AFTER_SECONDS", 5.0)):
        monkeypatch.setattr(lease_module, name, seconds)


@pytest.fixture
def broken(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While it is set, the lease cannot be written."""
    broken, append = threading.Event(), storage.append

    def failing(table: Any, *arguments: Any, **named: Any) -> None:
        if table is LEASE and broken.is_set():
            raise OSError("storage is away")
        append(table, *arguments, **named)

    monkeypatch.setattr(storage, "append", failing)
    return broken


@pytest.mark.usefixtures("short_lease")
def test_a_renewal_that_fails_is_tried_again(
    storage: Storage, broken: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    with logs.watched(caplog.handler), lease(storage, "first") as held:
        broken.set()
        wait_for(lambda: len(caplog.messages) >= 2)
        broken.clear()
        step = held.step
        wait_for(lambda: held.step > step)
        held.check()
    assert set(caplog.messages) == {"the lease could not be renewed; it is tried again"}
    assert "storage is away" not in caplog.text


@pytest.mark.usefixtures("short_lease")
def test_a_lease_that_cannot_be_renewed_is_lost_once_others_may_take_it(
    storage: Storage, broken: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    with logs.watched(caplog.handler), lease(storage, "first") as held:
        broken.set()
        wait_for(lambda: held.loss)
        broken.clear()
        with pytest.raises(LeaseError, match=r"could not be renewed for 5 seconds \(OSError\)"):
            held.check()
    assert "the lease is lost" in caplog.messages[-1]
    with lease(storage, "second") as held:
        assert held.interrupted == "first"


@pytest.mark.usefixtures("short_lease")
def test_a_lease_whose_renewal_hangs_is_lost_once_others_may_take_it(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, append = threading.Event(), storage.append

    def hanging(table: Any, *arguments: Any, **named: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            hangs.wait(60)
        append(table, *arguments, **named)

    with lease(storage, "first") as held:
        monkeypatch.setattr(storage, "append", hanging)
        time.sleep(lease_module.DEAD_AFTER_SECONDS + 1)
        with pytest.raises(LeaseError, match="was not renewed for 5 seconds"):
            held.check_loss()
        hangs.set()


def test_a_lease_is_lost_after_the_machine_slept_even_if_the_steady_clock_stood_still(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lease(storage, "first") as held:
        held.check_loss()
        wall = time.time()
        monkeypatch.setattr(time, "time", lambda: wall + DEAD_AFTER_SECONDS + 1)
        rows = local_rows(storage.spark, [("a", "X", datetime.now(UTC), None, "r1")], MEMBER.schema)
        with pytest.raises(LeaseError, match="was not renewed for 300 seconds"):
            storage.append(MEMBER, rows)
        monkeypatch.undo()
    assert not storage.exists(MEMBER.name)


WRITES: dict[str, Callable[[Storage, Any], None]] = {
    "append_once": lambda storage, rows: storage.append_once("bronze.crm", rows, token="b"),
    "append": lambda storage, rows: storage.append(MEMBER, rows),
    "replace": lambda storage, rows: storage.replace(MEMBER, rows),
    "replace_keys": lambda storage, rows: storage.replace_keys(MEMBER, rows.select("entity_id"), rows),
    "replace_except": lambda storage, rows: storage.replace_except(MEMBER, "run_id", ["r0"], rows),
    "merge": lambda storage, rows: storage.merge(MEMBER, rows, when_changed=("entity_id",)),
    "release": lambda storage, _: storage.release("r1"),
    "scratch": lambda storage, _: storage.scratch().__enter__(),
}


@pytest.mark.usefixtures("short_lease")
def test_a_run_that_lost_its_lease_within_a_stage_writes_nothing_more(storage: Storage) -> None:
    rows = local_rows(storage.spark, [("a", "X", datetime.now(UTC), None, "r1")], MEMBER.schema)
    with lease(storage, "first") as held:
        storage.append(MEMBER, rows)
        step = held.step + 100
        thief = local_rows(
            storage.spark, [(step, "thief", True, "elsewhere", 1, datetime.now(UTC))], LEASE.schema
        )
        storage.append(LEASE, thief, token="lease", step=step)
        wait_for(lambda: held.loss)
        for name, write in WRITES.items():
            with pytest.raises(LeaseError, match="another run took it"):
                write(storage, rows)
            assert storage.versions([MEMBER.name, "bronze.crm", "ops.release"]) == {MEMBER.name: 0}, name
    assert storage.read(LEASE.name).where(f"step > {step}").isEmpty()


def test_of_several_runs_that_start_at_once_exactly_one_gets_the_lease(storage: Storage) -> None:
    with lease(storage, "warm"):
        pass
    start, leave = threading.Barrier(4), threading.Event()
    got: list[str] = []
    refused: list[str] = []

    def attempt(name: str) -> None:
        start.wait()
        try:
            with lease(storage, name):
                got.append(name)
                leave.wait(120)
        except LeaseError:
            refused.append(name)
            if len(refused) == 3:
                leave.set()

    threads = [threading.Thread(target=attempt, args=(f"run{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(refused)) == (1, 3)
