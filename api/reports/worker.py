"""Makes reports when they are due, beside the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from api.database import Database
from api.errors import DatabaseBusyError
from api.reports.store import make_due
from api.settings import Settings

POLL_S: Final = 900.0
log = logging.getLogger(__name__)


class ReportWorker:
    """Looks every quarter of an hour whether a week or a month is over and not yet told of."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._zone = ZoneInfo(settings.time_zone)

    def round(self) -> int:
        """How many reports were made; another process that made them first wins."""
        try:
            with self._database.writing() as session:
                return len(make_due(session, self._zone))
        except IntegrityError:
            return 0

    def run(self, quit: threading.Event) -> None:
        """Rounds until ``quit``; a database that is busy is asked again."""
        while not quit.is_set():
            try:
                self.round()
            except DatabaseBusyError as error:
                log.warning("reports wait: %s", error)
            quit.wait(POLL_S)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run in a thread of its own beside the server."""
        quit = threading.Event()
        thread = threading.Thread(target=self.run, args=(quit,), name="reports", daemon=True)
        thread.start()
        try:
            yield
        finally:
            quit.set()
            thread.join(timeout=10)
