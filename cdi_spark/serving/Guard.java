package cdi_spark;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import scala.Option;
import scala.Product;
import scala.Tuple2;
import scala.runtime.AbstractFunction2;

/**
 * Makes the parsers of clients' sessions, which accept only statements that read one schema. All that it allows is
 * named in guard.py. In Java, because a check that Java asks of Python goes through a port of this machine.
 */
public final class Guard extends AbstractFunction2 {
  private static final String CATALOG = "spark_catalog";

  private String schema;
  private Set nodes;
  private Set functions;
  private Set generators;
  private Set bare;
  private Map settings;
  private volatile CountDownLatch moving = new CountDownLatch(0);

  public void allow(String schema, Set nodes, Set functions, Set generators, Set bare, Map settings) {
    this.schema = schema;
    this.nodes = nodes;
    this.functions = functions;
    this.generators = generators;
    this.bare = bare;
    this.settings = settings;
  }

  /** Makes new statements wait until release(). */
  public void hold() {
    moving = new CountDownLatch(1);
  }

  public void release() {
    moving.countDown();
  }

  /** Puts a parser that restricts before the one of a new session. */
  public Object apply(Object session, Object parser) {
    // Spark's own calls are passed on: by them it parses the views of gold.
    Class[] kind = new Class[] {ParserInterface.class};
    return Proxy.newProxyInstance(getClass().getClassLoader(), kind, new Restricted(this, (ParserInterface) parser));
  }

  private static final class Restricted implements InvocationHandler {
    private final Guard guard;
    private final ParserInterface parser;

    Restricted(Guard guard, ParserInterface parser) {
      this.guard = guard;
      this.parser = parser;
    }

    public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
      if (method.getName().equals("parsePlan")) {
        return guard.parse(parser, (String) arguments[0]);
      }
      try {
        return method.invoke(parser, arguments);
      } catch (InvocationTargetException fault) {
        throw fault.getCause();
      }
    }
  }

  private Object parse(ParserInterface parser, String sql) throws Throwable {
    moving.await();
    // Spark would put environment variables and settings in place, which may be secrets.
    if (sql.indexOf("${") >= 0) {
      throw refuse("variables are not substituted");
    }
    try {
      LogicalPlan plan = parser.parsePlan(sql);
      String instead = instead(plan);
      if (instead != null) {
        return parser.parsePlan(instead);
      }
      check(plan);
      return plan;
    } catch (StackOverflowError fault) {
      throw refuse("the statement is nested too deeply");
    }
  }

  /** The statement for one that programs send by themselves; null for all others. */
  private String instead(Object plan) {
    String kind = ((Product) plan).productPrefix();
    if (kind.equals("ShowNamespaces")) {
      return "SHOW SCHEMAS LIKE '" + schema + "'";
    }
    Object named = null;
    if (kind.equals("SetNamespaceCommand")) {
      named = element(plan, 0);
    } else if (kind.equals("SetCatalogAndNamespace")) {
      named = element(element(plan, 0), 0);
    }
    if (named == null) {
      return null;
    }
    String name = dotted(named);
    boolean isDefault = name.equals("default") || name.equals(CATALOG) || name.equals(CATALOG + ".default");
    return isDefault ? "USE `" + schema + "`" : null;
  }

  /** Checks all parts of a parsed statement: subqueries, named queries, expressions. */
  private void check(Object node) {
    if (node instanceof TreeNode) {
      String kind = ((Product) node).productPrefix();
      if (!nodes.contains(kind)) {
        throw refuse(kind + " is not one of these");
      }
      if (kind.equals("Literal")) {
        return;
      }
      checkContent(kind, node);
    }
    scala.collection.Iterator parts;
    if (node instanceof scala.collection.Iterable) {
      parts = ((scala.collection.Iterable) node).iterator();
    } else if (node instanceof Product) {
      parts = ((Product) node).productIterator();
    } else {
      return;
    }
    while (parts.hasNext()) {
      check(parts.next());
    }
  }

  private void checkContent(String kind, Object node) {
    if (kind.equals("UnresolvedRelation")) {
      checkName(dotted(element(node, 0)), true);
      boolean isStream = ((Boolean) element(node, 2)).booleanValue();
      if (isStream || !((Map) element(node, 1)).isEmpty()) {
        throw refuse("a table is read without options");
      }
    } else if (kind.equals("UnresolvedTableOrView")) {
      checkName(dotted(element(node, 0)), true);
    } else if (kind.equals("UnresolvedNamespace") || kind.equals("SetNamespaceCommand")) {
      checkName(dotted(element(node, 0)), false);
    } else if (kind.equals("UnresolvedFunction")) {
      checkFunction(dotted(element(node, 0)), functions);
    } else if (kind.equals("UnresolvedGenerator")) {
      checkFunction(((FunctionIdentifier) element(node, 0)).unquotedString().toLowerCase(), generators);
    } else if (kind.equals("UnresolvedTableValuedFunction")) {
      checkFunction(dotted(element(node, 0)), generators);
    } else if (kind.equals("UnresolvedAttribute")) {
      String name = dotted(element(node, 0));
      if (bare.contains(name)) {
        checkFunction(name, functions);
      }
    } else if (kind.equals("SetCommand") || kind.equals("ResetCommand")) {
      Object given = ((Option) element(node, 0)).isEmpty() ? null : ((Option) element(node, 0)).get();
      Object name = given instanceof Tuple2 ? ((Tuple2) given)._1() : given;
      Option value = given instanceof Tuple2 ? (Option) ((Tuple2) given)._2() : null;
      String fault = fault((String) name, value == null || value.isEmpty() ? null : (String) value.get());
      if (fault != null) {
        throw refuse(fault);
      }
    } else if (kind.equals("DescribeRelation") || kind.equals("DescribeColumn")) {
      if (((Boolean) element(node, 2)).booleanValue()) {
        throw refuse("EXTENDED shows where files are");
      }
    }
  }

  private void checkName(String name, boolean isTable) {
    String within = name.startsWith(CATALOG + ".") ? name.substring(CATALOG.length() + 1) : name;
    String own = schema.toLowerCase();
    // A name of one part is a named query or a table of the schema: clients cannot leave it.
    boolean isOwn = isTable ? within.startsWith(own + ".") || name.indexOf('.') < 0 : within.equals(own);
    if (!isOwn) {
      throw refuse(name + " is outside it");
    }
  }

  private void checkFunction(String name, Set allowed) {
    if (!allowed.contains(name)) {
      throw refuse(name + "() is none of the functions that only compute");
    }
  }

  /** What is wrong with a client's setting; null if it may set it, or read it where there is no value. */
  public String fault(String name, String value) {
    String pattern = name == null ? null : (String) settings.get(name);
    if (pattern == null) {
      return "of settings it knows only " + String.join(", ", new java.util.TreeSet(settings.keySet()));
    }
    return value == null || value.matches(pattern) ? null : name + " does not take this value";
  }

  private RuntimeException refuse(String why) {
    return new UnsupportedOperationException(
        "This server only reads " + schema + " (SELECT, SHOW, DESCRIBE, USE " + schema + "): " + why + ".");
  }

  private static Object element(Object node, int i) {
    return ((Product) node).productElement(i);
  }

  /** A name's parts; a dot within a part becomes a character that no name of ours has. */
  private static String dotted(Object parts) {
    StringBuilder name = new StringBuilder();
    scala.collection.Iterator each = ((scala.collection.Iterable) parts).iterator();
    while (each.hasNext()) {
      name.append(name.length() == 0 ? "" : ".").append(each.next().toString().replace('.', '\u2024'));
    }
    return name.toString().toLowerCase();
  }
}
