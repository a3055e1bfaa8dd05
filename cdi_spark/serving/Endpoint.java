package cdi_spark;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.hadoop.hive.conf.HiveConf;
import org.apache.hive.service.ServiceException;
import org.apache.hive.service.auth.PlainSaslHelper;
import org.apache.hive.service.cli.CLIService;
import org.apache.hive.service.cli.HiveSQLException;
import org.apache.hive.service.cli.OperationHandle;
import org.apache.hive.service.cli.thrift.ThriftBinaryCLIService;
import org.apache.hive.service.rpc.thrift.*;
import org.apache.hive.service.server.ThreadFactoryWithGarbageCleanup;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.hive.thriftserver.HiveThriftServer2;
import org.apache.spark.sql.hive.thriftserver.SparkSQLCLIService;
import org.apache.spark.sql.hive.thriftserver.ui.HiveThriftServer2EventManager;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.server.TThreadPoolServer;
import org.apache.thrift.transport.TSaslServerTransport;
import org.apache.thrift.transport.TServerSocket;

/**
 * Spark's Thrift server with a login, TLS and limits, which takes no settings from clients but those of the guard.
 * Spark's own has classes for these only by name and class path, and lets a client set any property of the JVM.
 */
public final class Endpoint {
  private Guard guard;
  private String schema;
  private Map users;
  private long seconds;
  private long rows;
  private CLIService sessions;
  private Service service;

  public void limit(Guard guard, String schema, Map users, long seconds, long rows) {
    this.guard = guard;
    this.schema = schema;
    this.users = users;
    this.seconds = seconds;
    this.rows = rows;
  }

  /**
   * Starts to listen.
   *
   * @param keys a PKCS12 store with the certificate; null: no TLS
   * @return the port
   */
  public int start(SparkSession session, Map settings, String host, int port, byte[] keys, String password)
      throws Exception {
    // Clients' sessions start from these, and not from a hive-site.xml alone.
    HiveConf conf = new HiveConf(Endpoint.class);
    for (Iterator each = settings.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry setting = (Map.Entry) each.next();
      conf.set((String) setting.getKey(), (String) setting.getValue());
    }
    HiveThriftServer2.eventManager_$eq(new HiveThriftServer2EventManager(session.sparkContext()));
    sessions = new SparkSQLCLIService(new HiveThriftServer2(session), session);
    service = new Service(this, sessions, new InetSocketAddress(host, port), tls(keys, password));
    sessions.init(conf);
    service.init(conf);
    sessions.start();
    service.start();
    return service.getPortNumber();
  }

  public void stop() {
    service.stop();
    sessions.stop();
  }

  private static SSLContext tls(byte[] keys, String password) throws Exception {
    if (keys == null) {
      return null;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(keys), password.toCharArray());
    KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private static final class Service extends ThriftBinaryCLIService {
    private static final int ROWS_AT_ONCE = 10000;
    private static final int MAX_REQUEST = 16 * 1024 * 1024;
    private static final String SETTING = "set:hiveconf:";
    private static final String DATABASE = "use:database";

    private final Endpoint of;
    private final CLIService sessions;
    private final InetSocketAddress address;
    private final SSLContext tls;
    private final Map left = new ConcurrentHashMap();
    private final ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(1, new ThreadFactoryWithGarbageCleanup("cdi-serve-clock"));

    Service(Endpoint of, CLIService sessions, InetSocketAddress address, SSLContext tls) {
      super(sessions);
      this.of = of;
      this.sessions = sessions;
      this.address = address;
      this.tls = tls;
    }

    protected void initializeServer() {
      try {
        ServerSocket socket =
            tls == null ? new ServerSocket() : tls.getServerSocketFactory().createServerSocket();
        socket.setReuseAddress(true);
        socket.bind(address);
        portNum = socket.getLocalPort();
        TSaslServerTransport.Factory transport = new TSaslServerTransport.Factory();
        transport.addServerDefinition("PLAIN", "NONE", null, new HashMap(), new Login(of.users));
        TThreadPoolServer.Args args = new TThreadPoolServer.Args(new TServerSocket(socket));
        args.processorFactory(PlainSaslHelper.getPlainProcessorFactory(this));
        args.transportFactory(transport);
        args.protocolFactory(new TBinaryProtocol.Factory());
        args.inputProtocolFactory(new TBinaryProtocol.Factory(true, true, MAX_REQUEST, MAX_REQUEST));
        args.executorService(new ThreadPoolExecutor(minWorkerThreads, maxWorkerThreads, workerKeepAliveTime,
            TimeUnit.SECONDS, new SynchronousQueue(), new ThreadFactoryWithGarbageCleanup("cdi-serve")));
        server = new TThreadPoolServer(args);
        server.setServerEventHandler(serverEventHandler);
      } catch (Exception fault) {
        throw new ServiceException("cannot listen", fault);
      }
    }

    protected void stopServer() {
      clock.shutdownNow();
      super.stopServer();
    }

    /** Hive would set any property of the JVM, and Spark any setting, that a client sends along. */
    public TOpenSessionResp OpenSession(TOpenSessionReq request) throws TException {
      Map kept = new HashMap();
      Map given = request.isSetConfiguration() ? request.getConfiguration() : new HashMap();
      for (Iterator each = given.entrySet().iterator(); each.hasNext(); ) {
        Map.Entry sent = (Map.Entry) each.next();
        String name = (String) sent.getKey();
        String value = (String) sent.getValue();
        String fault = null;
        if (name.equals(DATABASE)) {
          boolean isOurs = value.equalsIgnoreCase(of.schema) || value.equalsIgnoreCase("default");
          fault = isOurs ? null : value + " is outside it";
        } else if (name.startsWith(SETTING + "spark.")) {
          fault = of.guard.fault(name.substring(SETTING.length()), value);
          kept.put(name, value);
        }
        if (fault != null) {
          TOpenSessionResp refused = new TOpenSessionResp();
          refused.setStatus(error("This server only reads " + of.schema + ": " + fault + "."));
          return refused;
        }
      }
      kept.put(DATABASE, of.schema);
      // A large answer is sent in parts.
      kept.put(SETTING + "spark.sql.thriftServer.incrementalCollect", "true");
      request.setConfiguration(kept);
      return super.OpenSession(request);
    }

    public TExecuteStatementResp ExecuteStatement(TExecuteStatementReq request) throws TException {
      long asked = request.getQueryTimeout();
      request.setQueryTimeout(asked > 0 && asked < of.seconds ? asked : of.seconds);
      request.setConfOverlay(null);
      return super.ExecuteStatement(request);
    }

    /** Sends rows, which may have to be computed first: within the limits of time and rows. */
    public TFetchResultsResp FetchResults(TFetchResultsReq request) throws TException {
      final OperationHandle query = new OperationHandle(request.getOperationHandle());
      // Those of clients that went without closing them; at worst a query gets its time once more.
      if (left.size() > 100000) {
        left.clear();
      }
      left.putIfAbsent(query, new AtomicLong(TimeUnit.SECONDS.toNanos(of.seconds)));
      AtomicLong time = (AtomicLong) left.get(query);
      final AtomicBoolean isLate = new AtomicBoolean(time.get() <= 0);
      Future alarm = clock.schedule(new Runnable() {
        public void run() {
          isLate.set(true);
          close(query);
        }
      }, time.get(), TimeUnit.NANOSECONDS);
      request.setMaxRows(Math.min(request.getMaxRows(), ROWS_AT_ONCE));
      long began = System.nanoTime();
      TFetchResultsResp sent;
      try {
        sent = super.FetchResults(request);
      } finally {
        alarm.cancel(false);
        time.addAndGet(began - System.nanoTime());
      }
      if (isLate.get()) {
        return refused("the query took longer than " + of.seconds + " seconds. Ask for less, or for totals");
      }
      TRowSet rows = sent.getResults();
      if (rows != null && rows.getStartRowOffset() + count(rows) > of.rows) {
        return refused("the answer has more than " + of.rows + " rows. Add LIMIT, or ask for totals");
      }
      return sent;
    }

    public TCloseOperationResp CloseOperation(TCloseOperationReq request) throws TException {
      AtomicLong time = (AtomicLong) left.remove(new OperationHandle(request.getOperationHandle()));
      if (time != null && time.get() <= 0) {
        // Closed already: an error now would hide the reason from the client.
        return new TCloseOperationResp(new TStatus(TStatusCode.SUCCESS_STATUS));
      }
      return super.CloseOperation(request);
    }

    public TGetSchemasResp GetSchemas(TGetSchemasReq request) throws TException {
      request.setSchemaName(of.schema);
      return super.GetSchemas(request);
    }

    public TGetTablesResp GetTables(TGetTablesReq request) throws TException {
      request.setSchemaName(of.schema);
      return super.GetTables(request);
    }

    public TGetColumnsResp GetColumns(TGetColumnsReq request) throws TException {
      request.setSchemaName(of.schema);
      return super.GetColumns(request);
    }

    private void close(OperationHandle query) {
      try {
        sessions.closeOperation(query);
      } catch (HiveSQLException closedAlready) {
        return;
      }
    }

    private static long count(TRowSet rows) {
      if (rows.getColumnsSize() == 0) {
        return rows.getRowsSize();
      }
      Object column = ((TColumn) rows.getColumns().get(0)).getFieldValue();
      try {
        return ((java.util.List) column.getClass().getMethod("getValues").invoke(column)).size();
      } catch (ReflectiveOperationException fault) {
        throw new IllegalStateException(fault);
      }
    }

    private static TFetchResultsResp refused(String why) {
      return new TFetchResultsResp(error("cdi serve sql: " + why + "."));
    }

    private static TStatus error(String why) {
      return HiveSQLException.toTStatus(new HiveSQLException(why));
    }
  }
}
