"""Files of visits: photos made clean, signatures, receipts; each with its entry of custody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import now
from api.evidence.custody import append_entry
from api.inspections.models import VisitFileRow, VisitRow
from api.inspections.photos import check_signature, cleaned
from api.inspections.rules import require_open
from api.inspections.schemas import MAX_FILES, FileOut, Sent
from api.inspections.store import done_already, locked, visible
from vision.errors import ConflictError, NotFoundError

Kind = Literal["photo", "signature", "receipt"]


@dataclass(frozen=True, slots=True)
class Filed:
    """A file ready to be kept, and what it is."""

    id: str
    kind: Kind
    content: bytes
    received_sha256: str
    media_type: str
    taken_at: datetime
    item: str | None = None
    language: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What the chain of custody says of it; it belongs to no alert."""

    sha256: str
    size_bytes: int
    kind: str
    media_type: str
    alert_id: UUID | None = None


def prepare(sent: Sent) -> Filed:
    """Look at what a phone sent; InvalidError says what to send instead."""
    about, made = sent.about, sent.content
    if about.kind == "signature":
        media_type, (width, height) = "image/png", check_signature(made)
    else:
        photo = cleaned(made)
        media_type, made, width, height = "image/jpeg", photo.content, photo.width, photo.height
    return Filed(
        id=str(sent.file_id),
        kind=about.kind,
        content=made,
        received_sha256=sent.received_sha256,
        media_type=media_type,
        # A phone cannot have taken it later than now, whatever its clock says.
        taken_at=min(about.taken_at, now()),
        item=about.item,
        width=width,
        height=height,
    )


def may_add(session: Session, person: Person, visit_id: UUID, file_id: UUID, sha256: str) -> bool:
    """Whether that file is still to come; False when it was sent before.

    ConflictError when the visit is over or the id is another file's.
    """
    row = locked(session, person, visit_id)
    known = session.get(VisitFileRow, str(file_id))
    if known is not None:
        if (known.visit_id, known.received_sha256) != (row.id, sha256):
            raise ConflictError("another file has this id; make a new one")
        return False
    if row.state == "done":
        raise done_already(session, row)
    require_open(row.state, "given files")
    mine = VisitFileRow.visit_id == row.id
    if (session.scalar(select(func.count()).where(mine)) or 0) >= MAX_FILES:
        raise ConflictError(f"a visit has {MAX_FILES} files at most")
    return True


def add_file(
    session: Session, person: Person, visit: VisitRow, filed: Filed, sha256: str
) -> FileOut:
    """Note a file whose bytes are kept, and tie it into the restaurant's chain of custody."""
    same = ("id", "kind", "received_sha256", "media_type", "taken_at", "item", "language")
    row = VisitFileRow(
        visit_id=visit.id,
        sha256=sha256,
        size_bytes=len(filed.content),
        width=filed.width,
        height=filed.height,
        stored_at=now(),
        stored_by=person.id,
        **{name: getattr(filed, name) for name in same},
    )
    session.add(row)
    session.flush()
    link = Link(sha256, row.size_bytes, row.kind, row.media_type)
    told = {"visit": visit.id, "received_sha256": row.received_sha256, "actor": person.id}
    append_entry(session, visit.restaurant_id, link, "stored", **told)
    detail = {"file": row.id, "sha256": sha256, "kind": row.kind, "item": row.item}
    audit.append(session, person.id, "visit.file_stored", visit.id, **detail)
    return file_out(row)


def files_of(session: Session, visit_id: UUID | str) -> Sequence[VisitFileRow]:
    """Every file of a visit, the first one first."""
    wanted = select(VisitFileRow).where(VisitFileRow.visit_id == str(visit_id))
    return session.scalars(wanted.order_by(VisitFileRow.stored_at, VisitFileRow.id)).all()


def find_file(session: Session, person: Person, visit_id: UUID, file_id: UUID) -> VisitFileRow:
    """One file of a visit that this person may see."""
    row = session.scalar(
        select(VisitFileRow)
        .join(VisitRow, VisitRow.id == VisitFileRow.visit_id)
        .where(visible(person), VisitRow.id == str(visit_id), VisitFileRow.id == str(file_id))
    )
    if row is None:
        raise NotFoundError("there is no such file for you")
    return row


def log_view(session: Session, person: Person, row: VisitFileRow) -> None:
    """Write down that somebody is shown a file."""
    audit.append(session, person.id, "visit.file_viewed", row.visit_id, sha256=row.sha256)


def require_files(
    session: Session, visit: VisitRow, wanted: Collection[UUID]
) -> dict[str, VisitFileRow]:
    """These files by id; ConflictError names how many are still to come."""
    found = {row.id: row for row in files_of(session, visit.id)}
    missing = {str(file_id) for file_id in wanted} - set(found)
    if missing:
        raise ConflictError(f"{len(missing)} files of this visit have not come; send them first")
    return {str(file_id): found[str(file_id)] for file_id in wanted}


def file_out(row: VisitFileRow) -> FileOut:
    """As it is shown."""
    same = set(FileOut.model_fields) - {"bytes"}
    told = {name: getattr(row, name) for name in same}
    return FileOut.model_validate(told | {"bytes": row.size_bytes})
