"""Runs under Structured Streaming: new files at the sources' paths start a run, without a schedule."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame
from pyspark.sql.utils import is_remote

from cdi_spark.connectors.files.deliveries import arriving_files
from cdi_spark.errors import CdiError
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.run import Run, new_run_id
from cdi_spark.pipeline.runner import STAGES, run_stages


def stream(run: Run, *, every_seconds: int | None, wait_seconds: float = 0) -> int:
    """Do a whole run whenever files arrive, until stopped; or one run for all files that arrived since the last one.

    Each batch of the stream is a run. The batch of a run that was killed is repeated: the new run continues from the
    tables that the killed one left, and appends each file once, because files are identified by their content. The
    checkpoint is below the warehouse.

    Args:
        run: each run is a copy of it with its own id.
        every_seconds: how often to look for files; None to end when all existing files are processed.
        wait_seconds: how long to wait for another run to end, seconds.
    Returns:
        The number of runs.
    Raises:
        CdiError: as a run; or the session is a Spark Connect session.
    """
    if is_remote():
        raise CdiError(
            "cdi stream: Spark Connect does not support streams that start runs. Launch it with spark-submit, "
            "or use `cdi run`."
        )
    faults: list[Exception] = []
    done = [0]

    def run_on(_: DataFrame, batch: int) -> None:
        own = replace(run, run_id=new_run_id())
        logs.notice(f"new files: batch {batch} of the stream", run_id=own.run_id)
        try:
            for _stage in run_stages(own, list(STAGES), wait_seconds=wait_seconds):
                pass
        except Exception as fault:
            faults.append(fault)
            raise
        done[0] += 1

    arriving = [arriving_files(run.spark, source) for source in run.project.sources]
    writer = reduce(DataFrame.unionByName, arriving).writeStream.foreachBatch(run_on)
    writer = writer.option("checkpointLocation", run.storage.path_of("_stream"))
    trigger = (
        {"availableNow": True} if every_seconds is None else {"processingTime": f"{every_seconds} seconds"}
    )
    query = writer.trigger(**trigger).start()
    try:
        query.awaitTermination()
    except StreamingQueryException:
        if not faults:
            raise
        raise faults[0] from None
    except KeyboardInterrupt:
        query.stop()
    return done[0]
