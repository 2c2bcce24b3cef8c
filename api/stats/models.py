"""Tables of counted alerts: triggers keep them in step with every change of an alert."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime

NEW_ONLY = text("NOT summed")


class AlertCountRow(Base):
    """How many alerts of a kind; a cell's figure is the sum of its rows.

    Triggers on ``alerts`` and ``restaurants`` only ever add rows (+1, -1) within the transaction
    that changes an alert, so nobody waits for anybody and nothing can be missed; now and then
    rows of a day are replaced by their sums (``summed``). ``day`` is local in the zone of
    ``count_offsets``; ``station_id`` is empty where a restaurant has none; ``kind`` is
    ``upheld``, ``dismissed``, ``open`` or ``patrol`` (raised by people).
    """

    __tablename__ = "alert_counts"
    __table_args__ = (
        Index("ix_alert_counts_day", "day"),
        Index("ix_alert_counts_new", "day", sqlite_where=NEW_ONLY, postgresql_where=NEW_ONLY),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    day: Mapped[date] = mapped_column(Date)
    station_id: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str] = mapped_column(String(30))
    model_sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    alerts: Mapped[int] = mapped_column(Integer)
    summed: Mapped[bool]


class CountOffsetRow(Base):
    """From when on local time is by how much ahead of UTC, in the zone whose days are counted."""

    __tablename__ = "count_offsets"

    since_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    offset_s: Mapped[int] = mapped_column(Integer)
    zone: Mapped[str] = mapped_column(String(64))
