"""Sampled minutes in the database: asked for, announced, judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, extract, func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.cameras.store import Camera
from api.database import now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.samples.models import SampleFileRow, SampleRow
from api.samples.schemas import MINUTE_S, FileOut, SampleIn, SampleOut, SamplesOut, WantedOut
from api.stats.store import MODELS_OWN
from vision.alert import EvidenceRef
from vision.errors import ConflictError, InvalidError, NotFoundError

# Long enough for recordings that are brought in later, and a day ahead for those who record live.
BACK: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=1)
# An episode that is still open when it is told may last a while.
UNENDED_S: Final = 120


def in_alert() -> ColumnElement[bool]:
    """Whether an alert of the camera itself falls into the minute: then it is not alert-free."""
    begins, began = extract("epoch", SampleRow.minute_at), extract("epoch", AlertRow.started_at)
    ended = func.coalesce(extract("epoch", AlertRow.ended_at), began + UNENDED_S)
    own = AlertRow.camera_id == SampleRow.camera_id, AlertRow.origin.in_(MODELS_OWN)
    falls_in = began < begins + MINUTE_S, ended >= begins
    return select(AlertRow.id).where(*own, *falls_in).exists()


def wanted(session: Session, camera: Camera) -> list[WantedOut]:
    """The minutes this camera is asked for, without those that an alert made void."""
    at = now()
    rows = session.execute(
        select(SampleRow.id, SampleRow.minute_at)
        .where(
            SampleRow.camera_id == camera.id,
            SampleRow.status.in_(("wanted", "announced")),
            SampleRow.minute_at >= at - BACK,
            SampleRow.minute_at < at + AHEAD,
            ~in_alert(),
        )
        .order_by(SampleRow.minute_at)
        .limit(200)
    )
    return [WantedOut(id=sample_id, minute_at=minute_at) for sample_id, minute_at in rows]


def announce(session: Session, camera: Camera, sample_id: str, given: SampleIn) -> bool:
    """Note which files will come; False for a repeat.

    ConflictError when other files were announced before, or an alert fell into the minute.
    """
    row = _own(session, camera, sample_id)
    if row.minute_at + timedelta(seconds=MINUTE_S) > now():
        raise InvalidError("the minute is not over yet; announce it afterwards", "files")
    known = [_ref(file) for file in files_of(session, [sample_id]).get(sample_id, ())]
    if known:
        if known != list(given.files):
            raise ConflictError("other files were announced for this minute")
        return False
    if session.scalar(select(SampleRow.id).where(SampleRow.id == sample_id, in_alert())):
        raise ConflictError("an alert falls into this minute; it is not needed any more")
    session.add_all(_file(sample_id, place, item) for place, item in enumerate(given.files))
    row.status = "announced"
    session.flush()
    told = [item.sha256 for item in given.files]
    audit.append(session, f"camera:{camera.id}", "sample.announced", sample_id, files=told)
    return True


def _own(session: Session, camera: Camera, sample_id: str) -> SampleRow:
    own = SampleRow.id == sample_id, SampleRow.camera_id == camera.id
    row = session.scalar(select(SampleRow).where(*own).with_for_update())
    if row is None:
        raise NotFoundError(f"this camera is not asked for a minute {sample_id}")
    return row


def _file(sample_id: str, position: int, item: EvidenceRef) -> SampleFileRow:
    return SampleFileRow(
        sample_id=sample_id,
        sha256=item.sha256,
        position=position,
        kind=item.kind,
        media_type=item.media_type,
        size_bytes=item.bytes,
        created_at=now(),
    )


def _ref(row: SampleFileRow) -> EvidenceRef:
    told = {name: getattr(row, name) for name in ("sha256", "kind", "media_type")}
    return EvidenceRef.model_validate(told | {"bytes": row.size_bytes})


def expected(session: Session, camera: Camera, sample_id: str, sha256: str) -> EvidenceRef:
    """What this camera announced under that hash."""
    own = SampleRow.id == sample_id, SampleRow.camera_id == camera.id
    if session.scalar(select(SampleRow.id).where(*own)) is None:
        raise NotFoundError(f"this camera is not asked for a minute {sample_id}")
    row = session.get(SampleFileRow, (sample_id, sha256))
    if row is None:
        raise InvalidError("the sample does not announce a file with this SHA-256", "sha256")
    return _ref(row)


def mark_stored(session: Session, camera: Camera, sample_id: str, sha256: str) -> bool:
    """Note that the bytes are kept; the minute can be judged once all are. False for a repeat."""
    sample = _own(session, camera, sample_id)
    row = session.get_one(SampleFileRow, (sample_id, sha256))
    if row.stored_at is not None:
        return False
    row.stored_at = now()
    session.flush()
    files = files_of(session, [sample_id])[sample_id]
    if sample.status == "announced" and all(file.stored_at for file in files):
        sample.status = "supplied"
    session.flush()
    audit.append(session, f"camera:{camera.id}", "sample.stored", sample_id, sha256=sha256)
    return True


def files_of(session: Session, sample_ids: Collection[str]) -> dict[str, list[SampleFileRow]]:
    """The files of many samples, each in its order."""
    rows = session.scalars(
        select(SampleFileRow)
        .where(SampleFileRow.sample_id.in_(sample_ids))
        .order_by(SampleFileRow.sample_id, SampleFileRow.position)
    )
    return {key: list(group) for key, group in groupby(rows, lambda row: row.sample_id)}


def to_judge(session: Session, person: Person, limit: int = 20) -> SamplesOut:
    """What this person could judge now, oldest first."""
    open_ = in_care(person), SampleRow.status == "supplied", ~in_alert()
    rows = session.execute(shown().where(*open_).order_by(SampleRow.minute_at).limit(limit)).all()
    count = (
        select(func.count())
        .select_from(SampleRow)
        .join(RestaurantRow, RestaurantRow.id == SampleRow.restaurant_id)
        .where(*open_)
    )
    return SamplesOut(items=as_samples(session, rows), open=session.scalar(count) or 0)


def get_sample(session: Session, person: Person, sample_id: str) -> SampleOut:
    """One minute, or NotFoundError when there is none that this person may see."""
    rows = session.execute(shown().where(in_care(person), SampleRow.id == sample_id)).all()
    if not rows:
        raise no_sample(sample_id)
    return as_samples(session, rows)[0]


def shown() -> Select[SampleRow, str, str]:
    """Samples with the names of their places."""
    return (
        select(SampleRow, CameraRow.name, RestaurantRow.name)
        .join(CameraRow, CameraRow.id == SampleRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == SampleRow.restaurant_id)
    )


def as_samples(session: Session, rows: Sequence[Any]) -> list[SampleOut]:
    """Rows of ``shown`` as people see them."""
    files = files_of(session, [row[0].id for row in rows])
    same = ("id", "camera_id", "restaurant_id", "minute_at", "stratum", "status")
    return [
        SampleOut.model_validate(
            {name: getattr(row, name) for name in same}
            | {"camera_name": camera, "restaurant_name": restaurant}
            | {"files": [_file_out(file) for file in files.get(row.id, ())]}
        )
        for row, camera, restaurant in rows
    ]


def _file_out(file: SampleFileRow) -> FileOut:
    told = {name: getattr(file, name) for name in ("sha256", "kind", "media_type")}
    return FileOut.model_validate(
        told | {"bytes": file.size_bytes, "stored": file.stored_at is not None}
    )


def find_file(session: Session, person: Person, sample_id: str, sha256: str) -> SampleFileRow:
    """A stored file of a minute that this person may see."""
    row = session.scalar(
        select(SampleFileRow)
        .join(SampleRow, SampleRow.id == SampleFileRow.sample_id)
        .join(RestaurantRow, RestaurantRow.id == SampleRow.restaurant_id)
        .where(
            in_care(person),
            SampleFileRow.sample_id == sample_id,
            SampleFileRow.sha256 == sha256,
            SampleFileRow.stored_at.is_not(None),
        )
    )
    if row is None:
        raise NotFoundError("there is no such file for you, or it has not come yet")
    return row


def no_sample(sample_id: str) -> NotFoundError:
    """Another's minute and none at all sound the same."""
    return NotFoundError(f"there is no minute {sample_id} for you")
