"""Tables of appeals and of the photographs that come with them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

FILED = text("state = 'filed'")


class AppealRow(Base):
    """One appeal against the verdict of ``verdict_at``; ``due_at`` is the office's deadline.

    ``ground`` is why the alert was dismissed after all, given when the appeal is granted.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        Index(
            "uq_appeals_open", "alert_id", unique=True, sqlite_where=FILED, postgresql_where=FILED
        ),
        Index("ix_appeals_alert_id", "alert_id"),
        Index("ix_appeals_restaurant", "restaurant_id", "filed_at"),
        Index("ix_appeals_newest", "filed_at", "id"),
        Index("ix_appeals_due", "due_at", sqlite_where=FILED, postgresql_where=FILED),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"))
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"))
    state: Mapped[str] = mapped_column(String(10))
    statement: Mapped[str] = mapped_column(Text)
    verdict_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ground: Mapped[str | None] = mapped_column(String(20))
    decision: Mapped[str] = mapped_column(Text, default="")


class AppealFileRow(Base):
    """A photograph that the restaurant added; retention took its bytes at ``deleted_at``."""

    __tablename__ = "appeal_files"
    __table_args__ = (Index("ix_appeal_files_sha256", "sha256"),)

    appeal_id: Mapped[str] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    added_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
