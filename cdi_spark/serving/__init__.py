"""Gold for JDBC and ODBC clients: Spark's Thrift server, its clients' statements held to reading."""
