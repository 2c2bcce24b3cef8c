"""Looks at everything that is kept: chains, receipts, and every file's hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from api.database import Database
from api.errors import AlteredError
from api.evidence.custody import check_chain
from api.evidence.models import CustodyHead, CustodyRow, EvidenceRow
from api.evidence.store import note_whole
from api.storage import EvidenceStorage
from vision.errors import NotFoundError

AT_ONCE: Final = 200


@dataclass(slots=True)
class Inspection:
    """What was found; ``faults`` are sentences, the first one first."""

    entries: int = 0
    files: int = 0
    deleted: int = 0
    faults: list[str] = field(default_factory=list)


def inspect(database: Database, storage: EvidenceStorage) -> Inspection:
    """Check chains, entries and files; a file found whole again is noted as such."""
    found = Inspection()
    with database.reading() as session:
        restaurants = session.scalars(select(CustodyHead.restaurant_id)).all()
        for restaurant_id in restaurants:
            check = check_chain(session, restaurant_id)
            found.entries += check.entries
            if check.fault:
                found.faults.append(f"chain of restaurant {restaurant_id}: {check.fault}")
    for rows in _pages(database):
        with database.reading() as session:
            found.faults += _entry_faults(session, rows)
        for row in rows:
            _look(database, storage, row, found)
    return found


def _pages(database: Database) -> Iterator[Sequence[EvidenceRow]]:
    """Every file that ever came, some at a time."""
    alert_id, sha256 = EvidenceRow.alert_id, EvidenceRow.sha256
    came = select(EvidenceRow).where(EvidenceRow.stored_at.is_not(None))
    wanted = came.order_by(alert_id, sha256)
    after: tuple[UUID, str] | None = None
    while True:
        page = wanted
        if after is not None:
            same = and_(alert_id == after[0], sha256 > after[1])
            page = wanted.where(or_(alert_id > after[0], same))
        with database.reading() as session:
            rows = session.scalars(page.limit(AT_ONCE)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].alert_id, rows[-1].sha256


def _entry_faults(session: Session, rows: Sequence[EvidenceRow]) -> list[str]:
    """Files without an entry, and deleted ones without a receipt."""
    ids = {row.alert_id for row in rows}
    known = select(CustodyRow.alert_id, CustodyRow.sha256, CustodyRow.action)
    told = {tuple(row) for row in session.execute(known.where(CustodyRow.alert_id.in_(ids)))}
    faults = []
    for row in rows:
        wanted = "stored" if row.deleted_at is None else "deleted"
        if (row.alert_id, row.sha256, wanted) not in told:
            what = "no entry in its chain" if wanted == "stored" else "no deletion receipt"
            faults.append(f"evidence {row.sha256[:12]} of alert {row.alert_id} has {what}")
    return faults


def _look(
    database: Database, storage: EvidenceStorage, row: EvidenceRow, found: Inspection
) -> None:
    if row.deleted_at is not None:
        found.deleted += 1
        return
    found.files += 1
    try:
        storage.read(row.sha256, 0, 1)
    except AlteredError:
        found.faults.append(f"evidence {row.sha256[:12]} of alert {row.alert_id} was altered")
    except NotFoundError:
        found.faults.append(f"evidence {row.sha256[:12]} of alert {row.alert_id} is missing")
    else:
        if row.altered_at is not None:
            with database.writing() as session:
                note_whole(session, row.sha256)
