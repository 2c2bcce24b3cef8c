"""Table of alerts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, Integer, SmallInteger, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class AlertRow(Base):
    """An alert as posted, with where it stands; ``status`` follows api.reviews.rules."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_queue", "status", "severity_rank", "received_at", "id"),
        Index("ix_alerts_newest", "received_at", "id"),
        Index("ix_alerts_camera_rule", "camera_id", "rule", "status"),
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
