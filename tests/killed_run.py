"""Run stages, or a stream of runs, in a process that kills itself (SIGKILL) at one of its writes.

python -m tests.killed_run PROJECT WAREHOUSE STAGES COUNT before|inside|after [DELAY_SECONDS]
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cdi_spark.config import load_project
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.pipeline.streaming import stream
from cdi_spark.spark.session import spark_session
from cdi_spark.storage import Storage

WRITES = ("append_once", "append", "replace", "replace_keys", "replace_except", "merge", "release")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(count: int, moment: str, delay: float) -> None:
    """Kill this process at its count-th write."""
    written = [0]
    one_at_a_time = threading.Lock()

    def killing(write: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            with one_at_a_time:
                written[0] += 1
                mine = written[0] == count
            if mine and moment == "before":
                die()
            if mine and moment == "inside":
                threading.Timer(delay, die).start()
            result = write(*arguments, **named)
            if mine and moment == "after":
                die()
            if mine:
                time.sleep(60)  # The write was faster than the delay: wait for the timer.
            return result

        return wrapped

    for name in WRITES:
        setattr(Storage, name, killing(getattr(Storage, name)))


def main(project: str, warehouse: str, stages: str, count: str, moment: str, delay: str = "0.1") -> None:
    spark = spark_session({"spark.master": "local[2]"}, profile="tiny")
    loaded, storage = load_project(Path(project)), Storage(spark, warehouse)
    kill_at(int(count), moment, float(delay))
    run = Run(loaded, storage)
    if stages == "stream":
        stream(run, every_seconds=None)
    else:
        list(run_stages(run, stages.split(",")))
    print("not killed: fewer writes than that")


if __name__ == "__main__":
    main(*sys.argv[1:])
