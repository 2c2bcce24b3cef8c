"""The table of public cards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class CardRow(Base):
    """A restaurant's public card; ``code`` stays the same when it is switched off and on again."""

    __tablename__ = "cards"

    restaurant_id: Mapped[str] = mapped_column(ForeignKey("restaurants.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    shown: Mapped[bool] = mapped_column()
    switched_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    switched_at: Mapped[datetime] = mapped_column(UtcDateTime)
