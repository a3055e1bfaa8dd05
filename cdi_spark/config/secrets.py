"""Secrets that conf names but never holds: in the environment, in a file, or in a secret scope."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from cdi_spark.config.strict import Strict
from cdi_spark.errors import ConfigError

_LARGEST_FILE = 65_536


class Secret(Strict):
    """Where a secret is: `{env: NAME}`, `{file: PATH}`, or `{scope: SCOPE, key: KEY}` on Databricks.

    The value is read where it is used and kept nowhere, so that no log, plan, error or pickle can have it.
    """

    env: str | None = Field(default=None, min_length=1)
    """name of an environment variable"""
    file: str | None = Field(default=None, min_length=1)
    """path of a file that only its owner's account and group can read"""
    scope: str | None = Field(default=None, min_length=1)
    """a secret scope of Databricks"""
    key: str | None = Field(default=None, min_length=1)
    """key within the scope"""

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Self:
        ways = [self.env is not None, self.file is not None, self.scope is not None or self.key is not None]
        if sum(ways) != 1 or (self.scope is None) != (self.key is None):
            raise ValueError(
                "a secret is in one place: {env: NAME}, {file: PATH}, or {scope: SCOPE, key: KEY} on Databricks."
            )
        return self

    def __str__(self) -> str:
        named = {"env": self.env, "file": self.file, "scope": self.scope, "key": self.key}
        return f"{{{', '.join(f'{k}: {v}' for k, v in named.items() if v is not None)}}}"

    def value(self) -> str:
        """Return the secret itself, for the call that needs it; do not keep it.

        Raises:
            ConfigError: it is not there, or others can read its file; the message names the place only.
        """
        if self.env is not None:
            found = os.environ.get(self.env, "")
        elif self.file is not None:
            found = self._of_file(Path(self.file))
        else:
            found = self._of_scope()
        if not found:
            missing = "is not set" if self.env is not None else "is empty"
            raise ConfigError(f"secret {self}: {missing}. Set it where this runs.")
        return found

    def _of_file(self, path: Path) -> str:
        try:
            if path.stat().st_mode & 0o007:
                raise ConfigError(
                    f"secret {self}: every account of this machine can read it. Run `chmod 600`."
                )
            with path.open("rb") as file:
                content = file.read(_LARGEST_FILE + 1)
        except OSError as fault:
            raise ConfigError(f"secret {self}: cannot be read ({fault.strerror}).") from None
        try:
            text = content.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            text = "\0"
        if len(content) > _LARGEST_FILE or "\0" in text:
            raise ConfigError(f"secret {self}: is no text of at most {_LARGEST_FILE:,} bytes.")
        return text

    def _of_scope(self) -> str:
        try:
            # Part of Databricks' runtime, on no package index.
            dbutils = importlib.import_module("pyspark.dbutils")
            spark = importlib.import_module("pyspark.sql").SparkSession.builder.getOrCreate()
        except ImportError:
            raise ConfigError(
                f"secret {self}: secret scopes are only on Databricks. Use env or file."
            ) from None
        try:
            return str(dbutils.DBUtils(spark).secrets.get(scope=self.scope, key=self.key))
        except Exception as fault:
            raise ConfigError(
                f"secret {self}: the scope does not give it ({type(fault).__name__}). Check its name and access rights."
            ) from None
