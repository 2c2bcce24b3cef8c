"""Table of what people noted beside an alert, without judging it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class NoteRow(Base):
    """One note; nothing changes or deletes it."""

    __tablename__ = "alert_notes"
    __table_args__ = (Index("ix_alert_notes_alert_id", "alert_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"))
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)
