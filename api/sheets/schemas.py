"""Sheets as they are kept and read; ``SheetContent`` is what a confirmation freezes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.sheets.rules import AnswerState, Finding, Kind, Standing
from api.text import PlainText
from vision.names import RuleId, ZoneType

Remark = Annotated[PlainText, Field(max_length=1000)]
SignerName = Annotated[PlainText, Field(min_length=1, max_length=100, pattern=r"\S")]
MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"


class EpisodeFact(BaseModel):
    """An upheld episode that began in the period."""

    alert_id: UUID
    rule: RuleId
    zone: str
    zone_type: ZoneType
    started_at: datetime
    subjects: int


class TroubleFact(BaseModel):
    """Something that kept a camera from seeing."""

    camera: str
    rule: RuleId
    started_at: datetime
    ended_at: datetime | None


class OrderFact(BaseModel):
    """A rectification order that fell due in the period."""

    number: str
    case_id: str
    due_at: datetime
    met_at: datetime | None


class ScoreFact(BaseModel):
    """The score at the end of the period, as far as there was one."""

    value: float | None
    low: float | None
    high: float | None
    grade: str | None
    evidence: float


class SheetFacts(BaseModel):
    """What the records say of a period, read at ``as_of``."""

    as_of: datetime
    episodes: list[EpisodeFact]
    before: int = Field(description="upheld episodes of the period before")
    troubles: list[TroubleFact]
    seen: float | None = Field(description="share of the scheduled hours that cameras saw")
    orders: list[OrderFact]
    open_cases: int
    missing_days: list[date] = Field(description="sheets of the shorter kind nobody confirmed")
    score: ScoreFact | None


class AnswerOut(BaseModel):
    """One item: what the records say, what the person said."""

    item: str
    suggested: AnswerState | None
    state: AnswerState | None
    remark: str


class SheetContent(BaseModel):
    """A sheet as it was confirmed."""

    model_config = ConfigDict(populate_by_name=True)

    schema_name: Literal["brightkitchen.sheet/1"] = Field(
        default="brightkitchen.sheet/1", alias="schema"
    )
    restaurant_id: str
    restaurant_name: str
    kind: Kind
    first_day: date
    last_day: date
    facts: SheetFacts
    answers: list[AnswerOut]
    remark: str
    finding: Finding


class AdditionOut(BaseModel):
    """What was added to a confirmed sheet."""

    seq: int
    text: str
    signer_name: str
    at: datetime


class SinceOut(BaseModel):
    """What the records say otherwise since the sheet was confirmed."""

    upheld: list[EpisodeFact]
    overturned: list[EpisodeFact]


class SheetOut(BaseModel):
    """A sheet, confirmed or still to be; ``sha256`` is that of the frozen content."""

    restaurant_id: str
    restaurant_name: str
    kind: Kind
    first_day: date
    last_day: date
    due_at: datetime
    standing: Standing
    facts: SheetFacts
    answers: list[AnswerOut]
    remark: str
    finding: Finding | None
    signer_name: str | None
    confirmed_at: datetime | None
    sha256: str | None
    additions: list[AdditionOut]
    since: SinceOut | None
    may_confirm: bool
    may_add: bool


class AnswerIn(BaseModel):
    """What the person says about one item."""

    model_config = ConfigDict(extra="forbid")

    item: Annotated[PlainText, Field(max_length=30)]
    state: AnswerState
    remark: Remark = ""


class ConfirmIn(BaseModel):
    """The whole sheet, signed by name; a day may be one on which the kitchen was closed."""

    model_config = ConfigDict(extra="forbid")

    signer_name: SignerName
    closed: bool = False
    answers: Annotated[list[AnswerIn], Field(max_length=40)] = []
    remark: Remark = ""


class AdditionIn(BaseModel):
    """A later addition, signed by name."""

    model_config = ConfigDict(extra="forbid")

    signer_name: SignerName
    text: Annotated[PlainText, Field(min_length=3, max_length=1000, pattern=r"\S")]


class SheetLine(BaseModel):
    """A sheet in a month's list."""

    kind: Kind
    first_day: date
    last_day: date
    due_at: datetime
    standing: Standing
    finding: Finding | None


class MonthOut(BaseModel):
    """The sheets of a restaurant that end in one month."""

    restaurant_id: str
    restaurant_name: str
    month: str
    items: list[SheetLine]


class BehindOut(BaseModel):
    """How a restaurant stands with its sheets of a month; only what is due by now counts."""

    restaurant_id: str
    restaurant_name: str
    station_name: str | None
    due: int
    on_time: int
    late: int
    missing: dict[Kind, int]
    zero: int
    found: int

    @property
    def behind(self) -> int:
        """How many are missing."""
        return sum(self.missing.values())


class OverviewOut(BaseModel):
    """Restaurants in scope, those that miss most first; ``total`` counts all that fit."""

    month: str
    total: int
    behind: int
    items: list[BehindOut]


class OverviewQuery(BaseModel):
    """Which restaurants, in which month."""

    model_config = ConfigDict(extra="ignore")

    month: Annotated[str, Field(pattern=MONTH)] | None = None
    q: Annotated[PlainText, Field(max_length=100)] = ""
    behind: bool = False
    skip: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 100


OverviewParams = Annotated[OverviewQuery, Query()]
