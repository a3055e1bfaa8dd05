"""What each stage reads, which pure steps it calls, and what it writes. Nobody else reads or writes."""

from cdi_spark.stages.cleansing import standardise
from cdi_spark.stages.judging import Decision, judge, judge_all
from cdi_spark.stages.landing import ingest
from cdi_spark.stages.last_runs import FAILED, INTERRUPTED, SUCCEEDED, Counts, LastRun, Part
from cdi_spark.stages.linking import frozen_model, resolve, score, train
from cdi_spark.stages.overriding import override, withdraw_override
from cdi_spark.stages.parts import PARTS
from cdi_spark.stages.publishing import publish
from cdi_spark.stages.run import Run, begins_anew, new_run_id
from cdi_spark.stages.standing import model_in_force

__all__ = [
    "FAILED",
    "INTERRUPTED",
    "PARTS",
    "SUCCEEDED",
    "Counts",
    "Decision",
    "LastRun",
    "Part",
    "Run",
    "begins_anew",
    "frozen_model",
    "ingest",
    "judge",
    "judge_all",
    "model_in_force",
    "new_run_id",
    "override",
    "publish",
    "resolve",
    "score",
    "standardise",
    "train",
    "withdraw_override",
]
