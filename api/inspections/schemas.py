"""Visits, results and campaigns as people give and read them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api.inspections.checklists import DEFAULT
from api.inspections.rules import Answer, Kind, Outcome, State, WhyNot
from api.restaurants.schemas import Risk
from api.text import PlainText
from vision.alert import Sha256
from vision.names import RuleId

Id = Annotated[PlainText, Field(min_length=1, max_length=36)]
Text = Annotated[PlainText, Field(max_length=1000)]
ShortText = Annotated[PlainText, Field(max_length=200)]
ItemId = Annotated[PlainText, Field(min_length=1, max_length=40)]
MAX_FILES = 60


class Given(BaseModel):
    """What comes from outside: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class VisitIn(Given):
    """A visit that is to be made; one of a case names it, others may give a reason."""

    restaurant_id: Id
    kind: Kind = "routine"
    planned_for: dt.date | None = Field(default=None, description="today when left out")
    checklist: ItemId = DEFAULT
    assigned_to: Id | None = None
    case_id: Id | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind == "case") != (self.case_id is not None):
            raise ValueError("case_id belongs to a visit of kind case, and to no other")
        if self.kind == "campaign":
            raise ValueError("kind campaign is planned by its campaign")
        if self.kind == "complaint" and not self.reason.strip():
            raise ValueError("reason is needed: what was complained about")
        return self


class CancelIn(Given):
    """Why a visit is not made."""

    reason: Annotated[PlainText, Field(min_length=1, max_length=1000, pattern=r"\S")]


class AnswerIn(Given):
    """To one item; what does not apply says why, what is not met what was seen."""

    item: ItemId
    result: Answer
    note: Text = ""
    reason: WhyNot | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.result == "na") != (self.reason is not None):
            raise ValueError("reason says why an item does not apply, and is for those alone")
        return self


class FindingIn(Given):
    """What is wrong at an item that is not met; ``order`` puts it on the rectification order."""

    id: UUID
    item: ItemId
    corrective_action: Text = ""
    fixed: bool = False
    order: bool = False
    alert_id: UUID | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.order and (self.fixed or not self.corrective_action.strip()):
            raise ValueError("order is for what is not fixed, with its corrective action")
        return self


class OrderIn(Given):
    """By when the findings marked so are to be rectified, and on which articles that rests."""

    deadline: AwareDatetime
    articles: Annotated[tuple[ShortText, ...], Field(min_length=1, max_length=20)]


class CheckIn(Given):
    """What a visit of a case found of it: rectified or not."""

    passed: bool
    note: Annotated[PlainText, Field(min_length=1, max_length=1000, pattern=r"\S")]


class SignatureIn(Given):
    """Of the person in charge: drawn, or refused before a witness."""

    name: Annotated[PlainText, Field(max_length=100)]
    refused: bool = False
    witness: Annotated[PlainText, Field(max_length=200)] = ""
    file_id: UUID | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.refused and not self.witness.strip():
            raise ValueError("witness must say who saw that the signature was refused, and why")
        if not self.refused and (self.file_id is None or not self.name.strip()):
            raise ValueError("name and drawn signature of the person in charge are needed")
        return self


class ResultIn(Given):
    """All of a visit at once; ``id`` is made by the phone, so that sending twice is harmless."""

    id: UUID
    checklist: ItemId
    checklist_version: Annotated[int, Field(ge=1, le=10_000)]
    started_at: AwareDatetime
    finished_at: AwareDatetime
    answers: Annotated[tuple[AnswerIn, ...], Field(min_length=1, max_length=200)]
    findings: Annotated[tuple[FindingIn, ...], Field(max_length=200)] = ()
    order: OrderIn | None = None
    check: CheckIn | None = None
    signature: SignatureIn
    second_officer: Annotated[PlainText, Field(max_length=100)] = ""
    second_file_id: UUID | None = None
    files: Annotated[tuple[UUID, ...], Field(max_length=MAX_FILES)] = ()
    remark: Text = ""


class SentQuery(BaseModel):
    """What a phone says of a file; ``sha256`` is that of the bytes it sends, if it can tell."""

    model_config = ConfigDict(frozen=True)

    taken_at: AwareDatetime
    sha256: Sha256 | None = Field(default=None, description="checked when it is given")
    kind: Literal["photo", "signature"] = "photo"
    item: ItemId | None = None


SentParam = Annotated[SentQuery, Query()]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came, under the id that the phone made for it."""

    file_id: UUID
    about: SentQuery
    content: bytes
    received_sha256: str


class ResultOut(BaseModel):
    """Counts; ``share`` is met of what applied."""

    met: int
    not_met: int
    not_applicable: int
    share: float | None
    outcome: Outcome


class VisitOut(BaseModel):
    """A visit as a list shows it."""

    id: str
    restaurant_id: str
    restaurant_name: str
    address: str
    risk: Risk
    station_name: str | None
    kind: Kind
    state: State
    checklist: str
    checklist_version: int | None
    planned_for: dt.date
    assigned_to: str | None
    assigned_name: str | None
    campaign_id: str | None
    campaign_name: str | None
    case_id: str | None
    reason: str
    started_at: datetime | None
    finished_at: datetime | None
    received_at: datetime | None
    finished_by: str | None
    inspector_name: str | None
    cancel_reason: str | None
    ordered: bool
    result: ResultOut | None
    record_sha256: str | None


class FileOut(BaseModel):
    """A photo, signature or receipt; ``received_sha256`` is that of what the phone sent."""

    id: str
    kind: str
    item: str | None
    language: str | None
    sha256: str
    received_sha256: str
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    taken_at: datetime
    stored_at: datetime


class AnswerOut(BaseModel):
    """An answer that was given."""

    item: str
    result: Answer
    note: str
    reason: WhyNot | None


class FindingOut(BaseModel):
    """What was found wrong, and the alert and the case it hangs on."""

    id: str
    item: str
    key: bool
    rule: RuleId | None
    note: str
    corrective_action: str
    fixed: bool
    found_at: datetime
    alert_id: UUID | None
    case_id: str | None


class VisitDetailOut(BaseModel):
    """A visit with everything that was answered, found and filed."""

    visit: VisitOut
    answers: list[AnswerOut]
    findings: list[FindingOut]
    files: list[FileOut]


class VisitQuery(BaseModel):
    """Which visits; the ones done last come first, before them those that are still open."""

    state: State | None = None
    kind: Kind | None = None
    outcome: Outcome | None = None
    restaurant: Annotated[PlainText | None, Field(max_length=36)] = None
    campaign: Annotated[PlainText | None, Field(max_length=32)] = None
    case: Annotated[PlainText | None, Field(max_length=36)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[PlainText | None, Field(max_length=200)] = None


VisitParam = Annotated[VisitQuery, Query()]


class RecordOut(BaseModel):
    """The record as it was sealed: ``sha256`` is over ``text`` in UTF-8, byte by byte."""

    text: str
    sha256: Sha256
    signing_key: str | None
    signature: str | None = Field(description="Ed25519 over the same bytes, hexadecimal")
