"""Table of alerts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, Integer, SmallInteger, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

# Written out, not bound: only so do both databases see that the indexes on open alerts fit.
OPEN_ONLY = text("status IN ('waiting', 'second_review')")
GOING_ON = text("ended_at IS NULL")


class AlertRow(Base):
    """An alert as posted, with where it stands; ``status`` follows api.reviews.rules.

    Once it is ``upheld`` or ``dismissed`` that is the settled verdict, since ``settled_at``.
    ``queued_at`` and ``due_at`` follow api.reviews.order. ``clock_ahead_s`` is by how much the
    camera's clock was ahead of ours.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_newest", "received_at", "id"),
        Index("ix_alerts_camera_rule", "camera_id", "rule", "status"),
        Index(
            "ix_alerts_open_newest",
            "received_at",
            "id",
            sqlite_where=OPEN_ONLY,
            postgresql_where=OPEN_ONLY,
        ),
        Index("ix_alerts_settled", "settled_at"),
        # Figures are counted from it alone, without reading the alerts themselves.
        Index(
            "ix_alerts_counted",
            "started_at",
            "rule",
            "status",
            "origin",
            "camera_id",
            "restaurant_id",
        ),
        Index("ix_alerts_going_on", "camera_id", sqlite_where=GOING_ON, postgresql_where=GOING_ON),
        Index("ix_alerts_due", "due_at", sqlite_where=OPEN_ONLY, postgresql_where=OPEN_ONLY),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    posted_sha256: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(10))
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), index=True)
    rule: Mapped[str] = mapped_column(String(30))
    severity: Mapped[str] = mapped_column(String(10))
    severity_rank: Mapped[int] = mapped_column(SmallInteger)
    zone: Mapped[str] = mapped_column(String(100))
    zone_type: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confidence: Mapped[float] = mapped_column(Double)
    subjects: Mapped[int] = mapped_column(Integer)
    left: Mapped[float] = mapped_column("box_left", Double)
    top: Mapped[float] = mapped_column("box_top", Double)
    right: Mapped[float] = mapped_column("box_right", Double)
    bottom: Mapped[float] = mapped_column("box_bottom", Double)
    model_name: Mapped[str] = mapped_column(String(100))
    model_sha256: Mapped[str] = mapped_column(String(64))
    rules_name: Mapped[str] = mapped_column(String(100))
    rules_version: Mapped[str] = mapped_column(String(40))
    rules_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    double_review: Mapped[bool] = mapped_column(default=False)
    clock_ahead_s: Mapped[int] = mapped_column(Integer, default=0)


# Here, because its first column runs the other way: the most severe first. ``status`` is in it so
# that counting needs nothing else. No index begins with ``status``: SQLite would take it for the
# queue, and sort everything that is open.
Index(
    "ix_alerts_open",
    AlertRow.severity_rank.desc(),
    AlertRow.queued_at,
    AlertRow.id,
    AlertRow.status,
    sqlite_where=OPEN_ONLY,
    postgresql_where=OPEN_ONLY,
)
