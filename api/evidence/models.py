"""Tables of evidence files and of who keeps, holds and sees them."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class EvidenceRow(Base):
    """A file announced by an alert; ``stored_at`` is set once its bytes were checked and kept.

    ``deleted_at`` is set when retention took them away, ``altered_at`` while the storage holds
    other bytes under the name.
    """

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_sha256", "sha256"),)

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    stored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    altered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def here(self) -> bool:
        """Whether its bytes came and are still kept."""
        return self.stored_at is not None and self.deleted_at is None


class CustodyRow(Base):
    """One link of a restaurant's chain of custody; triggers refuse to change or delete it.

    A file that belongs to no alert, a visit's photo say, has its place named in ``detail``.
    """

    __tablename__ = "custody_entries"
    __table_args__ = (Index("ix_custody_entries_alert_id", "alert_id"),)

    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(10))
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("alerts.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class CustodyHead(Base):
    """The newest link of a restaurant's chain, locked while one is added."""

    __tablename__ = "custody_heads"

    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CustodyDay(Base):
    """A finished day (UTC) of a chain: its entries' root, tied to the day before, and signed."""

    __tablename__ = "custody_days"

    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    first: Mapped[int] = mapped_column("first_seq", BigInteger)
    last: Mapped[int] = mapped_column("last_seq", BigInteger)
    root: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column("public_key", String(64))
    signature: Mapped[str | None] = mapped_column(String(128))


class HoldRow(Base):
    """Keeps an alert's evidence from retention.

    ``placed`` by a supervisor; ``upheld`` rows end the hold that every upheld alert has by itself.
    """

    __tablename__ = "legal_holds"
    __table_args__ = (Index("ix_legal_holds_alert_id", "alert_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"))
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column("held_until", UtcDateTime)
    released_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    release_reason: Mapped[str | None] = mapped_column(Text)


class UnblurRow(Base):
    """Somebody who gave a reason sees an alert's originals until then."""

    __tablename__ = "unblurs"
    __table_args__ = (Index("ix_unblurs_alert_id_person_id", "alert_id", "person_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column("granted_until", UtcDateTime)
