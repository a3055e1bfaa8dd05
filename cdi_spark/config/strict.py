"""What all conf has in common: what is not known is refused."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Conf whose unknown keys are errors, and which nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
