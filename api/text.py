"""What may be written into a name or a comment."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator

from vision.errors import InvalidError

NUL: Final = "\x00"


def plain(value: str) -> str:
    """The text, or ValueError when it holds NUL, which PostgreSQL cannot store."""
    if NUL in value:
        raise ValueError("must not contain the character NUL")
    return value


PlainText = Annotated[str, AfterValidator(plain)]


def require_text(value: str, field: str, max_length: int) -> str:
    """The text without blanks around it; InvalidError names the field."""
    text = value.strip()
    if not text or len(text) > max_length or NUL in text:
        raise InvalidError(f"{field} must have 1 to {max_length} characters", field)
    return text
