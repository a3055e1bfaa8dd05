"""Code that goes along with its tasks: executors and Connect servers need not have this package."""

from pyspark import cloudpickle

from cdi_spark.linkage import clustering, dividing, links, tasks

for _module in (clustering, dividing, links, tasks):
    cloudpickle.register_pickle_by_value(_module)  # type: ignore[no-untyped-call]

__all__ = ["clustering", "tasks"]
