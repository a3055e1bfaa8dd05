"""The decisions of stewards that need confirmation: their record changed sharply since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pyspark.sql import Row
from pyspark.sql import functions as F

from cdi_spark.config import Survivorship
from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT, OVERRIDE
from cdi_spark.stewardship.judgements import Judgement, Verdict, standing_judgements
from cdi_spark.stewardship.overrides import standing_overrides
from cdi_spark.storage import Storage


class DecisionKind(StrEnum):
    """What a steward decided."""

    OVERRIDE = "override"
    JUDGEMENT = "judgement"


@dataclass(frozen=True)
class ToConfirm:
    """A decision that was made before its record changed sharply.

    Attributes:
        changed_record, changed_at: the record, and when a run found the change.
        is_set_aside: the record is another person since, so the decision does not apply until it is confirmed.
        record_ids: the record of an override, or the two of a judgement.
        what: the attribute or group of an override, or the verdict of a judgement.
        decided_by, decided_at, why: of the decision.
    """

    kind: DecisionKind
    changed_record: str
    changed_at: datetime
    is_set_aside: bool
    record_ids: tuple[str, ...]
    what: str
    decided_by: str
    decided_at: datetime
    why: str

    @property
    def confirm(self) -> str:
        """The command that confirms it, without who and why."""
        if self.kind is DecisionKind.OVERRIDE:
            return " ".join(("cdi override confirm", *self.record_ids, self.what))
        verb = "must" if self.what == Verdict.MUST_LINK else "cannot"
        return " ".join(("cdi judge", verb, *self.record_ids))

    @property
    def withdraw(self) -> str:
        """The command that withdraws it, without who and why."""
        if self.kind is DecisionKind.OVERRIDE:
            return " ".join(("cdi override withdraw", *self.record_ids, self.what))
        return " ".join(("cdi judge withdraw", *self.record_ids))


def decisions_to_confirm(storage: Storage, survivorship: Survivorship) -> list[ToConfirm]:
    """Return the decisions to confirm or withdraw: first those that are set aside, then the newest changes."""
    changes = storage.read_or_empty(CONTENT_CHANGE)
    judged = standing_judgements(storage.read_or_empty(JUDGEMENT), changes)
    overridden = standing_overrides(storage.read_or_empty(OVERRIDE), changes, survivorship=survivorship)
    found = [_of_judgement(judgement) for judgement in judged if judgement.changed_at is not None]
    found += [_of_override(row) for row in overridden.where(F.col("changed_at").isNotNull()).collect()]
    found.sort(key=lambda one: (one.record_ids, one.what))
    return sorted(found, key=lambda one: (one.is_set_aside, one.changed_at), reverse=True)


def _of_judgement(judgement: Judgement) -> ToConfirm:
    assert judgement.changed_record is not None
    assert judgement.changed_at is not None
    return ToConfirm(
        DecisionKind.JUDGEMENT,
        judgement.changed_record,
        _utc(judgement.changed_at),
        judgement.is_set_aside,
        judgement.pair,
        judgement.verdict.value,
        judgement.by,
        _utc(judgement.at),
        judgement.why,
    )


def _of_override(row: Row) -> ToConfirm:
    made: dict[str, Any] = row.asDict()
    return ToConfirm(
        DecisionKind.OVERRIDE,
        made["changed_record"],
        _utc(made["changed_at"]),
        made["is_set_aside"],
        (made["record_id"],),
        made["attribute"],
        made["decided_by"],
        _utc(made["decided_at"]),
        made["why"],
    )


def _utc(moment: datetime) -> datetime:
    # Spark returns naive times in the machine's zone.
    return moment.astimezone(UTC)
