"""Tables of cameras: their keys, their last pictures, their zones, when they were heard of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

EVERY_SCOPE = "alerts:post settings:read"


class CameraRow(Base):
    """A camera in one restaurant.

    ``zone_type`` is what the whole picture is while no zones are drawn, and beside the drawn ones;
    ``rules`` the shipped rule pack that holds there. ``looked_at`` is a person's last look.
    """

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(200), default="", server_default="")
    notes: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    zone_type: Mapped[str] = mapped_column(String(20), default="cooking", server_default="cooking")
    rules: Mapped[str] = mapped_column(String(40), default="strict", server_default="strict")
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    stream_url: Mapped[str | None] = mapped_column(String(2000))
    position: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CameraKeyRow(Base):
    """A key's public prefix and the hash of the whole; the key itself is stored nowhere.

    It is for one camera, or for all cameras of a restaurant; ``scopes`` parts them with blanks.
    """

    __tablename__ = "camera_keys"
    __table_args__ = (
        CheckConstraint("(camera_id IS NULL) <> (restaurant_id IS NULL)", "one_place"),
    )

    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    camera_id: Mapped[str | None] = mapped_column(ForeignKey("cameras.id"), index=True)
    restaurant_id: Mapped[str | None] = mapped_column(ForeignKey("restaurants.id"), index=True)
    scopes: Mapped[str] = mapped_column(String(60), default=EVERY_SCOPE, server_default=EVERY_SCOPE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PictureRow(Base):
    """A picture that a camera sent of its own accord: the newest few, and those looked at.

    ``still_since`` is when the first of an unbroken row of identical pictures was taken. ``heads``
    is JSON, a list of boxes in shares of the picture; None when the camera did not tell.
    """

    __tablename__ = "camera_pictures"
    __table_args__ = (Index("uq_camera_pictures_taken", "camera_id", "taken_at", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    still_since: Mapped[datetime] = mapped_column(UtcDateTime)
    heads: Mapped[str | None] = mapped_column(Text)
    pinned: Mapped[bool] = mapped_column(default=False, server_default=false())


class ContactRow(Base):
    """In how many minutes of an hour a camera was heard of; availability is made of it."""

    __tablename__ = "camera_contacts"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    minutes: Mapped[int] = mapped_column(SmallInteger)


class ZoneVersionRow(Base):
    """All zones of a camera as they were drawn at one time; never changed, the newest one holds."""

    __tablename__ = "zone_versions"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    zones: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    restored_from: Mapped[int | None] = mapped_column(Integer)


class WatchRow(Base):
    """A process that watches cameras, alive until ``expires_at``; its id is known to it alone."""

    __tablename__ = "watches"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    host: Mapped[str] = mapped_column(String(100))
    weight: Mapped[int] = mapped_column(SmallInteger)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class WantRow(Base):
    """A camera that a watch could watch."""

    __tablename__ = "watch_wants"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("watches.id"), primary_key=True, index=True)


class TenureRow(Base):
    """From when to when a watch had a camera; the next one's ``generation`` is one higher.

    A tenure that has not ended holds while its watch is alive.
    """

    __tablename__ = "watch_tenures"
    __table_args__ = (
        Index(
            "uq_watch_tenures_now",
            "camera_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_watch_tenures_worker", "worker_id", "ended_at"),
    )

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    worker_id: Mapped[str] = mapped_column(String(32))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
