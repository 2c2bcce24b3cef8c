"""Tables of people and their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class UserRow(Base):
    """A person who signs in; ``folded_name`` is what sign-in compares."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role <> 'restaurant' OR restaurant_id IS NOT NULL", "restaurant_scope"),
        CheckConstraint(
            "role <> 'inspector' OR station_id IS NOT NULL OR district_id IS NOT NULL",
            "station_scope",
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    folded_name: Mapped[str] = mapped_column(String(300), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(300))
    restaurant_id: Mapped[str | None] = mapped_column(ForeignKey("restaurants.id"))
    station_id: Mapped[str | None] = mapped_column(ForeignKey("stations.id"))
    district_id: Mapped[str | None] = mapped_column(ForeignKey("districts.id"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """A signed-in browser; the cookie's token is stored as its hash only."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
