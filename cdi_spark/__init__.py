"""Customer Data Integration on Spark: raw customer records in, one golden record per customer out.

In a notebook:

    from cdi_spark import open_workspace, run

    run("conf/mine", "warehouse")
    workspace = open_workspace("conf/mine", "warehouse")
    workspace.storage.query("SELECT * FROM gold.customer_360 LIMIT 5").show()
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__", "open_workspace", "run"]

# Imported on first use: executors that unpickle functions of this package have neither Spark nor typer.
# __init__.pyi declares the same names for type checkers.
_EXPORTS = {
    "Workspace": "cdi_spark.workspace",
    "open_workspace": "cdi_spark.cli.api",
    "run": "cdi_spark.cli.api",
}


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
