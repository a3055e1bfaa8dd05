"""Clusters of records while they merge, and how many records an entity may have.

Needs numpy only, so that it can be shipped to any executor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.graph.link_weight import probability_from_bits
from cdi_spark.linkage.clustering.links import Links


@dataclass(frozen=True)
class EntityLimits:
    """How many records an entity may have.

    Attributes:
        most: in all, then from each source that has a limit.
        loads: records x the same, what each record counts for.
    """

    most: Ints
    loads: Ints

    @classmethod
    def of(cls, record_ids: Sequence[str], *, largest: int, per_source: Mapping[str, int]) -> EntityLimits:
        """Return the limits for records named <source>:<key>.

        Args:
            largest: most records of an entity.
            per_source: most records from a source, for the sources that have a limit.
        """
        sources = np.array([record_id.partition(":")[0] for record_id in record_ids], dtype=object)
        loads = [
            np.ones(len(sources), np.int64),
            *((sources == name).astype(np.int64) for name in per_source),
        ]
        return cls(np.array([largest, *per_source.values()], np.int64), np.stack(loads, axis=1))

    @classmethod
    def unlimited(cls, records: int) -> EntityLimits:
        """Return limits that allow any number of records."""
        return cls(np.zeros(0, np.int64), np.zeros((records, 0), np.int64))

    def summed(self, into: Ints) -> EntityLimits:
        """Return the limits after every cluster became another: their loads add up."""
        loads = np.zeros_like(self.loads)
        np.add.at(loads, into, self.loads)
        return EntityLimits(self.most, loads)

    def exceeded(self) -> Bools:
        """Return for every cluster whether it has more records than it may."""
        return np.asarray((self.loads > self.most).any(axis=1))

    def allow(self, left: Ints, right: Ints) -> Bools:
        """Return for every pair of clusters whether one entity may hold both."""
        return np.asarray((self.loads[left] + self.loads[right] <= self.most).all(axis=1))


@dataclass(frozen=True)
class Clusters:
    """Clusters of records, numbered by position.

    Attributes:
        entity: for every record its cluster.
        links: between clusters.
        limits: for every cluster what its records count for.
        pairs, right: see agglomerative.Resolved.
        shift: bits that log2 odds of a merge being right are above its weight.
    """

    entity: Ints
    links: Links
    limits: EntityLimits
    pairs: float = 0.0
    right: float = 0.0
    shift: float = 0.0

    def merged(self, into: Ints, links: Links, weight: Floats, pairs: Floats) -> Clusters:
        """Return the clusters after every cluster became another.

        Args:
            into: for every cluster what it became.
            links: between the new clusters; between the old ones where nothing is merged any more.
            weight, pairs: for every merge its weight in bits, and how many pairs of records it joins.
        """
        right = pairs * probability_from_bits(weight + self.shift)
        return Clusters(
            into[self.entity],
            links,
            self.limits.summed(into),
            self.pairs + float(pairs.sum()),
            self.right + float(right.sum()),
            self.shift,
        )

    def within_limits(self) -> Bools:
        """Return for every link whether one entity may hold both its clusters."""
        return self.limits.allow(self.links.left, self.links.right)
