"""Who runs this process: recorded beside the name that `--by` gives."""

from __future__ import annotations

import os
import pwd
import socket

from pyspark.sql import SparkSession


def acting_user(spark: SparkSession) -> tuple[str, str]:
    """Return the user and the host of this process.

    On Databricks every process belongs to one user of the operating system; there it is the session's user.
    """
    host = socket.gethostname()
    if "DATABRICKS_RUNTIME_VERSION" in os.environ:
        row = spark.sql("SELECT current_user() AS user").first()
        return str(row["user"] if row else None), host
    # Not getpass.getuser(), which reads environment variables that anybody can set.
    try:
        return pwd.getpwuid(os.getuid()).pw_name, host
    except KeyError:  # a container may run under a number without a name
        return str(os.getuid()), host
