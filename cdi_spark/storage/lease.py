"""One run at a time on a warehouse: a lease that dies with its holder."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import Row
from pyspark.sql import functions as F

from cdi_spark.errors import ConflictError, LeaseError
from cdi_spark.schema import LEASE
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

# A holder renews every minute; one that missed five is taken for dead.
RENEW_SECONDS = 60.0
DEAD_AFTER_SECONDS = 300.0
_ASK_AGAIN_SECONDS = 5.0


@dataclass
class Lease:
    """A lease held by this process; `interrupted` is the run that died holding it, if one did."""

    storage: Storage
    run_id: str
    step: int
    interrupted: str | None
    _version: int | None = None

    def check(self) -> None:
        """Make sure that nobody took over while this process was away.

        Raises:
            LeaseError: another run holds the lease now.
        """
        # Where nobody wrote since, there is nothing to ask.
        if self._version is not None and _version(self.storage) == self._version:
            return
        if not self._is_mine():
            raise LeaseError(
                f"run {self.run_id} lost its lease on {self.storage.warehouse} to another run. Run again."
            )

    def take(self, step: int) -> bool:
        """Write that this run holds the lease, as a step; false where another process wrote that step first."""
        if not _wrote(self.storage, self.run_id, step, held=True):
            return False
        is_mine = self._is_mine()
        (_held_here.add if is_mine else _held_here.discard)(self.run_id)
        if is_mine:
            self.step = step
        return is_mine

    def give_back(self) -> None:
        """Write that this run holds the lease no longer."""
        try:
            _wrote(self.storage, self.run_id, self.step + 1, held=False)
        finally:
            _held_here.discard(self.run_id)

    def _is_mine(self) -> bool:
        # First the version: what others write after it makes it another.
        version = _version(self.storage)
        last = _last(self.storage)
        is_mine = last is not None and last["run_id"] == self.run_id and bool(last["held"])
        self._version = version if is_mine else None
        return is_mine


@contextmanager
def lease(storage: Storage, run_id: str, *, wait_seconds: float = 0) -> Iterator[Lease]:
    """Hold the warehouse for a run; ends with the block, or some minutes after its process died.

    A holder that died on this machine is told by its process id at once.

    Args:
        wait_seconds: how long to wait for another run to end, seconds.
    Raises:
        LeaseError: another run holds the warehouse.
    """
    held = _taken(storage, run_id, time.monotonic() + wait_seconds)
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(RENEW_SECONDS):
            held.take(held.step + 1)

    renewing = threading.Thread(target=renew, daemon=True)
    renewing.start()
    try:
        yield held
    finally:
        stop.set()
        renewing.join()
        # A session that died cannot give the lease back; then it ends with this process.
        with suppress(Exception):
            held.give_back()


def _taken(storage: Storage, run_id: str, until: float) -> Lease:
    while True:
        last = _last(storage)
        if last is None or not _is_alive(last):
            held = Lease(storage, run_id, 0, last["run_id"] if last and last["held"] else None)
            if held.take(last["step"] + 1 if last else 1):
                return held
        if time.monotonic() >= until:
            holder = _last(storage)
            who = f"{holder['run_id']}, process {holder['pid']} on {holder['host']}" if holder else "another"
            raise LeaseError(
                f"{storage.warehouse}: another run is at work ({who}). Wait for its end, or give --wait SECONDS."
            )
        time.sleep(min(_ASK_AGAIN_SECONDS, max(0.1, until - time.monotonic())))


def _last(storage: Storage) -> Row | None:
    age = (F.current_timestamp().cast("double") - F.col("at").cast("double")).alias("age_seconds")
    return storage.read_or_empty(LEASE).orderBy(F.desc("step")).select("*", age).first()


def _is_alive(last: Row) -> bool:
    if not last["held"] or last["age_seconds"] > DEAD_AFTER_SECONDS:
        return False
    if last["host"] != socket.gethostname():
        return True
    if last["pid"] == os.getpid():
        return last["run_id"] in _held_here
    try:
        os.kill(last["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


_held_here: set[str] = set()


def _wrote(storage: Storage, run_id: str, step: int, *, held: bool) -> bool:
    """Write a step of the lease; false where another process writes it at the same moment."""
    row = (step, run_id, held, socket.gethostname(), os.getpid(), datetime.now(UTC))
    try:
        storage.append(LEASE, local_rows(storage.spark, [row], LEASE.schema), token="lease", step=step)
    except ConflictError:
        return False
    return True


def _version(storage: Storage) -> int | None:
    return storage.versions([LEASE.name]).get(LEASE.name)
