"""Keys of storage reach Hadoop, and nothing that others can read."""

from __future__ import annotations

import subprocess

from pyspark.sql import SparkSession

from cdi_spark.spark.session import set_secrets

KEY = "fs.s3a.bucket.cdi-test.secret.key"


def test_a_key_of_storage_is_known_to_all_sessions_and_shown_by_none(spark: SparkSession) -> None:
    set_secrets(spark, {f"spark.hadoop.{KEY}": "p4ss"})
    configuration = spark.sparkContext._jsc.hadoopConfiguration()
    try:
        for session in (spark, spark.newSession()):
            hadoop = session._jsparkSession.sessionState().newHadoopConf()
            assert hadoop.get(KEY) == "p4ss"
        shown = [*spark.sql("SET -v").collect(), *spark.sql(f"SET `{KEY}`").collect()]
        assert "p4ss" not in str(shown + spark.sparkContext.getConf().getAll())
        spark.sql("CREATE OR REPLACE TEMP VIEW cdi_test_view AS SELECT 1")
        assert "p4ss" not in str(spark.sql("DESCRIBE EXTENDED cdi_test_view").collect())
        processes = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True)
        assert "java" in processes.stdout
        assert "p4ss" not in processes.stdout
    finally:
        spark.sql("DROP VIEW IF EXISTS cdi_test_view")
        configuration.unset(KEY)
