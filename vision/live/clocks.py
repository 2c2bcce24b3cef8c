"""Monotonic seconds for what is measured, wall clock only for what is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


def now_at() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def wall_at(time_s: float) -> datetime:
    """The moment of a monotonic time, as the host's clock tells it now."""
    return now_at() - timedelta(seconds=time.monotonic() - time_s)
