"""The run under Structured Streaming: files that come to the sources' paths are in gold without a schedule."""

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
    """Do a whole run whenever files came, until stopped; or once for all that came since the last time.

    A batch of the stream is a run. One that was killed comes again, and goes on from what the killed run left: its
    files are known by their content, so each lands once. The checkpoint lies below the warehouse.

    Args:
        run: what each is a copy of, with an id of its own.
        every_seconds: how often to look; None to end when all that is there has been through.
        wait_seconds: how long to wait for another run to end, seconds.
    Returns:
        How many runs it did.
    Raises:
        CdiError: as a run; or the session is one of Spark Connect.
    """
    if is_remote():
        raise CdiError(
            "cdi stream: Spark Connect has no such callback. Launch it by spark-submit, or use `cdi run`."
        )
    faults: list[Exception] = []
    done = [0]

    def run_on(_: DataFrame, batch: int) -> None:
        own = replace(run, run_id=new_run_id())
        logs.notice(f"files came; batch {batch} of the stream", run_id=own.run_id)
        try:
            for _stage in run_stages(own, list(STAGES), wait_seconds=wait_seconds):
                pass
        except Exception as fault:
            faults.append(fault)
            raise
        done[0] += 1

    came = [arriving_files(run.spark, source) for source in run.project.sources]
    writer = reduce(DataFrame.unionByName, came).writeStream.foreachBatch(run_on)
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
