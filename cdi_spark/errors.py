"""The errors that this package raises; each message states what is wrong, where, and what to do."""


class CdiError(Exception):
    """Base of all errors that the command line prints without a traceback."""


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
