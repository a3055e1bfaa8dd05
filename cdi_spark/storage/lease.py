"""One run at a time on a warehouse: a lease that ends with its holder."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyspark.sql import Row
from pyspark.sql import functions as F

from cdi_spark.errors import ConflictError, LeaseError, kind_of
from cdi_spark.monitoring import logs
from cdi_spark.schema import LEASE
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

# A holder renews every minute; one that has not done so for five minutes is considered dead.
RENEW_SECONDS = 60.0
RETRY_SECONDS = 5.0
DEAD_AFTER_SECONDS = 300.0
_POLL_SECONDS = 5.0


@dataclass(frozen=True)
class Instant:
    """A time by two clocks: one that never steps but may stop while a machine sleeps, and that of the lease's rows."""

    steady: float
    wall: float

    @classmethod
    def now(cls) -> Instant:
        return cls(time.monotonic(), time.time())

    def seconds_ago(self) -> float:
        """Return the longer of the two times that have passed, since other machines know only the second."""
        now = Instant.now()
        return max(now.steady - self.steady, now.wall - self.wall)


@dataclass
class Lease:
    """A lease that this process holds.

    Attributes:
        interrupted: the run that died while it held the lease, if one did.
        loss: why the lease is lost; None while it is held, as far as is known without a query.
    """

    storage: Storage
    run_id: str
    step: int
    interrupted: str | None
    loss: str | None = None
    _version: int | None = None
    _renewed: Instant = field(default_factory=Instant.now)
    _fault: str | None = None

    def check(self) -> None:
        """Make sure that no other run has taken the lease, for example while this machine was suspended.

        Raises:
            LeaseError: another run holds the lease now, or it could not be renewed.
        """
        self.check_loss()
        # If nobody wrote since, there is nothing to ask.
        if self._version is not None and _version(self.storage) == self._version:
            return
        if not self._is_mine():
            self.loss = "another run took it"
            self.check_loss()

    def check_loss(self) -> None:
        """Make sure that the lease is not known to be lost; runs no query.

        Raises:
            LeaseError: it is.
        """
        # The renewing thread may hang in a renewal, and then finds out nothing.
        if self.loss is None and self._seconds_left() <= 0:
            how, why = ("could not be", f" ({self._fault})") if self._fault else ("was not", "")
            self.loss = f"it {how} renewed for {DEAD_AFTER_SECONDS:g} seconds{why}"
        if self.loss is not None:
            raise LeaseError(
                f"run {self.run_id} lost its lease on {self.storage.warehouse}: {self.loss}. "
                "It writes nothing more. Run again."
            )

    def take(self, step: int) -> bool:
        """Record, as a step, that this run holds the lease; false if another process recorded that step first."""
        if not _record(self.storage, self.run_id, step, held=True):
            return False
        is_mine = self._is_mine()
        (_held_here.add if is_mine else _held_here.discard)(self.run_id)
        if is_mine:
            self.step = step
        return is_mine

    def renew(self, stop: threading.Event) -> None:
        """Renew the lease until `stop` is set or the lease is lost; then set `loss`.

        A renewal that fails is tried again until others may take the lease.
        """
        wait = RENEW_SECONDS
        while not stop.wait(wait) and self.loss is None:
            began = Instant.now()
            try:
                if not self.take(self.step + 1):
                    self.loss = "another run took it"
            except Exception as fault:
                kind = kind_of(fault)
                if self.loss is None:
                    self._fault = kind
                with suppress(LeaseError):
                    self.check_loss()
                if self.loss is None:
                    wait = min(RETRY_SECONDS, max(0.0, self._seconds_left()))
                    self._log("the lease could not be renewed; it is tried again", fault=kind)
            else:
                self._renewed, self._fault, wait = began, None, RENEW_SECONDS
        if self.loss is not None:
            self._log(f"the lease is lost: {self.loss}")

    def give_back(self) -> None:
        """Record that this run holds the lease no longer.

        A lost lease stays recorded as held: the next run then knows that this one was interrupted.
        """
        try:
            if self.loss is None:
                _record(self.storage, self.run_id, self.step + 1, held=False)
        finally:
            _held_here.discard(self.run_id)

    def _seconds_left(self) -> float:
        """Seconds until others may take the lease."""
        return DEAD_AFTER_SECONDS - self._renewed.seconds_ago()

    def _is_mine(self) -> bool:
        # First the version: a later write of another process changes it.
        version = _version(self.storage)
        last = _last(self.storage)
        is_mine = last is not None and last["run_id"] == self.run_id and bool(last["held"])
        self._version = version if is_mine else None
        return is_mine

    def _log(self, text: str, **fields: str) -> None:
        logs.notice(text, run_id=self.run_id, **fields)


@contextmanager
def lease(storage: Storage, run_id: str, *, wait_seconds: float = 0) -> Iterator[Lease]:
    """Hold the warehouse for a run, for a block; if the process dies, the lease ends some minutes later.

    A holder that died on this machine is recognised at once by its process id. Within the block, each write of the
    storage first checks that the lease is not lost.

    Args:
        wait_seconds: how long to wait for another run to end, seconds.
    Raises:
        LeaseError: another run holds the warehouse; or, from a write of the block, the lease is lost.
    """
    held = _wait_for(storage, run_id, time.monotonic() + wait_seconds)
    stop = threading.Event()
    renewing = threading.Thread(target=held.renew, args=(stop,), daemon=True)
    renewing.start()
    try:
        with storage.guarded(held.check_loss):
            yield held
    finally:
        stop.set()
        renewing.join()
        # A session that died cannot give the lease back; then it ends with this process.
        with suppress(Exception):
            held.give_back()


def _wait_for(storage: Storage, run_id: str, until: float) -> Lease:
    while True:
        last = _last(storage)
        if last is None or not _is_alive(last):
            held = Lease(storage, run_id, 0, last["run_id"] if last and last["held"] else None)
            if held.take(last["step"] + 1 if last else 1):
                return held
        if time.monotonic() >= until:
            holder = _last(storage)
            who = f"{holder['run_id']}, process {holder['pid']} on {holder['host']}" if holder else "unknown"
            raise LeaseError(
                f"{storage.warehouse}: another run is at work ({who}). Wait for its end, or give --wait SECONDS."
            )
        time.sleep(min(_POLL_SECONDS, max(0.1, until - time.monotonic())))


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


def _record(storage: Storage, run_id: str, step: int, *, held: bool) -> bool:
    """Append a step of the lease; false if another process appends that step at the same time."""
    row = (step, run_id, held, socket.gethostname(), os.getpid(), datetime.now(UTC))
    try:
        storage.append(LEASE, local_rows(storage.spark, [row], LEASE.schema), token="lease", step=step)
    except ConflictError:
        return False
    return True


def _version(storage: Storage) -> int | None:
    return storage.versions([LEASE.name]).get(LEASE.name)
