"""Tables of confirmed self-control sheets, and of what was added to them later."""

from __future__ import annotations

import datetime as dt
from datetime import datetime

from sqlalchemy import Date, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class SheetRow(Base):
    """A sheet as it was confirmed; ``content`` is JSON and is never changed, see its hash.

    A sheet that nobody has confirmed has no row: it is made from what happened when it is opened.
    """

    __tablename__ = "sheets"
    __table_args__ = (
        Index("uq_sheets_period", "restaurant_id", "kind", "first_day", unique=True),
        Index("ix_sheets_days", "first_day", "kind"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"))
    kind: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[dt.date] = mapped_column(Date)
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    finding: Mapped[str] = mapped_column(String(10))
    signer_name: Mapped[str] = mapped_column(String(100))
    confirmed_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late: Mapped[bool] = mapped_column()


class SheetAdditionRow(Base):
    """What somebody added to a confirmed sheet; additions are never changed either."""

    __tablename__ = "sheet_additions"

    sheet_id: Mapped[str] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    signer_name: Mapped[str] = mapped_column(String(100))
    added_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
