"""One run at a time on a warehouse, and a dead one stops nobody."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from cdi_spark.errors import LeaseError
from cdi_spark.schema import LEASE
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from cdi_spark.storage.lease import DEAD_AFTER_SECONDS, lease


def held_by(storage: Storage, host: str, pid: int, *, age_seconds: float = 0) -> None:
    at = datetime.now(UTC) - timedelta(seconds=age_seconds)
    row = (1, "other", True, host, pid, at)
    storage.append(LEASE, local_rows(storage.spark, [row], LEASE.schema), token="lease", step=1)


def test_a_second_run_is_refused_while_the_first_is_at_work_and_let_in_after(storage: Storage) -> None:
    refused = pytest.raises(LeaseError, match=r"another run is at work \(first, process")
    with lease(storage, "first"), refused, lease(storage, "second"):
        pass
    with lease(storage, "second") as held:
        held.check()
        assert held.interrupted is None


def test_a_second_run_that_waits_is_let_in_when_the_first_ends(storage: Storage) -> None:
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


def test_a_holder_whose_process_died_on_this_machine_is_dead_at_once(storage: Storage) -> None:
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    held_by(storage, socket.gethostname(), died.pid)
    with lease(storage, "next") as held:
        assert held.interrupted == "other"


@pytest.mark.parametrize("age", [0, DEAD_AFTER_SECONDS + 60])
def test_a_holder_on_another_machine_is_dead_when_it_stopped_renewing(storage: Storage, age: float) -> None:
    held_by(storage, "elsewhere", 1, age_seconds=age)
    if age:
        with lease(storage, "next") as held:
            assert held.interrupted == "other"
    else:
        with pytest.raises(LeaseError), lease(storage, "next"):
            pass


def test_who_lost_the_lease_is_told_before_it_goes_on(storage: Storage) -> None:
    with lease(storage, "first") as held:
        row = (held.step + 1, "thief", True, "elsewhere", os.getpid(), datetime.now(UTC))
        rows = local_rows(storage.spark, [row], LEASE.schema)
        storage.append(LEASE, rows, token="lease", step=held.step + 1)
        with pytest.raises(LeaseError, match="lost its lease"):
            held.check()


def test_of_many_that_try_at_once_exactly_one_gets_it(storage: Storage) -> None:
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
