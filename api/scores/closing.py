"""Which local days are over for the score, and how long they stay open for what comes late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.notifications.models import WorkerRow
from api.scores.facts import EPOCH

# The worker in whose ``seq`` the last closed day stands.
DAYS: Final = "score-days"
# Cameras tell the last hour of a day soon after it; what comes later makes days anew.
OPEN_FOR: Final = timedelta(hours=2)


def last_over(at: datetime, zone: ZoneInfo) -> date:
    """The last local day that may be closed by then."""
    return (at - OPEN_FOR).astimezone(zone).date() - timedelta(days=1)


def closed_until(session: Session) -> date | None:
    """The last day whose scores were written down for good, if there is one."""
    seq = session.scalar(select(WorkerRow.seq).where(WorkerRow.name == DAYS))
    return None if seq is None else EPOCH + timedelta(days=seq)
