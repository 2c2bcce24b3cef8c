"""Tables of people, their sessions, and what else lets somebody in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class UserRow(Base):
    """A person who signs in; ``folded_name`` is what sign-in compares.

    ``password_hash`` is empty until the person has set a password.
    """

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
    address: Mapped[str] = mapped_column(String(45), default="", server_default="")
    browser: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeviceRow(Base):
    """A browser in which somebody signed in before: its attempts are counted by themselves."""

    __tablename__ = "devices"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AttemptRow(Base):
    """How far ahead of the clock somebody's attempts have run; ``until_s`` is seconds of 1970."""

    __tablename__ = "attempts"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    until_s: Mapped[float] = mapped_column(Double, index=True)


class LinkRow(Base):
    """A link that works once: to set a password, or to make the first administrator."""

    __tablename__ = "links"
    __table_args__ = (CheckConstraint("(purpose = 'password') = (user_id IS NOT NULL)", "whom"),)

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IdentityRow(Base):
    """Who a person is at an OpenID provider: nothing but issuer and subject links them."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OidcTripRow(Base):
    """A browser that went to the OpenID provider and has not come back."""

    __tablename__ = "oidc_trips"

    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(64))
    next_path: Mapped[str] = mapped_column(String(2000))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
