"""What happens when a file turns out to be altered: counted, logged, shown to supervision."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from api.database import Database
from api.errors import DatabaseBusyError
from api.evidence.store import note_altered
from api.metrics import Metrics


def alarm(database: Database, metrics: Metrics) -> Callable[[str], None]:
    """For ``EvidenceStorage.altered``; never call a reader of files inside a writing transaction.

    A database that is busy must not hide the alarm itself: the reader is refused either way.
    """

    def ring(sha256: str) -> None:
        metrics.altered.inc()
        with suppress(DatabaseBusyError), database.writing() as session:
            note_altered(session, sha256)

    return ring
