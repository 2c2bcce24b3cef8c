"""The table of reports."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class ReportRow(Base):
    """A report's figures as they were when it was made; without district and station: the city.

    ``place`` repeats them for the unique key: ``city``, ``district:ID`` or ``station:ID``.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("kind", "first_day", "place", name="uq_reports_period"),
        Index("ix_reports_newest", "last_day", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(50))
    district_id: Mapped[str | None] = mapped_column(ForeignKey("districts.id"), index=True)
    station_id: Mapped[str | None] = mapped_column(ForeignKey("stations.id"), index=True)
    figures: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(32))
