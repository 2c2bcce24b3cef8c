"""Reports as they are kept and listed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from api.stats.board_schemas import CaseCount, Ranking
from api.stats.figure_schemas import FigureItem, Figures

Kind = Literal["weekly", "monthly"]


class ReportFigures(BaseModel):
    """What is frozen when a report is made; names of rules are made when it is read."""

    place: str
    generated: bool
    total: Figures
    before: Figures
    before_first_day: date
    before_last_day: date
    available: float | None
    available_before: float | None
    by_rule: list[FigureItem]
    by_station: list[FigureItem]
    cases: list[CaseCount]
    worst: Ranking


class ReportSummary(BaseModel):
    """A report in the list."""

    id: str
    kind: Kind
    first_day: date
    last_day: date
    place: str
    made_at: datetime
    sha256: str


class ReportOut(ReportSummary):
    """A report with its figures."""

    figures: ReportFigures


class ReportsOut(BaseModel):
    """The newest reports of one's scope."""

    items: list[ReportSummary]
