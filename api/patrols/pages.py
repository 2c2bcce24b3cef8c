"""Places in lists whose ids are not UUIDs."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from vision.errors import InvalidError


def encode_place(at: datetime, item_id: str) -> str:
    """An opaque place in a list ordered by time, then id."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {item_id}".encode()).decode()


def decode_place(cursor: str) -> tuple[datetime, str]:
    """The place again; InvalidError when it did not come from ``encode_place``."""
    try:
        at, item_id = base64.b64decode(cursor.encode(), b"-_", validate=True).decode().split(" ")
        moment = datetime.fromisoformat(at)
        if "\x00" in item_id or not moment.tzinfo:
            raise ValueError(cursor)
        return moment.astimezone(UTC), item_id
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InvalidError("the cursor is not one that a list gave", "cursor") from error
