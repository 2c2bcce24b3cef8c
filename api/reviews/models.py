"""Tables of verdicts, of claims, and of what tells how good the verdicts are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, SmallInteger, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

STANDING = text("undone_at IS NULL")


class Verdicts:
    """The columns of a verdict, given on an alert or on a hidden known item.

    ``took_s`` is measured by the page, without pauses; the box is in fractions of the alert's
    first frame.
    """

    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    comment: Mapped[str | None] = mapped_column(Text)
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    took_s: Mapped[float | None] = mapped_column(Double)
    box_left: Mapped[float | None] = mapped_column(Double)
    box_top: Mapped[float | None] = mapped_column(Double)
    box_right: Mapped[float | None] = mapped_column(Double)
    box_bottom: Mapped[float | None] = mapped_column(Double)
    box_class: Mapped[str | None] = mapped_column(String(20))
    batch: Mapped[str | None] = mapped_column(String(32))


class ReviewRow(Verdicts, Base):
    """One verdict of one person; a round has at most one that stands."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "uq_reviews_standing_round",
            "alert_id",
            "round",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index("ix_reviews_reviewer", "reviewer_id", "alert_id"),
        Index("ix_reviews_own", "reviewer_id", "created_at", "id"),
        Index("ix_reviews_batch", "batch"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    undone_reason: Mapped[str | None] = mapped_column(Text)


class ClaimRow(Base):
    """Who looks at an alert now; over at ``expires_at`` unless it is renewed."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_person", "person_id", "expires_at"),)

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReviewSeedRow(Base):
    """One random key, made with the table: which alerts are reviewed twice follows from it."""

    __tablename__ = "review_seed"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seed: Mapped[str] = mapped_column(String(64))


class KnownItemRow(Base):
    """An alert whose truth is settled well enough to ask others about it again."""

    __tablename__ = "known_items"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    truth: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    added_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownShowRow(Base):
    """A known item as one reviewer meets it: under an id and at times of its own.

    ``place`` says after how many others of the queue it comes.
    """

    __tablename__ = "known_shows"
    __table_args__ = (
        Index("ix_known_shows_person", "person_id", "closed_at"),
        Index("ix_known_shows_alert", "alert_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("known_items.alert_id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownAnswerRow(Verdicts, Base):
    """What a reviewer said about a known item; it changes no alert."""

    __tablename__ = "known_answers"
    __table_args__ = (
        Index("ix_known_answers_show", "show_id"),
        Index("ix_known_answers_own", "reviewer_id", "created_at", "id"),
        Index("ix_known_answers_batch", "batch"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    show_id: Mapped[UUID] = mapped_column(ForeignKey("known_shows.id"))
