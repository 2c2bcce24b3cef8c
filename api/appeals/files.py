"""Photographs that come with an appeal: made clean, kept as evidence files are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.appeals.models import AppealFileRow, AppealRow
from api.appeals.rules import MOST_FILES
from api.appeals.store import locked_appeal, no_appeal, require_open, theirs
from api.database import Database, now
from api.evidence.blur import smaller
from api.inspections.photos import cleaned
from api.storage import EvidenceStorage
from vision.errors import ConflictError, ForbiddenError, NotFoundError

MEDIA_TYPE: Final = "image/jpeg"
SMALL_PX: Final = 480
SMALL: Final = f"small-{SMALL_PX}.jpg"


def keep_photos(
    database: Database,
    storage: EvidenceStorage,
    person: Person,
    appeal_id: str,
    photos: list[bytes],
) -> None:
    """Add clean photographs to an open appeal; the bytes come first: no record is an orphan."""
    for photo in photos:
        sha256 = storage.keep(photo)
        with database.writing() as session:
            add_file(session, person, appeal_id, sha256, len(photo))


def clean(content: bytes) -> bytes:
    """What a phone sent, as a JPEG without metadata; InvalidError says what to send instead."""
    return cleaned(content).content


def add_file(
    session: Session, person: Person, appeal_id: str, sha256: str, size_bytes: int
) -> None:
    """Note a photograph whose bytes are kept; the same one twice is one.

    ConflictError once the appeal is over or has as many as it may have.
    """
    row = locked_appeal(session, person, appeal_id)
    if person.role != "restaurant":
        raise ForbiddenError("photographs are added by the restaurant")
    require_open(row)
    if session.get(AppealFileRow, (appeal_id, sha256)) is not None:
        return
    mine = select(func.count()).where(AppealFileRow.appeal_id == appeal_id)
    position = session.scalar(mine) or 0
    if position >= MOST_FILES:
        raise ConflictError(f"an appeal takes {MOST_FILES} photographs at most")
    session.add(
        AppealFileRow(
            appeal_id=appeal_id,
            sha256=sha256,
            position=position,
            media_type=MEDIA_TYPE,
            size_bytes=size_bytes,
            added_by=person.id,
            added_at=now(),
        )
    )
    session.flush()
    detail = {"appeal": appeal_id, "sha256": sha256}
    audit.append(session, person.id, "appeal.file_added", str(row.alert_id), **detail)


def find_file(session: Session, person: Person, appeal_id: str, sha256: str) -> AppealFileRow:
    """A photograph that this person may see; the view is logged."""
    found = session.execute(
        select(AppealFileRow, AppealRow.alert_id)
        .join(AppealRow, AppealRow.id == AppealFileRow.appeal_id)
        .where(theirs(person), AppealRow.id == appeal_id, AppealFileRow.sha256 == sha256)
    ).one_or_none()
    if found is None:
        raise no_appeal(appeal_id)
    if found[0].deleted_at is not None:
        raise NotFoundError(f"retention deleted this file on {found[0].deleted_at:%Y-%m-%d}")
    detail = {"appeal": appeal_id, "sha256": sha256}
    audit.append(session, person.id, "appeal.file_viewed", str(found[1]), **detail)
    return found[0]


def whole(storage: EvidenceStorage, file: AppealFileRow) -> Iterator[bytes]:
    """The photograph as it is kept."""
    return storage.read(file.sha256, 0, file.size_bytes)


def small(storage: EvidenceStorage, file: AppealFileRow) -> bytes:
    """A small copy of it, made once."""
    made = storage.derived(file.sha256, SMALL)
    if made is None:
        made = smaller(b"".join(whole(storage, file)), SMALL_PX)
        storage.keep_derived(file.sha256, SMALL, made)
    return made
