"""What is known about the files as a whole before a column is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Conventions:
    """The country that the files come from (ISO 3166 alpha-2; null until it is known) and the date of the run."""

    country: str | None
    today: date

    @property
    def month_first(self) -> bool:
        """Whether the country writes the fourth of March as 3/4."""
        return self.country in ("US", "PH", "BZ", "FM")
