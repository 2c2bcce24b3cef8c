"""Makes reports when they are due, beside the server."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from api.database import Database
from api.reports.store import make_due
from api.rounds import rounds
from api.settings import Settings
from api.stats.counting import keep as keep_counts

POLL_S: Final = 900.0


class ReportWorker:
    """Looks every quarter of an hour whether a week or a month is over and not yet told of."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._zone = ZoneInfo(settings.time_zone)

    def round(self) -> int:
        """Sum up counts, then give how many reports were made; who made them first wins."""
        with self._database.writing() as session:
            keep_counts(session, self._zone)
        try:
            with self._database.writing() as session:
                return len(make_due(session, self._zone))
        except IntegrityError:
            return 0

    def running(self) -> AbstractContextManager[None]:
        """Rounds in a thread of their own beside the server."""
        return rounds("reports", self.round, POLL_S, 10)
