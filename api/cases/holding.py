"""What a case keeps: its files, and the evidence of its alerts until it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.cases.models import CaseAlertRow, CaseFileRow, CaseRow
from api.cases.schemas import NewFile
from api.database import new_id, now
from api.evidence.custody import append_entry
from api.evidence.holds import UPHELD
from api.evidence.models import HoldRow

CLOSED: Final = "the case was closed by two people"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of a case as the chain of custody takes it."""

    sha256: str
    size_bytes: int
    media_type: str
    alert_id: None = None

    @property
    def kind(self) -> str:
        """A photo, or a paper."""
        return "photo" if self.media_type.startswith("image/") else "paper"


def release(session: Session, row: CaseRow, actor: str) -> None:
    """End the hold that upheld alerts have by themselves; retention's days run from now on."""
    held = select(AlertRow).join(CaseAlertRow, CaseAlertRow.alert_id == AlertRow.id)
    mine = CaseAlertRow.case_id == row.id, CaseAlertRow.left_at.is_(None)
    for alert in session.scalars(held.where(*mine).order_by(AlertRow.id)):
        session.add(
            HoldRow(
                id=new_id(),
                alert_id=alert.id,
                kind=UPHELD,
                reason=UPHELD,
                placed_at=alert.settled_at or now(),
                released_by=None if actor == audit.SYSTEM else actor,
                released_at=now(),
                release_reason=CLOSED,
            )
        )
        session.flush()
        detail = {"hold": UPHELD, "reason": CLOSED, "case": row.id}
        audit.append(session, actor, "hold.released", str(alert.id), **detail)


def keep_file(session: Session, row: CaseRow, file: NewFile, person_id: str) -> None:
    """Note a file, tie it into the restaurant's chain of custody and into the audit log."""
    made = CaseFileRow(case_id=row.id, added_at=now(), added_by=person_id, **file.model_dump())
    session.add(made)
    session.flush()
    paper = Paper(file.sha256, file.size_bytes, file.media_type)
    append_entry(session, row.restaurant_id, paper, "stored", case=row.id, actor=person_id)
    detail = {"sha256": file.sha256, "media_type": file.media_type, "bytes": file.size_bytes}
    audit.append(session, person_id, "case.file_added", row.id, **detail)
