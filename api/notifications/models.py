"""Tables of subscriptions and of messages on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class SubscriptionRow(Base):
    """Somebody who wants to be told; without restaurant, station and district it is the
    office.

    ``secret`` signs webhooks, so it must be kept as it is. Minutes are of the local day.
    """

    __tablename__ = "subscriptions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    restaurant_id: Mapped[str | None] = mapped_column(ForeignKey("restaurants.id"), index=True)
    station_id: Mapped[str | None] = mapped_column(ForeignKey("stations.id"), index=True)
    district_id: Mapped[str | None] = mapped_column(ForeignKey("districts.id"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    channel: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    triggers: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(10))
    digest_minute: Mapped[int] = mapped_column(SmallInteger)
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_until: Mapped[int | None] = mapped_column(SmallInteger)
    bypass: Mapped[str] = mapped_column(String(10))
    cooldown_s: Mapped[int] = mapped_column(Integer)
    time_zone: Mapped[str] = mapped_column(String(60))
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(ForeignKey("users.id"))


# Subscriptions for all places: the office's.
OF_ALL: Final = and_(
    SubscriptionRow.restaurant_id.is_(None),
    SubscriptionRow.station_id.is_(None),
    SubscriptionRow.district_id.is_(None),
)


class NotificationRow(Base):
    """A message; ``key`` makes it unique, ``topic`` is what a cool-down is about.

    ``status``: waiting, sent, folded (told by an earlier one), withdrawn or dead.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_due", "status", "due_at"),
        Index("ix_notifications_topic", "subscription_id", "topic", "sent_at"),
        Index("ix_notifications_subject", "subject"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    subscription_id: Mapped[str] = mapped_column(ForeignKey("subscriptions.id"))
    trigger: Mapped[str] = mapped_column("trigger_name", String(20))
    topic: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(100))
    facts: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(String(300))


class WorkerRow(Base):
    """Which process does a job now, until when, and how far it read the audit log."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int] = mapped_column(BigInteger)
