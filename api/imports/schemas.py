"""An import as it is asked for and told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.imports.columns import Column
from api.imports.planning import Outcome

Status = Literal["wrong", "checked", "done"]


class ProblemOut(BaseModel):
    """Why a line cannot be taken, in English; ``msgid`` and ``given`` say it in any language."""

    line: str
    column: Column | None
    text: str
    msgid: str
    given: dict[str, str]


class ThingOut(BaseModel):
    """A restaurant or a camera of the table; ``id`` is null while it is not made."""

    number: str | None
    name: str
    outcome: Outcome
    changes: dict[str, str] = Field(description="what is to be different, without addresses")
    id: str | None = None


class LineOut(BaseModel):
    """What one line of the table is about."""

    line: str
    restaurant: ThingOut
    camera: ThingOut | None


class Told(BaseModel):
    """Everything known about an import but its file."""

    problems: list[ProblemOut]
    unread: list[str] = Field(description="headings that nobody knows; their columns are left out")
    stations: dict[str, str | None] = Field(description="new stations, each with its district")
    restaurants: dict[Outcome, int]
    cameras: dict[Outcome, int]
    lines: list[LineOut]

    @property
    def wrong_lines(self) -> int:
        """How many lines have something wrong."""
        return len({problem.line for problem in self.problems})

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is here already as the table says."""
        counts = *self.restaurants.items(), *self.cameras.items()
        return not any(count for outcome, count in counts if outcome != "unchanged")


class ImportSummary(BaseModel):
    """An import in the list."""

    id: str
    made_at: datetime
    made_by: str
    file_name: str
    sha256: str
    status: Status
    done_at: datetime | None


class ImportOut(ImportSummary, Told):
    """An import whole; without problems nothing is done before somebody says so."""

    keys_due: int = Field(description="cameras of it that have no key yet")


class ImportsOut(BaseModel):
    """The newest imports."""

    items: list[ImportSummary]
