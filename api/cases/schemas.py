"""Cases as the API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal, get_args
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.cases.transitions import Action, State
from api.pages import PageQuery
from api.text import PlainText
from vision.names import RuleId, Severity

# What a person may do by this name; the rest happens by itself, or with an alert.
PersonAction = Literal[
    "acknowledge",
    "answer",
    "order",
    "extend",
    "rectify",
    "check_passed",
    "check_failed",
    "sign",
    "send_back",
    "close",
    "escalate",
    "reopen",
    "withdraw",
    "note",
]
PERSON_ACTIONS: Final[tuple[PersonAction, ...]] = get_args(PersonAction)
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Stripped = StringConstraints(strip_whitespace=True)
Reason = Annotated[PlainText, Stripped, Field(max_length=4000)]
Article = Annotated[PlainText, Stripped, Field(min_length=1, max_length=300)]
Id = Annotated[PlainText, Field(min_length=1, max_length=40)]
Turn = Literal["restaurant", "office"]
LookBackResult = Literal["passed", "failed", "undecided"]


class ActionIn(BaseModel):
    """What somebody gives with an action; api.cases.rules says what each needs.

    ``version`` is the case's as it was seen: another person's action meanwhile is not overrun.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int | None, Field(ge=1)] = None
    reason: Reason = Field(default="", description="for an order: what is to be put right")
    files: Annotated[tuple[Sha256, ...], Field(max_length=30)] = Field(
        default=(), description="files of the case that were uploaded before"
    )
    deadline: AwareDatetime | None = None
    articles: Annotated[tuple[Article, ...], Field(max_length=20)] = ()
    visit_id: Id | None = None


class CaseIn(BaseModel):
    """A case opened by hand: at once from an upheld alert, or from what somebody was told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    alert_id: UUID | None = None
    restaurant_id: Id | None = None
    rule: RuleId | None = None
    zone_type: Annotated[PlainText, Field(max_length=20)] = ""
    severity: Severity = "major"
    reason: Reason = ""

    @model_validator(mode="after")
    def _one_ground(self) -> CaseIn:
        if self.alert_id is None and (self.restaurant_id is None or self.rule is None):
            raise ValueError("alert_id is needed, or restaurant_id with rule and reason")
        if self.alert_id is None and not self.reason:
            raise ValueError("reason must say why the case is opened")
        return self


class Finding(BaseModel):
    """What a visit found; ``rule`` may also be an item of its checklist."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    restaurant_id: Id
    rule: Id
    zone_type: Annotated[PlainText, Field(max_length=20)] = ""
    severity: Severity = "major"
    found_at: AwareDatetime
    visit_id: Id | None = None
    note: Reason = ""


class NewFile(BaseModel):
    """A file whose bytes are kept already, to belong to a case."""

    model_config = ConfigDict(frozen=True)

    sha256: Sha256
    name: Annotated[PlainText, Field(max_length=200)] = ""
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None


class ActionOut(BaseModel):
    """One step of a case; ``actor`` is a name, or a role for whoever may not know it."""

    seq: int
    at: datetime
    action: Action
    actor: str
    role: str
    from_state: State
    to_state: State
    reason: str
    evidence: list[str]
    deadline: datetime | None = None
    articles: list[str] = []
    visit_id: str | None = None


class CaseAlertOut(BaseModel):
    """An alert of a case; ``left_at`` is when its verdict was taken back."""

    id: UUID
    camera_name: str
    started_at: datetime
    ended_at: datetime | None
    severity: Severity
    zone_type: str
    subjects: int
    joined_at: datetime
    left_at: datetime | None
    picture: str | None = Field(description="SHA-256 of its best frame, when it is here")


class OrderOut(BaseModel):
    """A rectification order."""

    number: str
    issued_at: datetime
    issued_by: str
    requirements: str
    articles: list[str]
    first_due_at: datetime
    due_at: datetime
    met_at: datetime | None
    failed_at: datetime | None
    replaced_at: datetime | None
    withdrawn_at: datetime | None


class LookBackOut(BaseModel):
    """What video said, or says until now: hours seen, needed and still missing."""

    at: datetime
    since: datetime
    until: datetime
    seen_h: float
    needed_h: float | None = Field(description="none: no hours of video decide this")
    missing_h: float | None
    unit: Literal["person_h", "camera_h"]
    by_video: bool = Field(description="whether video alone may pass it")
    upheld: int
    waiting: int
    result: LookBackResult


class FileOut(BaseModel):
    """A photo or paper of a case."""

    sha256: str
    name: str
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    taken_at: datetime | None
    added_at: datetime
    role: str = Field(description="whose it is: of which role somebody brought it")
    action_seq: int | None
    deleted: bool


class CaseOut(BaseModel):
    """A case as it stands, and what the person who asks may do now."""

    id: str
    number: str
    restaurant_id: str
    restaurant_name: str
    station_name: str | None
    rule: str
    zone_type: str
    severity: Severity
    source: Literal["alert", "visit", "hand"]
    state: State
    version: int
    turn: Turn | None = Field(description="whose move it is")
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    overdue: bool
    escalated_at: datetime | None
    look_back_at: datetime | None
    rectified_at: datetime | None
    repeats: int
    upheld: int
    ended_at: datetime | None
    generated: bool
    can: list[Action]


class CaseDetail(CaseOut):
    """A case with everything that belongs to it."""

    alerts: list[CaseAlertOut]
    actions: list[ActionOut]
    orders: list[OrderOut]
    look_backs: list[LookBackOut]
    look_back_now: LookBackOut | None = Field(description="while it is rectified")
    files: list[FileOut]


class CaseQuery(PageQuery):
    """Which cases: open ones by urgency, others newest first."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["open", "ended", "all"] = "open"
    state: State | None = None
    turn: Turn | None = None
    overdue: bool = False
    escalated: bool = False
    rule: Id | None = None
    restaurant: Id | None = None
    station: Id | None = None
    number: Annotated[PlainText | None, Field(max_length=20)] = None


CaseParams = Annotated[CaseQuery, Query()]
