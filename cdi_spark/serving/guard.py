"""Clients of the SQL server may only read gold: each statement, as Spark parsed it, is held against a list."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.java_gateway import ensure_callback_server_started
from pyspark.sql import SparkSession

# Nodes of a parsed statement. What is not here is refused: so is what a later Spark adds.
_READING = frozenset((
    # Queries.
    "Aggregate", "Distinct", "Except", "Filter", "Generate", "GlobalLimit", "Intersect", "Join", "LateralJoin",
    "LocalLimit", "LocalRelation", "Offset", "OneRowRelation", "Pivot", "Project", "Repartition",
    "RepartitionByExpression", "ResolvedInlineTable", "Sample", "Sort", "SubqueryAlias", "Union", "UnresolvedHaving",
    "UnresolvedHint", "UnresolvedInlineTable", "UnresolvedRelation", "UnresolvedSubqueryColumnAliases",
    "UnresolvedTVFAliases", "UnresolvedTableValuedFunction", "UnresolvedWith", "Unpivot", "WithWindowDefinition",
    # Looks at what there is, and settings of the client's own session.
    "CurrentNamespace", "DescribeColumn", "DescribeFunctionCommand", "DescribeNamespace", "DescribeQueryCommand",
    "DescribeRelation", "ExplainCommand", "ResetCommand", "SetCatalogAndNamespace", "SetCommand",
    "SetNamespaceCommand", "ShowCatalogsCommand", "ShowColumns", "ShowCurrentNamespaceCommand", "ShowFunctions",
    "ShowNamespaces", "ShowTables", "ShowTablesExtended", "ShowViews", "UnresolvedNamespace",
    "UnresolvedTableOrView",
))  # fmt: skip
_TABLES = frozenset(("UnresolvedRelation", "UnresolvedTableOrView"))
_SCHEMAS = frozenset(("UnresolvedNamespace", "SetNamespaceCommand"))
# Tables that a function makes of its own arguments; others read tables or files.
_TABLE_FUNCTIONS = frozenset((
    "explode", "explode_outer", "inline", "inline_outer", "json_tuple", "posexplode", "posexplode_outer", "range",
    "stack",
))  # fmt: skip
# They run any code of the class path.
_CODE_FUNCTIONS = frozenset(("java_method", "reflect", "try_reflect"))
# A name or a function that is known only once the statement runs.
_LATER_KNOWN = "ExpressionWithUnresolvedIdentifier"
_CATALOG = "spark_catalog"
_CATALOG_SETTINGS = ("spark.sql.defaultCatalog", f"spark.sql.catalog.{_CATALOG}")


def hold_to_reading(spark: SparkSession, schema: str) -> Guard:
    """Put a guard before the parser of each session that is made from this one later; this one may do all as before.

    Args:
        schema: the only one that those sessions may read.
    """
    gateway: Any = spark.sparkContext._gateway
    # A wrong statement is to reach the client as Spark's own error, with its class.
    gateway.callback_server_parameters.propagate_java_exceptions = True
    ensure_callback_server_started(gateway)  # type: ignore[no-untyped-call]
    guard = Guard(gateway.jvm, schema, {name: spark.conf.get(name, "") or "" for name in _CATALOG_SETTINGS})
    spark._jsparkSession.extensions().injectParser(guard)
    return guard


class Guard:
    """Decides about statements; while `moving` is held, those that come wait."""

    class Java:
        implements = ("scala.Function2",)

    def __init__(self, jvm: Any, schema: str, catalogs: dict[str, str]) -> None:
        self.moving = threading.Lock()
        self._jvm = jvm
        self._schema = schema
        self._catalogs = catalogs
        of = jvm.java.lang.Class.forName
        self._many, self._product = of("scala.collection.Iterable"), of("scala.Product")
        self._plan = of("org.apache.spark.sql.catalyst.plans.logical.LogicalPlan")

    def apply(self, session: JavaObject, parser: JavaObject) -> _Parser:
        return _Parser(self, session, parser)

    def refuse(self, why: str) -> Py4JJavaError:
        told = f"This server only reads {self._schema} (SELECT, SHOW, DESCRIBE, EXPLAIN, USE {self._schema}): {why}."
        return Py4JJavaError(told, self._jvm.java.lang.UnsupportedOperationException(told))

    def check_text(self, sql: str, conf: JavaObject) -> None:
        """Look at a statement before Spark does, and at the settings of the client's session.

        Raises:
            Py4JJavaError: it does more than read the schema.
        """
        # Spark would put in what the environment or a setting holds, secrets among it.
        if "${" in sql:
            raise self.refuse("variables are not put in")
        # A client may bring settings along when it connects.
        if any(conf.get(name, "") != value for name, value in self._catalogs.items()):
            raise self.refuse("the session's catalogs were changed")

    def check(self, node: Any, conf: JavaObject) -> None:
        """Go through everything that a parsed statement holds: subqueries, named queries, expressions.

        Raises:
            Py4JJavaError: it does more than read the schema.
        """
        if not isinstance(node, JavaObject):
            return
        if self._many.isInstance(node):
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
            raise self.refuse(f"{kind} is none of these")
        if kind in _TABLES or kind in _SCHEMAS:
            self._check_name([str(part) for part in _items(node.productElement(0))], kind in _TABLES, conf)
        elif kind == "UnresolvedTableValuedFunction":
            name = _function(node)
            if name not in _TABLE_FUNCTIONS:
                raise self.refuse(f"{name}() may read what lies elsewhere")
        elif kind == "UnresolvedFunction":
            name = _function(node)
            if name in _CODE_FUNCTIONS or "." in name:
                raise self.refuse(f"{name}() may run any code")
        elif kind == "SetCommand" and "catalog" in node.toString().lower():
            raise self.refuse("catalogs stay as they are")

    def _check_name(self, name: list[str], is_table: bool, conf: JavaObject) -> None:
        within = name[1:] if name and name[0].lower() == _CATALOG else name
        if not within or (is_table and len(within) == 1):
            return  # a named query, or a table of the schema in use
        schemas = (self._schema.lower(),) if is_table else (self._schema.lower(), "default")
        # Spark takes the first part for a catalog where the session has one of that name.
        is_catalog = within is name and conf.get(f"spark.sql.catalog.{name[0]}", "") != ""
        if is_catalog or within[0].lower() not in schemas:
            raise self.refuse(f"{'.'.join(name)} lies elsewhere")


class _Parser:
    """A session's parser that lets only what reads gold through; the texts of gold's views go by another way in."""

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


def _items(many: JavaObject) -> Iterator[Any]:
    """What a Scala collection holds."""
    each = many.iterator()
    while each.hasNext():
        yield each.next()


def _function(node: JavaObject) -> str:
    return ".".join(map(str, _items(node.productElement(0)))).lower()
