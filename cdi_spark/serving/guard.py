"""Restrict clients of the SQL server to reading gold: each parsed statement is checked against a list."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.java_gateway import ensure_callback_server_started
from pyspark.sql import SparkSession

# Nodes of a parsed statement. Others are refused, including those that a later Spark adds.
_READING = frozenset((
    # Queries.
    "Aggregate", "Distinct", "Except", "Filter", "Generate", "GlobalLimit", "Intersect", "Join", "LateralJoin",
    "LocalLimit", "LocalRelation", "Offset", "OneRowRelation", "Pivot", "Project", "Repartition",
    "RepartitionByExpression", "ResolvedInlineTable", "Sample", "Sort", "SubqueryAlias", "Union", "UnresolvedHaving",
    "UnresolvedHint", "UnresolvedInlineTable", "UnresolvedRelation", "UnresolvedSubqueryColumnAliases",
    "UnresolvedTVFAliases", "UnresolvedTableValuedFunction", "UnresolvedWith", "Unpivot", "WithWindowDefinition",
    # Descriptions of tables, and settings of the client's own session.
    "CurrentNamespace", "DescribeColumn", "DescribeFunctionCommand", "DescribeNamespace", "DescribeQueryCommand",
    "DescribeRelation", "ExplainCommand", "ResetCommand", "SetCatalogAndNamespace", "SetCommand",
    "SetNamespaceCommand", "ShowCatalogsCommand", "ShowColumns", "ShowCurrentNamespaceCommand", "ShowFunctions",
    "ShowNamespaces", "ShowTables", "ShowTablesExtended", "ShowViews", "UnresolvedNamespace",
    "UnresolvedTableOrView",
))  # fmt: skip
_TABLES = frozenset(("UnresolvedRelation", "UnresolvedTableOrView"))
_SCHEMAS = frozenset(("UnresolvedNamespace", "SetNamespaceCommand"))
# Functions that make a table from their arguments; other table functions read tables or files.
_TABLE_FUNCTIONS = frozenset((
    "explode", "explode_outer", "inline", "inline_outer", "json_tuple", "posexplode", "posexplode_outer", "range",
    "stack",
))  # fmt: skip
# These run any code on the class path.
_CODE_FUNCTIONS = frozenset(("java_method", "reflect", "try_reflect"))
# A name or a function that is only known when the statement runs.
_LATER_KNOWN = "ExpressionWithUnresolvedIdentifier"
_CATALOG = "spark_catalog"
_CATALOG_SETTINGS = ("spark.sql.defaultCatalog", f"spark.sql.catalog.{_CATALOG}")


def restrict_to_reading(spark: SparkSession, schema: str) -> Guard:
    """Put a guard before the parser of every session created from this one; this session itself stays unrestricted.

    Args:
        schema: the only schema that those sessions can read.
    """
    gateway: Any = spark.sparkContext._gateway
    # The client must get Spark's own error for a wrong statement, with its class.
    gateway.callback_server_parameters.propagate_java_exceptions = True
    ensure_callback_server_started(gateway)  # type: ignore[no-untyped-call]
    guard = Guard(gateway.jvm, schema, {name: spark.conf.get(name, "") or "" for name in _CATALOG_SETTINGS})
    spark._jsparkSession.extensions().injectParser(guard)
    return guard


class Guard:
    """Accepts or refuses statements; new statements wait while `moving` is locked."""

    class Java:
        implements = ("scala.Function2",)

    def __init__(self, jvm: Any, schema: str, catalogs: dict[str, str]) -> None:
        self.moving = threading.Lock()
        self._jvm = jvm
        self._schema = schema
        self._catalogs = catalogs
        java_class = jvm.java.lang.Class.forName
        self._iterable, self._product = java_class("scala.collection.Iterable"), java_class("scala.Product")
        self._plan = java_class("org.apache.spark.sql.catalyst.plans.logical.LogicalPlan")

    def apply(self, session: JavaObject, parser: JavaObject) -> _Parser:
        return _Parser(self, session, parser)

    def refuse(self, why: str) -> Py4JJavaError:
        message = f"This server only reads {self._schema} (SELECT, SHOW, DESCRIBE, EXPLAIN, USE {self._schema}): {why}."
        return Py4JJavaError(message, self._jvm.java.lang.UnsupportedOperationException(message))

    def check_text(self, sql: str, conf: JavaObject) -> None:
        """Check a statement before Spark parses it, and the settings of the client's session.

        Raises:
            Py4JJavaError: the statement does more than read the schema.
        """
        # Spark would substitute environment variables and settings, which may be secrets.
        if "${" in sql:
            raise self.refuse("variables are not substituted")
        # A client can send settings when it connects.
        if any(conf.get(name, "") != value for name, value in self._catalogs.items()):
            raise self.refuse("the session's catalogs were changed")

    def check(self, node: Any, conf: JavaObject) -> None:
        """Check all parts of a parsed statement: subqueries, named queries, expressions.

        Raises:
            Py4JJavaError: the statement does more than read the schema.
        """
        if not isinstance(node, JavaObject):
            return
        if self._iterable.isInstance(node):
            for each in _items(node):
                self.check(each, conf)
        elif self._product.isInstance(node):
            kind = node.productPrefix()
            self._check_kind(node, kind, conf)
            if kind != "Literal":
                for i in range(node.productArity()):
                    self.check(node.productElement(i), conf)

    def _check_kind(self, node: JavaObject, kind: str, conf: JavaObject) -> None:
        if kind not in _READING and (kind == _LATER_KNOWN or self._plan.isInstance(node)):
            raise self.refuse(f"{kind} is not one of these")
        if kind in _TABLES or kind in _SCHEMAS:
            self._check_name([str(part) for part in _items(node.productElement(0))], kind in _TABLES, conf)
        elif kind == "UnresolvedTableValuedFunction":
            name = _function(node)
            if name not in _TABLE_FUNCTIONS:
                raise self.refuse(f"{name}() may read other tables or files")
        elif kind == "UnresolvedFunction":
            name = _function(node)
            if name in _CODE_FUNCTIONS or "." in name:
                raise self.refuse(f"{name}() may run any code")
        elif kind == "SetCommand" and "catalog" in node.toString().lower():
            raise self.refuse("catalogs cannot be changed")

    def _check_name(self, name: list[str], is_table: bool, conf: JavaObject) -> None:
        within = name[1:] if name and name[0].lower() == _CATALOG else name
        if not within or (is_table and len(within) == 1):
            return  # a named query, or a table of the schema in use
        schemas = (self._schema.lower(),) if is_table else (self._schema.lower(), "default")
        # Spark reads the first part as a catalog if the session has one of that name.
        is_catalog = within is name and conf.get(f"spark.sql.catalog.{name[0]}", "") != ""
        if is_catalog or within[0].lower() not in schemas:
            raise self.refuse(f"{'.'.join(name)} is outside it")


class _Parser:
    """A session's parser that accepts only statements that read gold; Spark parses the views of gold another way."""

    class Java:
        implements = ("org.apache.spark.sql.catalyst.parser.ParserInterface",)

    def __init__(self, guard: Guard, session: JavaObject, parser: JavaObject) -> None:
        self._guard = guard
        self._session = session
        self._parser = parser

    def parsePlan(self, sql: str) -> JavaObject:  # noqa: N802  Spark's name
        with self._guard.moving:
            pass
        conf = self._session.conf()
        self._guard.check_text(sql, conf)
        plan = self._ask("parsePlan", sql)
        self._guard.check(plan, conf)
        return plan

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda text: self._ask(name, text)

    def _ask(self, name: str, text: str) -> Any:
        try:
            return getattr(self._parser, name)(text)
        except CapturedException as fault:
            if fault._origin is None:
                raise
            raise Py4JJavaError(str(fault), fault._origin) from None


def _items(collection: JavaObject) -> Iterator[Any]:
    """Yield the items of a Scala collection."""
    each = collection.iterator()
    while each.hasNext():
        yield each.next()


def _function(node: JavaObject) -> str:
    return ".".join(map(str, _items(node.productElement(0)))).lower()
