"""Tables of visits, what was answered and found on them, their files, and campaigns."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    Uuid,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class CampaignRow(Base):
    """Visits with one purpose; its targets are the visits that name it."""

    __tablename__ = "campaigns"
    __table_args__ = (Index("ix_campaigns_newest", "starts_on", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    purpose: Mapped[str] = mapped_column(Text)
    checklist: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    created_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    generated: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class VisitRow(Base):
    """One visit; its id is made by whoever plans it, so that planning twice is harmless.

    ``record`` is the canonical JSON that ``record_sha256`` and ``signature`` are about;
    ``finished_at`` is the phone's clock, ``received_at`` the server's. ``case_id`` names a row of
    ``cases``.
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_newest", "finished_at", "id"),
        Index("ix_visits_restaurant", "restaurant_id", "finished_at"),
        Index("ix_visits_open", "state", "planned_for"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    checklist: Mapped[str] = mapped_column(String(40))
    checklist_version: Mapped[int | None] = mapped_column(SmallInteger)
    planned_for: Mapped[dt.date] = mapped_column(Date)
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(String(36), index=True)
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    met: Mapped[int | None] = mapped_column(SmallInteger)
    not_met: Mapped[int | None] = mapped_column(SmallInteger)
    not_applicable: Mapped[int | None] = mapped_column(SmallInteger)
    outcome: Mapped[str | None] = mapped_column(String(10))
    ordered: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    submission_id: Mapped[str | None] = mapped_column(String(36))
    submission_sha256: Mapped[str | None] = mapped_column(String(64))
    record: Mapped[str | None] = mapped_column(Text)
    record_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    signature: Mapped[str | None] = mapped_column(String(128))
    signing_key: Mapped[str | None] = mapped_column(String(64))
    generated: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class AnswerRow(Base):
    """What was answered to one item; ``reason`` says why it does not apply."""

    __tablename__ = "visit_answers"

    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    result: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(String(20))


class FindingRow(Base):
    """An item that was not met: what was seen, what is to be done, and what it hangs on."""

    __tablename__ = "findings"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str | None] = mapped_column(String(30))
    zone_type: Mapped[str | None] = mapped_column(String(20))
    key: Mapped[bool] = mapped_column("key_item", Boolean)
    note: Mapped[str] = mapped_column(Text)
    corrective_action: Mapped[str] = mapped_column(Text)
    fixed: Mapped[bool] = mapped_column(Boolean)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    alert_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("alerts.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(String(36), index=True)


class VisitFileRow(Base):
    """A photo, signature or receipt of a visit, named by the hash of what is kept.

    ``received_sha256`` is that of what the phone sent, with its metadata.
    """

    __tablename__ = "visit_files"
    __table_args__ = (Index("ix_visit_files_visit", "visit_id", "stored_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    kind: Mapped[str] = mapped_column(String(10))
    item: Mapped[str | None] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    received_sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    language: Mapped[str | None] = mapped_column(String(5))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
