"""Which reports are due. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from api.reports.schemas import Kind
from api.stats.periods import DAY, Days


def last_period(kind: Kind, today: date, zone: ZoneInfo) -> Days:
    """The last whole week (Monday to Sunday) or month."""
    if kind == "weekly":
        monday = today - timedelta(days=today.weekday() + 7)
        return Days(monday, monday + timedelta(days=6), zone)
    last = today.replace(day=1) - DAY
    return Days(last.replace(day=1), last, zone)
