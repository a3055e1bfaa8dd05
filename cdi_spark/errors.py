"""Every error this package raises on purpose: what is wrong, where, and what to do."""


class CdiError(Exception):
    """Base of all errors that the command line prints without a traceback."""


class ConfigError(CdiError):
    """The project's conf cannot be used as written."""


class SourceError(CdiError):
    """A raw source cannot be read as its conf says."""


class GateError(CdiError):
    """A table failed an expectation that gates it."""


class SetupError(CdiError):
    """Java, a jar or a Python package that the work needs is not there."""


class LeaseError(CdiError):
    """Another run holds the warehouse."""


class LedgerError(CdiError):
    """Rows are not all accounted for."""


class ConflictError(CdiError):
    """Another writer changed a table at the same moment."""
