"""Table of decisions about thresholds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class ThresholdRow(Base):
    """One decision; the newest that is no refusal is in force for its camera and rule.

    ``version`` counts a camera's changes and is empty for a refusal; ``evidence`` is the proposal
    as it was shown, as JSON; ``sha256`` is that of the camera's whole set after the change.
    """

    __tablename__ = "threshold_decisions"
    __table_args__ = (
        UniqueConstraint("camera_id", "version", name="uq_threshold_decisions_version"),
        Index("ix_threshold_decisions_camera", "camera_id", "rule", "decided_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    rule: Mapped[str] = mapped_column(String(30))
    decision: Mapped[str] = mapped_column(String(10))
    version: Mapped[int | None] = mapped_column(Integer)
    threshold: Mapped[float | None] = mapped_column(Double)
    proposed: Mapped[float | None] = mapped_column(Double)
    target: Mapped[float] = mapped_column(Double)
    evidence: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(String(64))
    decided_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
