"""Delta tables by name, releases, scratch rows and the lease."""

from cdi_spark.storage.warehouse import Storage

__all__ = ["Storage"]
