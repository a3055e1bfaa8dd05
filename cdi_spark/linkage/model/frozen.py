"""A trained model with its population statistics: all that scoring, resolving and explaining need."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.linkage.model.blocking import block_sizes, one_in, with_keys
from cdi_spark.linkage.model.features import person_features, with_frequency
from cdi_spark.linkage.model.link_rules import NO_RULES, LinkRules
from cdi_spark.linkage.model.person_model import PersonModel
from cdi_spark.linkage.model.shared_values import SHAREABLE, with_own
from cdi_spark.linkage.model.splink_sql import Parent, Scored
from cdi_spark.schema import LINKED
from cdi_spark.spark.local_rows import Materialise

# One task needs about ten minutes for the pairs of so many records under one key.
HOT_RECORDS = 20_000
_ONE_IN = 32


@dataclass(frozen=True)
class Frozen:
    """One trained model.

    Attributes:
        model: the person model, restricted to the columns that the data had and the rules that training kept.
        trained: its row of linkage.model.
        term_frequencies, shared_values: linkage.term_frequency and linkage.shared_value, also of other models.
        rules: must-links and cannot-links of conf; `model` also blocks by the must-links.
    """

    model: PersonModel
    trained: Row
    term_frequencies: DataFrame
    shared_values: DataFrame
    rules: LinkRules = NO_RULES

    @classmethod
    def of(
        cls,
        model: PersonModel,
        trained: Row,
        term_frequencies: DataFrame,
        shared_values: DataFrame,
        rules: LinkRules = NO_RULES,
    ) -> Frozen:
        """Return a trained model from its tables, and the person model and rules that it was trained with."""
        restricted = rules.added_to(model.frozen(trained["features"], trained["rules"]))
        return cls(restricted, trained, term_frequencies, shared_values, rules)

    def kept(self, keep: Materialise) -> Frozen:
        """Return the model with its tables computed once, for callers that read them often for a few records."""
        return replace(
            self,
            term_frequencies=keep("term_frequencies", self._own(self.term_frequencies)),
            shared_values=keep("shared_values", self._own(self.shared_values)),
        )

    def features(self, persons: DataFrame) -> DataFrame:
        """Return the features of the live records, with the shared values that the model froze."""
        shared = self._own(self.shared_values)
        own = with_own(persons.transform(person_features), shared, public_from=self.model.public_from)
        return own.transform(self.rules.with_keys, self.trained["stop_keys"])

    def features_of(self, stored: DataFrame) -> DataFrame:
        """Return features that were stored, under this model or another, as features() has them but for must-links.

        Args:
            stored: linkage.departed, or so many columns of linkage.linked.
        """
        complete = stored.withColumns({f"own_{name}": F.col(name) for name in SHAREABLE})
        return with_own(complete, self._own(self.shared_values), public_from=self.model.public_from)

    def evidence(self, features: DataFrame) -> DataFrame:
        """Return what comparisons read, of features: record_id, the compared columns, tf_<column>."""
        frequencies = [f"tf_{name}" for name in self.model.term_frequency_columns()]
        columns = [*self.model.columns(), *frequencies]
        return self.with_frequencies(features).select("record_id", *columns)

    def scored(self) -> Scored:
        """Return the inputs of the SQL that scores."""
        parents = {
            name: [Parent(parent["comparison"], parent["agreeing"]) for parent in parents]
            for name, parents in self.trained["parents"].items()
        }
        return Scored(json.loads(self.trained["settings"]), self.model.comparisons, parents)

    def linked(self, persons: DataFrame) -> DataFrame:
        """Return linkage.linked of the live records: all that scoring and resolving read.

        Args:
            persons: silver.person, or some of it.
        """
        frequencies = [
            part
            for name in self.model.term_frequency_columns()
            for part in (F.lit(name), F.col(f"tf_{name}"))
        ]
        of_model = {
            "model_id": F.lit(self.trained["model_id"]),
            "frequencies": F.create_map(*frequencies).cast("map<string,double>"),
            "strong_ids": self.rules.packed(),
        }
        return self.with_frequencies(self.keyed(persons)).withColumns(of_model).select(*LINKED.names)

    def compared(self, linked: DataFrame) -> DataFrame:
        """Return what pairs are made from: record_id, keys, the columns that comparisons and rules read, tf_<column>.

        Args:
            linked: linkage.linked.
        """
        frequencies = {
            f"tf_{name}": F.col("frequencies")[name] for name in self.model.term_frequency_columns()
        }
        made = {**frequencies, **self.rules.unpacked("strong_ids")}
        read = dict.fromkeys([*self.model.columns(), *self.rules.columns(), *frequencies])
        columns = (made[name].alias(name) if name in made else F.col(name) for name in read)
        return linked.select("record_id", "keys", *columns)

    def keyed(self, persons: DataFrame) -> DataFrame:
        """Return features() with `keys`: of the blocks that the model did not stop-list."""
        return self.features(persons).transform(with_keys, self.model.blocking, self.trained["stop_keys"])

    def hot_keys(self, persons: DataFrame, linked: DataFrame) -> int:
        """Count the block keys that have become so common since training that scoring would not end.

        Estimated from one record in _ONE_IN, by hash of record_id.

        Args:
            persons: silver.person.
            linked: linkage.linked, as last scored.
        """
        hot = HOT_RECORDS / _ONE_IN
        some = persons.where(one_in(_ONE_IN) & ~F.col("is_deleted"))
        before = self._own(linked).where(one_in(_ONE_IN))
        new = some.join(before, ["record_id", "content_hash"], "left_anti").count()
        largest = block_sizes(before).agg(F.max("records")).first()
        # Then the new records cannot make a key hot, even if all of them share it.
        if ((largest and largest[0]) or 0) + new < hot:
            return 0
        return block_sizes(self.keyed(some)).where(F.col("records") >= hot).count()

    def with_frequencies(self, records: DataFrame) -> DataFrame:
        """Add tf_<column> for the columns that weigh rare values more."""
        frequencies = self._own(self.term_frequencies)
        for name in self.model.term_frequency_columns():
            records = records.transform(
                with_frequency, frequencies, name, self.trained["rare_frequencies"][name]
            )
        return records

    def _own(self, rows: DataFrame) -> DataFrame:
        """Return the rows of this model."""
        return rows.where(F.col("model_id") == self.trained["model_id"])
