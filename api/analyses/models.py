"""Tables of analyses of recorded footage and of the videos that were uploaded for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Double, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class AnalysisRow(Base):
    """A job; whoever is ``holder`` runs it until ``lease_until`` and says so again before.

    ``failures`` is a JSON list of video and reason; ``problem`` names why the job failed and
    ``detail`` is what the program itself said.
    """

    __tablename__ = "analyses"
    __table_args__ = (
        Index("ix_analyses_state", "state", "queued_at"),
        Index("ix_analyses_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    label: Mapped[str] = mapped_column(String(200))
    created_by: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(10))
    folder: Mapped[str | None] = mapped_column(String(1000))
    camera_id: Mapped[str | None] = mapped_column(ForeignKey("cameras.id"), index=True)
    rules: Mapped[str] = mapped_column(String(40))
    zone_type: Mapped[str | None] = mapped_column(String(30))
    fps: Mapped[float] = mapped_column(Double)
    into_review: Mapped[bool]
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holder: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_s: Mapped[float] = mapped_column(Double)
    footage_s: Mapped[float] = mapped_column(Double)
    speed: Mapped[float] = mapped_column(Double)
    videos: Mapped[int] = mapped_column(Integer)
    videos_done: Mapped[int] = mapped_column(Integer)
    videos_failed: Mapped[int] = mapped_column(Integer)
    episodes: Mapped[int] = mapped_column(Integer)
    failures: Mapped[str] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(500))
    alerts_posted: Mapped[int] = mapped_column(Integer)
    alerts_left_out: Mapped[int] = mapped_column(Integer)


class AnalysisVideoRow(Base):
    """An uploaded video: ``name`` as the person's computer called it, ``stored_as`` as it lies."""

    __tablename__ = "analysis_videos"

    analysis_id: Mapped[str] = mapped_column(ForeignKey("analyses.id"), primary_key=True)
    stored_as: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
