"""Tables of rounds, the cameras they were given, and the looks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, SmallInteger, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

OPEN = text("ended_at IS NULL")


class RoundRow(Base):
    """One person's round; ``scope`` is JSON, see api.patrols.schemas.RoundScope."""

    __tablename__ = "rounds"
    __table_args__ = (
        Index(
            "uq_rounds_open",
            "person_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_rounds_newest", "started_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    campaign: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(Text)
    target: Mapped[int] = mapped_column(SmallInteger)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_s: Mapped[float] = mapped_column(Double)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RoundCameraRow(Base):
    """A camera given to a round, and why it was its turn; ``why`` is JSON."""

    __tablename__ = "round_cameras"

    round_id: Mapped[str] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(Text)


class CameraLeaseRow(Base):
    """Which round has a camera before its eyes, and until when nobody else gets it."""

    __tablename__ = "camera_leases"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("rounds.id"), index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class LookRow(Base):
    """A person looked at one picture, and what came of it."""

    __tablename__ = "looks"
    __table_args__ = (
        Index("ix_looks_camera", "camera_id", "at"),
        Index("ix_looks_newest", "at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("rounds.id"), index=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    sha256: Mapped[str | None] = mapped_column(String(64))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    alert_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("alerts.id"), index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
