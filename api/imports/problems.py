"""What is wrong with a line of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.imports.columns import Column


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be taken; ``text`` is a msgid with places for ``given``."""

    line: str
    column: Column | None
    text: str
    given: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        named = f" ({self.column})" if self.column else ""
        return f"line {self.line}{named}: {self.text % self.given}"
