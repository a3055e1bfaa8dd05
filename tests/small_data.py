"""How Spark is set to be quick with a handful of rows."""


def settings(java: str) -> dict[str, str]:
    """Settings of a session for tests; `java` are the options that the JVM gets anyhow."""
    return {
        "spark.master": "local[2]",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.adaptive.enabled": "false",
        # Small data is done before compiled code pays, be it the JVM's second compiler's or Spark's own.
        "spark.driver.extraJavaOptions": f"{java} -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
