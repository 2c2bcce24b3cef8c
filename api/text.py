"""What may be written into a name or a comment."""

from __future__ import annotations

from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from vision.errors import InvalidError

NUL: Final = "\x00"


def plain(value: str) -> str:
    """The text, or ValueError when it holds NUL, which PostgreSQL cannot store."""
    if NUL in value:
        raise ValueError("must not contain the character NUL")
    return value


PlainText = Annotated[str, AfterValidator(plain)]


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError("time_zone must be one like Asia/Shanghai") from error


# For fields named ``time_zone``: the sentence says so.
TimeZone = Annotated[str, Field(max_length=60), AfterValidator(_known_zone)]


def require_text(value: str, field: str, max_length: int) -> str:
    """The text without blanks around it; InvalidError names the field."""
    text = value.strip()
    if not text or len(text) > max_length or NUL in text:
        raise InvalidError(f"{field} must have 1 to {max_length} characters", field)
    return text
