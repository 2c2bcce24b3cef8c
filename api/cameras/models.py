"""Tables of cameras and their keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class CameraRow(Base):
    """A camera in one restaurant."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CameraKeyRow(Base):
    """A key's public prefix and the hash of the whole; the key itself is stored nowhere."""

    __tablename__ = "camera_keys"

    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
