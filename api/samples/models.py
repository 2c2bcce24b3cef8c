"""Tables of sampled minutes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

STANDING = text("undone_at IS NULL")


class PlanRow(Base):
    """One district's draw for one day; with its seed and frame anybody can repeat it.

    ``strata`` is JSON: name to [minutes in the frame, minutes drawn].
    """

    __tablename__ = "sample_plans"
    __table_args__ = (UniqueConstraint("day", "district", name="uq_sample_plans_day"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    district: Mapped[str] = mapped_column(String(32))
    seed: Mapped[str] = mapped_column(String(64))
    strata: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SampleRow(Base):
    """A minute of one camera; ``status`` is wanted, announced, supplied or reviewed."""

    __tablename__ = "samples"
    __table_args__ = (
        Index("ix_samples_camera", "camera_id", "minute_at"),
        Index("ix_samples_status", "status", "minute_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("sample_plans.id"), index=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), index=True)
    stratum: Mapped[str] = mapped_column(String(60))
    minute_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(12))


class SampleFileRow(Base):
    """A clip or a frame of the minute; ``stored_at`` is set once its bytes were checked."""

    __tablename__ = "sample_files"

    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SampleReviewRow(Base):
    """What somebody saw in it: clear, missed or not_assessable; one stands."""

    __tablename__ = "sample_reviews"
    __table_args__ = (
        Index(
            "uq_sample_reviews_standing",
            "sample_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("samples.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str | None] = mapped_column(Text)
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))


class SampleMarkRow(Base):
    """A violation the system missed; ``ongoing``: it had begun before the minute did."""

    __tablename__ = "sample_marks"

    review_id: Mapped[str] = mapped_column(ForeignKey("sample_reviews.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    rule: Mapped[str] = mapped_column(String(30))
    left: Mapped[float] = mapped_column("box_left", Double)
    top: Mapped[float] = mapped_column("box_top", Double)
    right: Mapped[float] = mapped_column("box_right", Double)
    bottom: Mapped[float] = mapped_column("box_bottom", Double)
    at_s: Mapped[float] = mapped_column(Double)
    ongoing: Mapped[bool]
