"""Public cards as the office switches them and as anybody reads them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.text import PlainText

PaperSize = Literal["a5", "a6"]


class CardIn(BaseModel):
    """Show the card or hide it; ``renew`` gives it another code: printed ones stop working."""

    model_config = ConfigDict(extra="forbid")

    shown: bool
    renew: bool = False
    reason: Annotated[PlainText, Field(max_length=500)] = ""


class CardOut(BaseModel):
    """A restaurant's card; ``code`` is None until it was shown for the first time."""

    restaurant_id: str
    restaurant_name: str
    shown: bool
    code: str | None
    url: str | None
    switched_at: datetime | None
    grade: str | None
    since: date | None
    may_switch: bool


class PublicCard(BaseModel):
    """All that anybody learns: no score, no people, no episodes."""

    restaurant_name: str
    grade: str | None
    since: date | None
    as_of: date | None
