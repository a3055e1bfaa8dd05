"""What clients of the SQL server may do, and the guard before their parsers that refuses everything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from py4j.java_gateway import JavaObject
from pyspark.sql import SparkSession

from cdi_spark.sql.functions import BARE, GENERATORS, READING

# Nodes of a parsed statement. Others are refused, including those that a later Spark adds.
_STATEMENTS = frozenset((
    # Queries.
    "Aggregate", "Distinct", "Except", "Filter", "Generate", "GlobalLimit", "Intersect", "Join", "LateralJoin",
    "LocalLimit", "LocalRelation", "Offset", "OneRowRelation", "PipeOperator", "Pivot", "Project", "Repartition",
    "RepartitionByExpression", "ResolvedInlineTable", "Sample", "Sort", "SubqueryAlias", "Union", "Unpivot",
    "UnresolvedHaving", "UnresolvedHint", "UnresolvedInlineTable", "UnresolvedRelation",
    "UnresolvedSubqueryColumnAliases", "UnresolvedTVFAliases", "UnresolvedTableValuedFunction", "UnresolvedWith",
    "WithWindowDefinition",
    # Descriptions of tables, and settings of the client's own session. Not EXPLAIN and EXTENDED, which show where
    # files are and the text of views.
    "CurrentNamespace", "DescribeColumn", "DescribeQueryCommand", "DescribeRelation", "ResetCommand",
    "SetCatalogAndNamespace", "SetCommand", "SetNamespaceCommand", "ShowCatalogsCommand", "ShowColumns",
    "ShowCurrentNamespaceCommand", "ShowFunctions", "ShowTables", "ShowViews", "UnresolvedNamespace",
    "UnresolvedTableOrView",
))  # fmt: skip
_EXPRESSIONS = frozenset((
    "Add", "AggregateExpression", "Alias", "And", "AnyValue", "AttributeReference", "Between", "BitwiseAnd",
    "BitwiseNot", "BitwiseOr", "BitwiseXor", "CaseWhen", "Cast", "Coalesce", "Collate", "Concat",
    "CreateNamedStruct", "Cube", "CurrentDate", "CurrentRow", "CurrentTimestamp", "Divide", "EqualNullSafe",
    "EqualTo", "Exists", "First", "GreaterThan", "GreaterThanOrEqual", "GroupingSets", "ILike", "If", "In",
    "InSubquery", "IntegralDivide", "IsNotNull", "IsNull", "LambdaFunction", "Last", "LateralSubquery", "LessThan",
    "LessThanOrEqual", "Like", "LikeAll", "LikeAny", "ListQuery", "Literal", "LocalTimestamp", "MultiAlias",
    "Multiply", "NamePlaceholder", "NamedArgumentExpression", "Not", "NotLikeAll", "NotLikeAny", "Or", "Overlay",
    "PipeExpression", "RLike", "Remainder", "Rollup", "ScalarSubquery", "SemiStructuredExtract", "ShiftLeft",
    "ShiftRight", "ShiftRightUnsigned", "SortOrder", "SpecifiedWindowFrame", "StringLocate", "StringTrim",
    "StringTrimLeft", "StringTrimRight", "Substring", "Subtract", "TimestampAdd", "TimestampDiff", "UnaryMinus",
    "UnaryPositive", "UnboundedFollowing", "UnboundedPreceding", "UnresolvedAlias", "UnresolvedAttribute",
    "UnresolvedCollation", "UnresolvedExtractValue", "UnresolvedFunction", "UnresolvedGenerator",
    "UnresolvedNamedLambdaVariable", "UnresolvedRegex", "UnresolvedStar", "UnresolvedStarExceptOrReplace",
    "UnresolvedWindowExpression", "UnspecifiedFrame", "WindowExpression", "WindowSpecDefinition",
    "WindowSpecReference",
))  # fmt: skip

# Settings of their own session that clients may read and set, and the values that these take.
_SETTINGS = {
    "spark.sql.session.timeZone": "[A-Za-z0-9_+:/-]{1,60}",
    "spark.sql.shuffle.partitions": "[1-9][0-9]{0,3}",
    "spark.sql.ansi.enabled": "true|false",
}


class Guard:
    """Stands before the parser of every session created from this one, which itself stays unrestricted.

    It decides in the JVM, where no other process can reach it; new statements wait while a release is changed.

    Args:
        schema: the only schema that those sessions can read.
    """

    def __init__(self, spark: SparkSession, schema: str) -> None:
        self.jvm_classes = JvmClasses(spark)
        self.java = self.jvm_classes.make("Guard")
        nodes = _STATEMENTS | _EXPRESSIONS
        self.java.allow(schema, nodes, READING, GENERATORS, BARE, _SETTINGS)
        spark._jsparkSession.extensions().injectParser(self.java)

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Let new statements wait during the block."""
        self.java.hold()
        try:
            yield
        finally:
            self.java.release()


class JvmClasses:
    """Classes of this folder's Java files, compiled when needed by the compiler that Spark has for its own queries."""

    def __init__(self, spark: SparkSession) -> None:
        jvm: Any = spark._jvm
        self._jvm = jvm
        self._loader: Any = jvm.java.lang.Thread.currentThread().getContextClassLoader()

    def make(self, name: str) -> JavaObject:
        """Compile one class, and make an object of it; it can use those that were compiled before."""
        self.compile(name)
        made: JavaObject = self._loader.loadClass(f"cdi_spark.{name}").newInstance()
        return made

    def compile(self, name: str) -> None:
        compiler = self._jvm.org.codehaus.janino.SimpleCompiler()
        compiler.setParentClassLoader(self._loader)
        compiler.cook(Path(__file__).with_name(f"{name}.java").read_text(encoding="utf-8"))
        self._loader = compiler.getClassLoader()
