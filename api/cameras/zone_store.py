"""Zones in the database: every version is kept, the newest one holds."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final, cast

from pydantic import TypeAdapter
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.cameras.models import CameraRow, ZoneVersionRow
from api.cameras.zone_schemas import ZonesIn, ZonesOut
from api.database import now
from vision.config import ZoneConfig
from vision.errors import ConflictError, NotFoundError
from vision.names import ZoneType
from vision.zones import Zone, whole_picture

ZONES: Final = TypeAdapter(tuple[ZoneConfig, ...])
MAX_VERSIONS_SHOWN: Final = 200


def zones_in_force(session: Session, camera: CameraRow) -> ZonesOut:
    """The newest version; while nobody drew one, or drew none, the whole picture."""
    row = _newest(session, camera.id)
    if row is None:
        zones = _whole(camera)
        return ZonesOut(
            version=0, sha256=_sha256(_text(zones)), zones=zones, note="", made_at=None,
            made_by=None, restored_from=None,
        )  # fmt: skip
    return _out(row, session.get_one(UserRow, row.made_by).name, camera)


def zones_of(session: Session, camera: CameraRow) -> tuple[Zone, ...]:
    """The zones in force, as the pipeline takes them."""
    return tuple(zone.zone for zone in zones_in_force(session, camera).zones)


def zone_version(session: Session, camera: CameraRow, version: int) -> ZonesOut:
    """One version, or NotFoundError."""
    row = session.get(ZoneVersionRow, (camera.id, version))
    if row is None:
        raise NotFoundError(f"this camera has no zones of version {version}")
    return _out(row, session.get_one(UserRow, row.made_by).name, camera)


def zone_history(session: Session, camera: CameraRow) -> list[ZonesOut]:
    """Every version, newest first."""
    rows = session.execute(
        select(ZoneVersionRow, UserRow.name)
        .join(UserRow, UserRow.id == ZoneVersionRow.made_by)
        .where(ZoneVersionRow.camera_id == camera.id)
        .order_by(ZoneVersionRow.version.desc())
        .limit(MAX_VERSIONS_SHOWN)
    )
    return [_out(row, name, camera) for row, name in rows]


def save_zones(
    session: Session,
    person: Person,
    camera: CameraRow,
    given: ZonesIn,
    restored_from: int | None = None,
) -> ZonesOut:
    """Keep the zones as a new version; ConflictError when somebody saved another one meanwhile."""
    session.scalar(select(CameraRow.id).where(CameraRow.id == camera.id).with_for_update())
    newest = _newest(session, camera.id)
    current = newest.version if newest else 0
    if given.base_version != current:
        raise ConflictError(
            f"these zones were changed meanwhile (version {current}); load them again"
        )
    text = _text(given.zones)
    row = ZoneVersionRow(
        camera_id=camera.id,
        version=current + 1,
        sha256=_sha256(text),
        zones=text,
        note=given.note.strip(),
        made_at=now(),
        made_by=person.id,
        restored_from=restored_from,
    )
    session.add(row)
    session.flush()
    detail = {"version": row.version, "zones_sha256": row.sha256, "restored_from": restored_from}
    audit.append(session, person.id, "camera.zones_drawn", camera.id, **detail)
    return _out(row, person.name, camera)


def restore_zones(
    session: Session, person: Person, camera: CameraRow, version: int, base_version: int
) -> ZonesOut:
    """Make an earlier version the newest again, as a new one."""
    row = session.get(ZoneVersionRow, (camera.id, version))
    if row is None:
        raise NotFoundError(f"this camera has no zones of version {version}")
    given = ZonesIn(base_version=base_version, zones=ZONES.validate_json(row.zones))
    return save_zones(session, person, camera, given, version)


def zone_types_of(session: Session, camera_ids: Collection[str]) -> dict[str, set[ZoneType]]:
    """Which kinds of zone each of these cameras watches."""
    newest = (
        select(ZoneVersionRow.camera_id, func.max(ZoneVersionRow.version).label("version"))
        .where(ZoneVersionRow.camera_id.in_(camera_ids))
        .group_by(ZoneVersionRow.camera_id)
        .subquery()
    )
    same = and_(
        ZoneVersionRow.camera_id == newest.c.camera_id, ZoneVersionRow.version == newest.c.version
    )
    types: defaultdict[str, set[ZoneType]] = defaultdict(set)
    for row in session.scalars(select(ZoneVersionRow).join(newest, same)):
        types[row.camera_id] |= {zone.type for zone in ZONES.validate_json(row.zones)}
    whole = select(CameraRow.id, CameraRow.zone_type).where(CameraRow.id.in_(camera_ids))
    for camera_id, zone_type in session.execute(whole):
        if not types[camera_id]:
            types[camera_id].add(cast("ZoneType", zone_type))
    return dict(types)


def _newest(session: Session, camera_id: str) -> ZoneVersionRow | None:
    wanted = select(ZoneVersionRow).where(ZoneVersionRow.camera_id == camera_id)
    return session.scalar(wanted.order_by(ZoneVersionRow.version.desc()).limit(1))


def _out(row: ZoneVersionRow, made_by: str, camera: CameraRow) -> ZonesOut:
    return ZonesOut(
        version=row.version,
        sha256=row.sha256,
        zones=ZONES.validate_json(row.zones) or _whole(camera),
        note=row.note,
        made_at=row.made_at,
        made_by=made_by,
        restored_from=row.restored_from,
    )


def _whole(camera: CameraRow) -> tuple[ZoneConfig, ...]:
    zone = whole_picture(camera.zone_type)  # type: ignore[arg-type]  # checked when it was set
    return (ZoneConfig(name=zone.name, type=zone.type, polygon=zone.polygon),)


def _text(zones: Sequence[ZoneConfig]) -> str:
    """The same zones give the same text, and so the same hash."""
    told = [zone.model_dump(mode="json") for zone in zones]
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
