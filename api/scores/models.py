"""Tables of scores as they were given, and of what districts looked like."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Double, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class ScoreDayRow(Base):
    """A restaurant's score at the end of a local day; today's row is its score so far.

    ``value`` is NULL while evidence is collected, ``grade`` where there is none. ``detail`` is the
    whole score as canonical JSON, ``sha256`` its hash: the same log gives the same one again.
    """

    __tablename__ = "score_days"
    __table_args__ = (
        Index("ix_score_days_day", "day"),
        Index("ix_score_days_policy", "policy_sha256"),
    )

    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[float | None] = mapped_column(Double)
    low: Mapped[float | None] = mapped_column(Double)
    high: Mapped[float | None] = mapped_column(Double)
    grade: Mapped[str | None] = mapped_column(String(1))
    evidence: Mapped[float] = mapped_column(Double)
    policy_version: Mapped[int] = mapped_column(Integer)
    policy_sha256: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    generated: Mapped[bool] = mapped_column(default=False, server_default=false())


class DistrictRateRow(Base):
    """Episodes and hours of a district before a local day: where its restaurants' rates start.

    ``district_id`` is empty for restaurants of no district. ``family`` is a family of rules.
    """

    __tablename__ = "district_rates"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    district_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    family: Mapped[str] = mapped_column(String(10), primary_key=True)
    policy_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    episodes: Mapped[float] = mapped_column(Double)
    hours: Mapped[float] = mapped_column(Double)
