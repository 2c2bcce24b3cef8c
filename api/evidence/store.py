"""Evidence files in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, select
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.cameras.store import Camera
from api.database import now
from api.evidence.custody import append_entry
from api.evidence.models import EvidenceRow
from vision.alert import EvidenceRef
from vision.errors import ConflictError, InvalidError, NotFoundError

Sent = Literal["original", "blurred"]
FILES: Final = cast("Table", EvidenceRow.__table__)


def announce(session: Session, alert_id: UUID, evidence: Iterable[EvidenceRef]) -> None:
    """Note which files an alert will bring."""
    rows = [
        {
            "alert_id": alert_id,
            "sha256": item.sha256,
            "position": position,
            "kind": item.kind,
            "media_type": item.media_type,
            "size_bytes": item.bytes,
        }
        for position, item in enumerate(evidence)
    ]
    if rows:
        session.connection().execute(FILES.insert(), rows)


def evidence_of(session: Session, alert_ids: Sequence[UUID]) -> dict[UUID, list[EvidenceRow]]:
    """The files of many alerts, each in the order they were announced."""
    rows = session.scalars(
        select(EvidenceRow)
        .where(EvidenceRow.alert_id.in_(alert_ids))
        .order_by(EvidenceRow.alert_id, EvidenceRow.position)
    )
    return {alert_id: list(group) for alert_id, group in groupby(rows, lambda row: row.alert_id)}


def expected_evidence(session: Session, camera: Camera, alert_id: UUID, sha256: str) -> EvidenceRef:
    """What this camera announced under that hash.

    NotFoundError for another camera's alert; InvalidError for a hash it did not announce.
    """
    own = AlertRow.id == alert_id, AlertRow.camera_id == camera.id
    if session.scalar(select(AlertRow.id).where(*own)) is None:
        raise NotFoundError(f"this camera has no alert {alert_id}")
    row = session.get(EvidenceRow, (alert_id, sha256))
    if row is None:
        raise InvalidError("the alert does not announce a file with this SHA-256", "sha256")
    if row.deleted_at is not None:
        raise ConflictError("retention deleted this file; it is not taken again")
    return EvidenceRef(
        sha256=row.sha256,
        kind=row.kind,  # type: ignore[arg-type]  # checked when it was announced
        media_type=row.media_type,  # type: ignore[arg-type]  # checked when it was announced
        bytes=row.size_bytes,
    )


def mark_stored(session: Session, camera: Camera, alert_id: UUID, sha256: str) -> bool:
    """Note that the camera's bytes are kept; False when they were before."""
    return note_stored(session, f"camera:{camera.id}", alert_id, sha256)


def note_stored(session: Session, actor: str, alert_id: UUID, sha256: str) -> bool:
    """Note that an announced file is kept, whoever brought it; False when it was before."""
    which = EvidenceRow.alert_id == alert_id, EvidenceRow.sha256 == sha256
    row = session.scalars(select(EvidenceRow).where(*which).with_for_update()).one()
    if row.stored_at is not None:
        return False
    row.stored_at = now()
    session.flush()
    wanted = select(AlertRow.restaurant_id).where(AlertRow.id == alert_id)
    restaurant_id = session.execute(wanted).scalar_one()
    append_entry(session, restaurant_id, row, "stored", actor=actor)
    audit.append(session, actor, "evidence.stored", str(alert_id), sha256=sha256)
    return True


def note_altered(session: Session, sha256: str) -> int:
    """Note which alerts' file no longer has its hash; how many did not know yet."""
    unknown = EvidenceRow.sha256 == sha256, EvidenceRow.altered_at.is_(None)
    rows = session.scalars(select(EvidenceRow).where(*unknown, here())).all()
    for row in rows:
        row.altered_at = now()
        session.flush()
        audit.append(session, audit.SYSTEM, "evidence.altered", str(row.alert_id), sha256=sha256)
    return len(rows)


def note_whole(session: Session, sha256: str) -> None:
    """Note that a file has its hash (again)."""
    for row in session.scalars(
        select(EvidenceRow).where(EvidenceRow.sha256 == sha256, EvidenceRow.altered_at.is_not(None))
    ):
        row.altered_at = None
        session.flush()
        audit.append(session, audit.SYSTEM, "evidence.whole", str(row.alert_id), sha256=sha256)


def here() -> ColumnElement[bool]:
    """Files whose bytes came and are still kept."""
    return and_(EvidenceRow.stored_at.is_not(None), EvidenceRow.deleted_at.is_(None))


def find_evidence(
    session: Session, scope: ColumnElement[bool], alert_id: UUID, sha256: str
) -> tuple[EvidenceRow, str]:
    """A stored file that may be seen, and the rule of its alert."""
    found = session.execute(
        select(EvidenceRow, AlertRow.rule)
        .join(AlertRow, AlertRow.id == EvidenceRow.alert_id)
        .where(scope, EvidenceRow.alert_id == alert_id, EvidenceRow.sha256 == sha256)
    ).one_or_none()
    if found is None or found[0].stored_at is None:
        raise NotFoundError("there is no such evidence for you, or it has not come yet")
    if found[0].deleted_at is not None:
        raise NotFoundError(f"retention deleted this file on {found[0].deleted_at:%Y-%m-%d}")
    return found[0], found[1]


def stored_data(session: Session, alert_id: UUID) -> Sequence[EvidenceRow]:
    """The alert's files of boxes that are here."""
    wanted = select(EvidenceRow).where(EvidenceRow.alert_id == alert_id, EvidenceRow.kind == "data")
    return session.scalars(wanted.where(here())).all()


def log_view(
    session: Session, person_id: str, file: EvidenceRow, sent: Sent, unblur: str | None = None
) -> None:
    """Write to the audit log that somebody is shown a file, and in which form.

    ``unblur`` is the grant by which somebody sees an original who else would not.
    """
    detail = {"sha256": file.sha256, "sent": sent} | ({"unblur": unblur} if unblur else {})
    audit.append(session, person_id, "evidence.viewed", str(file.alert_id), **detail)
