"""Table of decided policies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class PolicyRow(Base):
    """One version, never changed; the last one that began is in force.

    ``decided_by`` is a user's id, or "system" for the shipped one.
    """

    __tablename__ = "policies"
    __table_args__ = (Index("ix_policies_in_force", "in_force_from", "version"),)

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    in_force_from: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(32))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
