"""Which bytes a request asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from api.errors import RangeError

RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from ``start`` up to ``end``, without ``end``."""

    start: int
    end: int

    def header(self, size: int) -> str:
        """Its Content-Range."""
        return f"bytes {self.start}-{self.end - 1}/{size}"


def requested_span(header: str | None, size: int) -> Span | None:
    """One byte range (RFC 9110, 14.1.2); None for the whole file.

    A header that is no single byte range is ignored, as the RFC allows;
    RangeError when the range lies outside the file.
    """
    match = None if header is None else RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first and last and int(first) > int(last):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise RangeError(f"the file has {size} bytes", size)
    return Span(start, end)
