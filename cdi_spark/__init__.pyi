from cdi_spark.cli.api import open_workspace as open_workspace
from cdi_spark.cli.api import run as run
from cdi_spark.workspace import Workspace as Workspace

__version__: str
__all__ = ["Workspace", "__version__", "open_workspace", "run"]
