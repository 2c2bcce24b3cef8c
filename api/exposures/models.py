"""Tables of what was observed, by hour and by day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Double, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class ExposureRow(Base):
    """Seconds of one camera in one hour, as one source told them; see vision.exposure_hours.

    Source ``missing`` stands for an hour that a live camera said nothing about.
    """

    __tablename__ = "exposures"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    origin: Mapped[str] = mapped_column(String(10), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    scheduled_s: Mapped[float] = mapped_column(Double)
    effective_s: Mapped[float] = mapped_column(Double)
    hat_person_s: Mapped[float] = mapped_column(Double)
    mask_person_s: Mapped[float] = mapped_column(Double)


class ExposureDayRow(Base):
    """The same of all cameras of a restaurant in one local day, made from the hours."""

    __tablename__ = "exposure_days"
    __table_args__ = (Index("ix_exposure_days_day", "day"),)

    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    scheduled_s: Mapped[float] = mapped_column(Double)
    effective_s: Mapped[float] = mapped_column(Double)
    hat_person_s: Mapped[float] = mapped_column(Double)
    mask_person_s: Mapped[float] = mapped_column(Double)
    generated: Mapped[bool] = mapped_column(default=False, server_default=false())
