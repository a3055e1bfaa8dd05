"""What holds by now, for the stages that go by it: stewards' decisions, and the model."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row

from cdi_spark.entities.judgements import sides, standing
from cdi_spark.linkage.models import model_named
from cdi_spark.stages.run import Run
from cdi_spark.tables import JUDGEMENT, LINKED, MODEL


def judged_sides(run: Run) -> DataFrame:
    """What stewards' decisions that hold say of each record: JUDGED."""
    return sides(run.spark, standing(run.storage.read_or_empty(JUDGEMENT)))


def model_in_force(run: Run) -> Row | None:
    """The model that scored the pairs; none before anything was scored."""
    first = run.storage.read_or_empty(LINKED).select("model_id").first()
    return first and model_named(run.storage.read_or_empty(MODEL), first["model_id"])
