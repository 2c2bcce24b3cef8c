"""Photos and papers that prove something: checked, made clean, kept as evidence files are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.cases import store
from api.cases.models import CaseFileRow, CaseRow
from api.cases.parts import SEE_FILES
from api.cases.schemas import ActionIn, NewFile, PersonAction
from api.database import Database
from api.evidence.blur import smaller
from api.inspections.photos import MAX_PHOTO_BYTES, cleaned
from api.storage import EvidenceStorage
from vision.errors import InvalidError, NotFoundError

PDF: Final = "application/pdf"
MAX_PAPER_BYTES: Final = 20 * 1024 * 1024
MAX_BYTES: Final = MAX_PHOTO_BYTES
SMALL_PX: Final = 480
SMALL: Final = f"small-{SMALL_PX}.jpg"
# A PDF says where it ends within its last kilobyte, give or take what a scanner appends.
TAIL_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Checked:
    """Bytes that may be kept, and what a case notes of them."""

    content: bytes
    file: NewFile


def checked(content: bytes, name: str) -> Checked:
    """A photo as a clean JPEG, a PDF as it is; InvalidError says what to send instead.

    The bytes decide what it is, not its name.
    """
    name = " ".join(name.replace("\x00", "").split())[:200]
    if content.startswith(b"%PDF-"):
        return _paper(content, name)
    photo = cleaned(content)
    facts = {"width": photo.width, "height": photo.height, "taken_at": photo.taken_at}
    return Checked(photo.content, _new(photo.content, name, "image/jpeg", **facts))


def _paper(content: bytes, name: str) -> Checked:
    if len(content) > MAX_PAPER_BYTES:
        raise InvalidError(f"a PDF may have {MAX_PAPER_BYTES // 1_048_576} MiB at most", "body")
    if b"%%EOF" not in content[-TAIL_BYTES:]:
        raise InvalidError("the PDF is cut short; send it again", "body")
    if b"/Encrypt" in content[-TAIL_BYTES:]:
        raise InvalidError("the PDF is locked with a password; send one that is not", "body")
    return Checked(content, _new(content, name, PDF))


def _new(content: bytes, name: str, media_type: str, **facts: object) -> NewFile:
    sha256 = hashlib.sha256(content).hexdigest()
    told = {"sha256": sha256, "name": name, "media_type": media_type, "size_bytes": len(content)}
    return NewFile.model_validate(told | facts)


def add_files(
    database: Database,
    storage: EvidenceStorage,
    person: Person,
    case_id: str,
    files: Sequence[Checked],
) -> None:
    """Keep the bytes first, then note them: no record names what is not there."""
    for one in files:
        storage.keep(one.content)
    with database.writing() as session:
        store.attach(session, person, case_id, [one.file for one in files])


def require_place(database: Database, person: Person, case_id: str) -> None:
    """Refuse, before anything is decoded or kept, whoever may add nothing to the case now."""
    with database.writing() as session:
        store.attach(session, person, case_id, [])


@dataclass(frozen=True, slots=True)
class Deed:
    """An action with the files that come with it."""

    action: PersonAction
    given: ActionIn
    files: Sequence[Checked] = ()


def act_with_files(
    database: Database, storage: EvidenceStorage, person: Person, case_id: str, deed: Deed
) -> None:
    """The action and its files, all of it or nothing; bytes that nobody names are swept up."""
    names = [one.file.sha256 for one in deed.files]
    given = deed.given.model_copy(update={"files": (*deed.given.files, *names)})
    for one in deed.files:
        storage.keep(one.content)
    with database.writing() as session:
        if deed.files:
            store.attach(session, person, case_id, [one.file for one in deed.files])
        store.act(session, person, case_id, deed.action, given)


def find_file(session: Session, person: Person, case_id: str, sha256: str) -> CaseFileRow:
    """A file that this person may see; the view is logged."""
    wanted = (
        select(CaseFileRow)
        .join(CaseRow, CaseRow.id == CaseFileRow.case_id)
        .where(store.case_scope(person), CaseFileRow.case_id == case_id)
    )
    row = session.scalar(wanted.where(CaseFileRow.sha256 == sha256))
    if row is None or person.role not in SEE_FILES:
        raise NotFoundError("there is no such file for you")
    if row.deleted_at is not None:
        raise NotFoundError(f"retention deleted this file on {row.deleted_at:%Y-%m-%d}")
    audit.append(session, person.id, "case.file_viewed", case_id, sha256=sha256)
    return row


def read(storage: EvidenceStorage, row: CaseFileRow, *, small: bool = False) -> bytes:
    """The file as it is kept, or a small copy of a photo, made once."""
    if not small or row.media_type == PDF:
        return b"".join(storage.read(row.sha256, 0, row.size_bytes))
    made = storage.derived(row.sha256, SMALL)
    if made is None:
        made = smaller(read(storage, row), SMALL_PX)
        storage.keep_derived(row.sha256, SMALL, made)
    return made
