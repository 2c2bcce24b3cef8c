"""The one kind of record that crosses a border: on the wire, in TOML, in result files."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Immutable, and an unknown field is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
