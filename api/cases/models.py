"""Tables of cases, of what happened to them, of orders, look-backs and files."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

OPEN_ONLY = text("ended_at IS NULL")


class CaseRow(Base):
    """A case as it stands; ``state`` follows api.cases.rules, ``due_at`` is its next clock.

    ``rule`` is a rule's id or an item of a checklist; ``zone_type`` is empty where there is none.
    ``version`` counts its actions. ``ended_at`` is when it was closed or withdrawn.
    """

    __tablename__ = "cases"
    __table_args__ = (
        # One open case of a kind and place; two who open it at one moment cannot both.
        Index(
            "uq_cases_open_place",
            "restaurant_id",
            "rule",
            "zone_type",
            unique=True,
            sqlite_where=OPEN_ONLY,
            postgresql_where=OPEN_ONLY,
        ),
        Index(
            "ix_cases_urgent",
            "due_at",
            "id",
            sqlite_where=OPEN_ONLY,
            postgresql_where=OPEN_ONLY,
        ),
        Index("ix_cases_place", "restaurant_id", "opened_at"),
        Index("ix_cases_opened", "opened_at", "id"),
        Index("ix_cases_newest", "changed_at", "id"),
        Index("ix_cases_ended", "ended_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"))
    rule: Mapped[str] = mapped_column(String(40))
    zone_type: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    look_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rectified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_signer_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    second_signer_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    upheld: Mapped[int] = mapped_column(Integer)
    repeats: Mapped[int] = mapped_column(SmallInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    generated: Mapped[bool] = mapped_column(default=False)


class CaseAlertRow(Base):
    """An alert of a case; ``left_at`` is when its verdict was taken back."""

    __tablename__ = "case_alerts"
    __table_args__ = (Index("ix_case_alerts_case_id", "case_id"),)

    alert_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("alerts.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseActionRow(Base):
    """One action; triggers refuse to change or delete it.

    ``actor_id`` is a user's id or ``system``; ``evidence`` is a JSON list of SHA-256, ``detail``
    JSON of what else belongs to it.
    """

    __tablename__ = "case_actions"
    __table_args__ = (Index("ix_case_actions_at", "at", "action"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)


class OrderRow(Base):
    """A rectification order; on time when ``met_at`` is not after ``due_at``.

    ``met_at`` is when the proof came (or a check on site found it met); ``failed_at`` when a
    look-back or a check did not find it so; ``ended_at`` when it was met for good, replaced by
    another order, or its case was withdrawn.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_case_id", "case_id"),
        Index("ix_orders_issued", "issued_at"),
        Index("ix_orders_due", "due_at"),
        Index("ix_orders_place", "restaurant_id", "issued_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    visit_id: Mapped[str | None] = mapped_column(String(36))
    requirements: Mapped[str] = mapped_column(Text)
    articles: Mapped[str] = mapped_column(Text)
    first_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    met_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    generated: Mapped[bool] = mapped_column(default=False)


class LookBackRow(Base):
    """What video said of a rectification: hours seen and needed, and what was found in them."""

    __tablename__ = "look_backs"
    __table_args__ = (Index("ix_look_backs_case_id", "case_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column("looked_until", UtcDateTime)
    seen_h: Mapped[float] = mapped_column(Double)
    needed_h: Mapped[float | None] = mapped_column(Double)
    upheld: Mapped[int] = mapped_column(Integer)
    waiting: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(String(12))
    policy_sha256: Mapped[str] = mapped_column(String(64))


class CaseFileRow(Base):
    """A photo or paper of a case; ``action_seq`` is the action that named it, if one did yet."""

    __tablename__ = "case_files"
    __table_args__ = (Index("ix_case_files_sha256", "sha256"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    action_seq: Mapped[int | None] = mapped_column(Integer)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
