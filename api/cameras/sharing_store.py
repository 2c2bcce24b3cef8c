"""Who watches which camera, in the database: watches that are alive, and tenures of cameras."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.cameras.keys import KEY, is_key_of, is_too_old
from api.cameras.models import CameraKeyRow, CameraRow, TenureRow, WantRow, WatchRow
from api.cameras.sharing import Share, Watch, share_of, units_of
from api.cameras.sharing_schemas import HeldOut, OpenAlertOut, ShareIn, ShareOut
from api.database import now

POSTS: Final = "alerts:post"
# SQLite and PostgreSQL take so many values in one statement with ease.
AT_ONCE: Final = 500
RENEWALS: Final = 3
WATCHES_KEPT: Final = timedelta(days=7)
TENURES_KEPT: Final = timedelta(days=90)


def watching_host(session: Session, camera_id: str) -> str | None:
    """The host whose watch has this camera now; None when nobody has, or none are shared."""
    return session.scalar(
        select(WatchRow.host)
        .join(TenureRow, TenureRow.worker_id == WatchRow.id)
        .where(
            TenureRow.camera_id == camera_id,
            TenureRow.ended_at.is_(None),
            WatchRow.expires_at > now(),
        )
    )


def share(session: Session, given: ShareIn, keys: Collection[str], lease_s: int) -> ShareOut:
    """Keep a watch alive and tell it which cameras are its own from now on."""
    at = now()
    wanted = _covered(session, keys, given.cameras, at)
    # Whoever shares a camera waits here for the other: the same camera goes to one of them.
    for some in _parts(wanted):
        lock = select(CameraRow.id).where(CameraRow.id.in_(some)).order_by(CameraRow.id)
        session.execute(lock.with_for_update())
    _keep_alive(session, given, at + timedelta(seconds=lease_s))
    _want(session, given.worker, wanted)
    tenures = _tenures(session, wanted)
    alive = _alive(session, given.worker, at)
    holders = {
        t.camera_id: t.worker_id for t in tenures if t.ended_at is None and t.worker_id in alive
    }
    settled = share_of(
        given.worker, alive.values(), units_of(sorted(wanted), given.groups), holders
    )
    _settle(session, given, settled, tenures)
    return _told(session, given, wanted, lease_s)


def _parts(ids: Collection[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _covered(
    session: Session, keys: Collection[str], cameras: Collection[str], at: datetime
) -> set[str]:
    """The cameras in use that one of the keys may post for."""
    places = _places(session, keys, at)
    found = set[str]()
    for some in _parts(cameras):
        rows = session.execute(
            select(CameraRow.id, CameraRow.restaurant_id).where(
                CameraRow.id.in_(some), CameraRow.active
            )
        )
        found |= {row.id for row in rows if {row.id, row.restaurant_id} & places}
    return found


def _places(session: Session, keys: Collection[str], at: datetime) -> set[str]:
    """The cameras and restaurants that these keys stand for."""
    given = {form.group(1): key for key in keys if (form := KEY.fullmatch(key))}
    places = set[str]()
    for some in _parts(given):
        rows = session.scalars(
            select(CameraKeyRow).where(
                CameraKeyRow.prefix.in_(some), CameraKeyRow.revoked_at.is_(None)
            )
        )
        for row in rows:
            stands = is_key_of(row, given[row.prefix]) and not is_too_old(row, at)
            if stands and POSTS in row.scopes.split():
                places.add(str(row.camera_id or row.restaurant_id))
    return places


def _keep_alive(session: Session, given: ShareIn, expires_at: datetime) -> None:
    row = session.get(WatchRow, given.worker)
    if row is None:
        _forget_old(session)
        row = WatchRow(id=given.worker)
        session.add(row)
    row.host, row.weight, row.expires_at = given.host, given.weight, expires_at
    session.flush()


def _forget_old(session: Session) -> None:
    long_ago = now() - WATCHES_KEPT
    gone = select(WatchRow.id).where(WatchRow.expires_at < long_ago)
    session.execute(delete(WantRow).where(WantRow.worker_id.in_(gone)))
    session.execute(delete(WatchRow).where(WatchRow.expires_at < long_ago))
    session.execute(delete(TenureRow).where(TenureRow.ended_at < now() - TENURES_KEPT))


def _want(session: Session, worker_id: str, wanted: Collection[str]) -> None:
    own = WantRow.worker_id == worker_id
    known = set(session.scalars(select(WantRow.camera_id).where(own)))
    for some in _parts(known - set(wanted)):
        session.execute(delete(WantRow).where(own, WantRow.camera_id.in_(some)))
    fresh = sorted(set(wanted) - known)
    session.add_all(WantRow(camera_id=camera, worker_id=worker_id) for camera in fresh)
    session.flush()


def _tenures(session: Session, cameras: Collection[str]) -> list[TenureRow]:
    """The newest tenure of each of these cameras that ever had one, ended or not."""
    found: list[TenureRow] = []
    for some in _parts(cameras):
        newest = (
            select(TenureRow.camera_id, func.max(TenureRow.generation).label("generation"))
            .where(TenureRow.camera_id.in_(some))
            .group_by(TenureRow.camera_id)
            .subquery()
        )
        same = TenureRow.camera_id == newest.c.camera_id
        same &= TenureRow.generation == newest.c.generation
        found += session.scalars(select(TenureRow).join(newest, same))
    return found


def _alive(session: Session, me: str, at: datetime) -> dict[str, Watch]:
    """The watches that want one of my cameras, with what they want of them and have in all."""
    mine = select(WantRow.camera_id).where(WantRow.worker_id == me)
    rows = session.execute(
        select(WantRow.camera_id, WatchRow.id, WatchRow.weight)
        .join(WatchRow, WatchRow.id == WantRow.worker_id)
        .where(WantRow.camera_id.in_(mine), WatchRow.expires_at > at)
    )
    wants: defaultdict[str, set[str]] = defaultdict(set)
    weights = {me: 1}
    for camera_id, worker_id, weight in rows:
        wants[worker_id].add(camera_id)
        weights[worker_id] = weight
    counted = session.execute(
        select(TenureRow.worker_id, func.count())
        .where(TenureRow.worker_id.in_(weights), TenureRow.ended_at.is_(None))
        .group_by(TenureRow.worker_id)
    )
    loads = {row[0]: int(row[1]) for row in counted}
    return {
        one: Watch(one, frozenset(wants[one]), weight, loads.get(one, 0))
        for one, weight in weights.items()
    }


def _settle(session: Session, given: ShareIn, settled: Share, tenures: Sequence[TenureRow]) -> None:
    """End what is given away or wanted no longer; begin what is new."""
    at, newest = now(), {tenure.camera_id: tenure for tenure in tenures}
    for row in _mine(session, given.worker):
        if row.camera_id not in settled.holds:
            row.ended_at = at
    for camera_id in sorted(settled.holds):
        before = newest.get(camera_id)
        if before is not None and before.ended_at is None:
            if before.worker_id == given.worker:
                continue
            before.ended_at = at
            session.flush()
        generation = before.generation + 1 if before else 1
        told = {"camera_id": camera_id, "generation": generation}
        session.add(TenureRow(**told, worker_id=given.worker, taken_at=at))
        audit.append(
            session, audit.SYSTEM, "camera.taken", camera_id, generation=generation, host=given.host
        )
    session.flush()


def _mine(session: Session, worker_id: str) -> Sequence[TenureRow]:
    own = TenureRow.worker_id == worker_id, TenureRow.ended_at.is_(None)
    return session.scalars(select(TenureRow).where(*own).order_by(TenureRow.camera_id)).all()


def _told(session: Session, given: ShareIn, wanted: Collection[str], lease_s: int) -> ShareOut:
    held = {row.camera_id: row for row in _mine(session, given.worker)}
    begun = _open_alerts(session, held)
    return ShareOut(
        lease_s=lease_s,
        renew_s=lease_s / RENEWALS,
        held=[
            HeldOut(
                camera_id=camera_id,
                generation=row.generation,
                taken_at=row.taken_at,
                open_alerts=begun[camera_id],
            )
            for camera_id, row in held.items()
        ],
        refused=sorted(set(given.cameras) - set(wanted)),
    )


def _open_alerts(
    session: Session, held: dict[str, TenureRow]
) -> defaultdict[str, list[OpenAlertOut]]:
    """What began before the camera changed hands and goes on: the new watch is to end it."""
    found: defaultdict[str, list[OpenAlertOut]] = defaultdict(list)
    for some in _parts(held):
        rows = session.execute(
            select(
                AlertRow.camera_id,
                *(getattr(AlertRow, name) for name in OpenAlertOut.model_fields),
            )
            .where(
                AlertRow.camera_id.in_(some),
                AlertRow.ended_at.is_(None),
                AlertRow.origin == "camera",
            )
            .order_by(AlertRow.started_at, AlertRow.id)
        )
        for camera_id, *told in rows:
            alert = OpenAlertOut(**dict(zip(OpenAlertOut.model_fields, told, strict=True)))
            if alert.started_at < held[camera_id].taken_at:
                found[camera_id].append(alert)
    return found
