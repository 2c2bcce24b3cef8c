"""Table of evidence files."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class EvidenceRow(Base):
    """A file announced by an alert; ``stored_at`` is set once its bytes were checked and kept."""

    __tablename__ = "evidence"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
