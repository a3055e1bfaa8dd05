from cdi_spark.api import run as run

__version__: str
__all__ = ["__version__", "run"]
