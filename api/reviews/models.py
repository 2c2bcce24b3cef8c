"""Table of verdicts; undone ones stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

STANDING = text("undone_at IS NULL")


class ReviewRow(Base):
    """One verdict of one person; a round has at most one that stands."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "uq_reviews_standing_round",
            "alert_id",
            "round",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index("ix_reviews_reviewer", "reviewer_id", "alert_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    comment: Mapped[str | None] = mapped_column(Text)
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
