"""Tables of districts, stations and restaurants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class DistrictRow(Base):
    """A district of the city; its stations care for its restaurants."""

    __tablename__ = "districts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StationRow(Base):
    """A food-safety station; its inspectors see its restaurants alone."""

    __tablename__ = "stations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    district_id: Mapped[str | None] = mapped_column(ForeignKey("districts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RestaurantRow(Base):
    """A kitchen with its own sign-ins; ``risk`` is its static class, A (low) to D (high).

    Its district is its station's; ``latitude`` and ``longitude`` are degrees (WGS 84).
    """

    __tablename__ = "restaurants"
    __table_args__ = (CheckConstraint("risk IN ('A', 'B', 'C', 'D')", "risk_class"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    station_id: Mapped[str | None] = mapped_column(ForeignKey("stations.id"), index=True)
    risk: Mapped[str] = mapped_column(String(1), default="C", server_default="C")
    address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserRestaurantRow(Base):
    """A further restaurant of somebody who runs several; the first stands in ``users``."""

    __tablename__ = "user_restaurants"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), primary_key=True)
