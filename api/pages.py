"""Lists come in pages; a cursor says where the next one begins."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from vision.errors import InvalidError

Item = TypeVar("Item")
MAX_CURSOR = 200


class Page(BaseModel, Generic[Item]):
    """Some items, and the cursor of the next page unless this is the last."""

    items: list[Item]
    next_cursor: str | None


class PageQuery(BaseModel):
    """How many items, from which cursor on."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=MAX_CURSOR)] = None


PageParam = Annotated[PageQuery, Query()]


def encode_cursor(at: datetime, item_id: UUID) -> str:
    """An opaque place in a list ordered by time, then id."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {item_id.hex}".encode()).decode()


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The place again; InvalidError when it did not come from ``encode_cursor``."""
    try:
        at, item_id = base64.b64decode(cursor.encode(), b"-_", validate=True).decode().split(" ")
        moment = datetime.fromisoformat(at)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC), UUID(
            item_id
        )
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InvalidError("the cursor is not one that a list gave", "cursor") from error
