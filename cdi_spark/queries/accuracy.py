"""The accuracy of the entities."""

from __future__ import annotations

from cdi_spark.gold.customer.members import current_members
from cdi_spark.linkage.evaluation.accuracy import Evaluation, evaluate
from cdi_spark.linkage.evaluation.labels import read_truth
from cdi_spark.schema import MEMBER
from cdi_spark.storage import Storage


def evaluate_members(storage: Storage, path: str) -> Evaluation:
    """Compare the current entities with known truth.

    Args:
        path: CSV file with the columns source, key and person.
    Raises:
        CdiError: the file does not exist or lacks a column.
    """
    return evaluate(current_members(storage.read(MEMBER.name)), read_truth(storage, path))
