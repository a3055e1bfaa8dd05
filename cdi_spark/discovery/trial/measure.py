"""Checks and measures single lines with Spark, by the functions of standardise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.config import Emit, Source
from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.trial.line_sql import GIVEN, has_input, has_result, list_given
from cdi_spark.discovery.trial.results import LineName, LineResult
from cdi_spark.errors import SourceError, is_of_spark, kind_of
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import TABLES
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.standardise.mapping import emit_rows
from cdi_spark.standardise.silver import standardise_rows
from cdi_spark.standardise.versions import union
from cdi_spark.storage import Storage

# The number of the emit that made a row.
_EMIT = "_number_of_emit"
# Where silver keeps what a line of this name holds.
_KEPT_IN = {"full_name": ("given_name", "family_name", "company")}


def find_refused_lines(run: Run) -> dict[LineName, str]:
    """The lines that Spark refuses before it reads a row, with the reason."""
    found: dict[LineName, str] = {}
    for source in run.project.sources:
        landed = _landed_rows(run.storage, source)
        for number, emit in enumerate(source.emits):
            # What is refused without any line is no fault of one.
            if _refusal(landed, source, emit) and not _refusal(landed, source, _only(emit)):
                for target in emit.columns:
                    if reason := _refusal(landed, source, _only(emit, target)):
                        found[source.name, number, target] = reason
    return found


def find_failing_lines(run: Run) -> dict[LineName, str]:
    """The lines that Spark fails to compute on some row, with the reason."""
    found: dict[LineName, str] = {}
    for source in run.project.sources:
        landed = _landed_rows(run.storage, source)
        for number, emit in enumerate(source.emits):
            # What fails without any line is no fault of one.
            if _failure(run, landed, source, emit) and not _failure(run, landed, source, _only(emit)):
                for target in emit.columns:
                    if reason := _failure(run, landed, source, _only(emit, target)):
                        found[source.name, number, target] = reason
    return found


def measure_lines(run: Run, plans: Mapping[str, SourcePlan]) -> dict[LineName, LineResult]:
    """What each line of the run's sources fills, and how much of its input is kept."""
    emits = {source.name: source.emits for source in run.project.sources}

    def measure(name: str) -> dict[LineName, LineResult]:
        mapped = {target for _, emit in run.project.emits[name] for target in emit.columns}
        rows = union(
            [
                _with_given(_landed_rows(run.storage, source), source, number, plans[source.name], mapped)
                for source in run.project.sources
                for number, emit in enumerate(source.emits)
                if f"silver.{emit.table}" == name
            ]
        )
        rows = _standardise(run, rows, name, mapped)
        counts = rows.where("_status is null").groupBy("_source", _EMIT).agg(*_counts(rows, sorted(mapped)))
        return {
            (row["_source"], row[_EMIT], target): LineResult(row["rows"], *row[target])
            for row in counts.collect()
            for target in emits[row["_source"]][row[_EMIT]].columns
        }

    found: dict[LineName, LineResult] = {}
    for part in side_by_side(measure, list(run.project.emits)):
        found |= part
    return found


def _landed_rows(storage: Storage, source: Source) -> DataFrame:
    """The source's landed rows; in the trial all of them are current."""
    return storage.read(f"bronze.{source.name}").withColumn("_late", F.lit(False))


def _standardise(run: Run, rows: DataFrame, name: str, mapped: Collection[str]) -> DataFrame:
    """The rows as the stage standardise writes them."""
    country = run.project.file.default_country
    return standardise_rows(rows, TABLES[name], mapped=mapped, default_country=country, today=run.day)


def _only(emit: Emit, *targets: str) -> Emit:
    return emit.model_copy(update={"columns": {target: emit.columns[target] for target in targets}})


def _refusal(landed: DataFrame, source: Source, emit: Emit) -> str:
    """Why Spark refuses the emit's expressions; empty where it does not."""
    try:
        emit_rows(landed, source, emit)
    except SourceError as fault:
        return str(fault).removeprefix(f"source {source.name}, emits {emit.table}: ")
    return ""


def _failure(run: Run, landed: DataFrame, source: Source, emit: Emit) -> str:
    """Why Spark fails to compute the emit's rows; empty where it does not. Values are not quoted."""
    try:
        rows = emit_rows(landed, source, emit).drop("_order")
        rows = _standardise(run, rows, f"silver.{emit.table}", emit.columns)
        rows.write.format("noop").mode("overwrite").save()
    except SourceError as fault:
        return str(fault)
    except Exception as fault:
        if not is_of_spark(fault):
            raise
        return f"Spark fails to compute it on some row ({kind_of(fault)})"
    return ""


def _with_given(
    landed: DataFrame, source: Source, number: int, plan: SourcePlan, mapped: set[str]
) -> DataFrame:
    """The emit's rows, with the lines whose input has a value."""
    emit = source.emits[number]
    lines = {line.target: line for line in plan.emits[number].lines if line.target in emit.columns}
    tests = _find_tests(landed, source, emit, lines)
    given = emit.model_copy(update={"columns": {**emit.columns, GIVEN: list_given(tests)}})
    return emit_rows(landed, source, given, mapped=mapped).drop("_order").withColumn(_EMIT, F.lit(number))


def _find_tests(
    landed: DataFrame, source: Source, emit: Emit, lines: Mapping[str, ConfLine]
) -> dict[str, str]:
    """By line, the SQL for whether its input has a value; of its result where the input is no column here."""
    tests = {target: has_input(line, exploded=bool(emit.explode)) for target, line in lines.items()}

    def is_refused(tests: Mapping[str, str]) -> bool:
        columns = {GIVEN: list_given(tests)}
        return bool(_refusal(landed, source, emit.model_copy(update={"columns": columns})))

    if is_refused(tests):
        tests = {
            target: has_result(lines[target]) if is_refused({target: test}) else test
            for target, test in tests.items()
        }
    return tests


def _counts(rows: DataFrame, targets: Sequence[str]) -> list[Column]:
    """The number of rows, and by line the numbers of a LineResult."""
    kinds = dict(rows.dtypes)

    def is_filled(name: str) -> Column:
        filled = F.col(name).isNotNull()
        return filled & (F.size(name) > 0) if kinds[name].startswith("array") else filled

    counts = [F.count("*").alias("rows")]
    for target in targets:
        places = _KEPT_IN.get(target, (target,))
        filled = F.lit(False)
        for place in places:
            filled |= is_filled(place)
        given = F.array_contains(F.split(GIVEN, ","), target)
        numbers = [F.count_if(given), F.count_if(filled), F.count_if(given & filled)]
        counts.append(F.array(*numbers).alias(target))
    return counts
