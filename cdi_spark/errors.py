"""The errors that this package raises; each message states what is wrong, where, and what to do."""


class CdiError(Exception):
    """Base of all errors that the command line prints without a traceback."""


def kind_of(fault: Exception) -> str:
    """Return the kind of an error: Spark's condition, else the class. Its text may quote a customer's value."""
    return str(getattr(fault, "getCondition", lambda: None)() or type(fault).__name__)


def is_of_spark(fault: Exception) -> bool:
    """Whether Spark, or the bridge to it, raised an error."""
    return type(fault).__module__.startswith(("pyspark.", "py4j."))


class ConfigError(CdiError):
    """The project's conf cannot be used as written."""


class SourceError(CdiError):
    """A raw source cannot be read in the way that its conf describes."""


class GateError(CdiError):
    """A table failed an expectation."""


class SetupError(CdiError):
    """Java, a jar or a Python package is missing."""


class LeaseError(CdiError):
    """Another run holds the warehouse, or this run lost its lease."""


class LedgerError(CdiError):
    """Landed rows are not all accounted for."""


class ConflictError(CdiError):
    """Another writer changed a table at the same time."""
