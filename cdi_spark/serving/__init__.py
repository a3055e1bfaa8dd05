"""Gold for JDBC and ODBC clients: Spark's Thrift server, whose clients can only read."""
