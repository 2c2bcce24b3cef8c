"""Which cameras come on the wall: the most urgent ones that nobody else has before their eyes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import OPEN
from api.cameras.health_store import camera_health
from api.cameras.models import CameraRow
from api.cameras.picture_store import last_heads, last_pictures
from api.cameras.settings_store import shipped_pack
from api.cameras.zone_store import zone_types_of, zones_of
from api.database import now
from api.patrols.models import CameraLeaseRow, LookRow, RoundCameraRow, RoundRow
from api.patrols.rules import ANYWHERE, OUTSIDE, WANTED, Risk, Standing, in_turn, reportable_in
from api.patrols.schemas import LookOut, NextIn, PlaceOut, RoundScope, TileOut
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import in_care
from api.settings import Settings
from vision.names import ZoneType
from vision.rulepacks import RulePack
from vision.zones import Zone, zones_at


def give_cameras(
    session: Session, person: Person, row: RoundRow, wanted: NextIn, settings: Settings
) -> list[str]:
    """Put cameras on the wall: those to stay, those not looked at yet, then the next in turn.

    Each is leased; a camera that another round has before its eyes is never given.
    """
    stay = _in_round(session, row, wanted.keep)
    waiting = [camera for camera in unlooked(session, row.id) if camera not in stay]
    kept = _lease(session, row, [*stay, *waiting][: wanted.count], settings)
    room = min(wanted.count - len(kept), row.target - _given(session, row))
    if room > 0:
        kept += _add(session, person, row, room, settings)
    return kept


def _in_round(session: Session, row: RoundRow, camera_ids: Sequence[str]) -> list[str]:
    mine = select(RoundCameraRow.camera_id).where(RoundCameraRow.round_id == row.id)
    known = set(session.scalars(mine.where(RoundCameraRow.camera_id.in_(camera_ids))))
    return [camera for camera in dict.fromkeys(camera_ids) if camera in known]


def _given(session: Session, row: RoundRow) -> int:
    counted = select(func.count()).where(RoundCameraRow.round_id == row.id)
    return session.scalar(counted) or 0


def unlooked(session: Session, round_id: str) -> list[str]:
    """The cameras of a round that no standing look says anything about, in their turn."""
    looked = select(LookRow.camera_id).where(
        LookRow.round_id == round_id, LookRow.undone_at.is_(None)
    )
    wanted = select(RoundCameraRow.camera_id).where(
        RoundCameraRow.round_id == round_id, RoundCameraRow.camera_id.not_in(looked)
    )
    return list(session.scalars(wanted.order_by(RoundCameraRow.position)))


def _add(
    session: Session, person: Person, row: RoundRow, room: int, settings: Settings
) -> list[str]:
    turn = in_turn(_candidates(session, person, row))
    first = _given(session, row)
    given: list[str] = []
    for start in range(0, len(turn), room):
        some = turn[start : start + room]
        leased = set(_lease(session, row, [one.camera_id for one in some], settings))
        for one in some:
            if one.camera_id in leased and len(given) < room:
                session.add(_round_camera(row, one, first + len(given)))
                given.append(one.camera_id)
        if len(given) >= room:
            break
    session.flush()
    return given


def _round_camera(row: RoundRow, one: Standing, position: int) -> RoundCameraRow:
    why = {
        "risk": one.risk,
        "unseen_s": one.unseen.total_seconds(),
        "open_alerts": one.open_alerts,
        "urgency": one.urgency,
    }
    return RoundCameraRow(
        round_id=row.id,
        camera_id=one.camera_id,
        position=position,
        given_at=now(),
        why=json.dumps(why),
    )


def _candidates(session: Session, person: Person, row: RoundRow) -> list[Standing]:
    """Active cameras in the round's scope and the person's, not given yet, not leased by others."""
    at, scope = now(), RoundScope.model_validate_json(row.scope)
    given = select(RoundCameraRow.camera_id).where(RoundCameraRow.round_id == row.id)
    taken = select(CameraLeaseRow.camera_id).where(
        CameraLeaseRow.until > at, CameraLeaseRow.round_id != row.id
    )
    free = CameraRow.id.not_in(given), CameraRow.id.not_in(taken)
    rows = session.execute(
        select(
            CameraRow.id, RestaurantRow.risk, CameraRow.looked_at, CameraRow.created_at,
            CameraRow.position,
        )
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person), CameraRow.active.is_(True), *free, *_narrowed(scope))
    ).all()  # fmt: skip
    ids = [found.id for found in rows]
    kept = _of_type(session, ids, scope.zone_type)
    alerts = _open_alerts(session)
    return [
        Standing(
            camera_id=found.id,
            risk=cast("Risk", found.risk),
            unseen=unseen(found.looked_at, found.created_at, cast("Risk", found.risk), at),
            open_alerts=alerts.get(found.id, 0),
            position=found.position,
        )
        for found in rows
        if found.id in kept
    ]


def unseen(looked_at: datetime | None, created_at: datetime, risk: Risk, at: datetime) -> timedelta:
    """How long nobody looked; a camera never looked at is due at once, however new it is."""
    if looked_at is not None:
        return at - looked_at
    return max(at - created_at, WANTED[risk])


def _narrowed(scope: RoundScope) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if scope.station is not None:
        wanted.append(RestaurantRow.station_id == scope.station)
    if scope.district is not None:
        stations = select(StationRow.id).where(StationRow.district_id == scope.district)
        wanted.append(RestaurantRow.station_id.in_(stations))
    if scope.risks:
        wanted.append(RestaurantRow.risk.in_(scope.risks))
    return wanted


def _of_type(session: Session, ids: Sequence[str], kind: ZoneType | None) -> set[str]:
    if kind is None:
        return set(ids)
    return {camera for camera, types in zone_types_of(session, ids).items() if kind in types}


def _open_alerts(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(AlertRow.camera_id, func.count())
        .where(AlertRow.status.in_(OPEN))
        .group_by(AlertRow.camera_id)
    )
    return {camera_id: int(count) for camera_id, count in rows}


def _lease(
    session: Session, row: RoundRow, camera_ids: Sequence[str], settings: Settings
) -> list[str]:
    """Take cameras that are free or already this round's; in the order asked."""
    if not camera_ids:
        return []
    at = now()
    until = at + timedelta(seconds=settings.patrol_lease_s)
    postgres = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if postgres else sqlite.insert
    # In one order for everybody: two patrollers who ask at once never wait for each other.
    values = [
        {"camera_id": camera, "round_id": row.id, "until": until} for camera in sorted(camera_ids)
    ]
    mine_or_over = (CameraLeaseRow.round_id == row.id) | (CameraLeaseRow.until <= at)
    taken = set(
        session.scalars(
            insert(CameraLeaseRow)
            .values(values)
            .on_conflict_do_update(
                index_elements=["camera_id"],
                set_={"round_id": row.id, "until": until},
                where=mine_or_over,
            )
            .returning(CameraLeaseRow.camera_id)
        )
    )
    return [camera for camera in camera_ids if camera in taken]


def tiles(
    session: Session, round_id: str, camera_ids: Sequence[str], settings: Settings
) -> list[TileOut]:
    """These cameras of a round as the wall shows them, in the order given."""
    rows = session.execute(
        select(CameraRow, RestaurantRow.name, RoundCameraRow)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .join(RoundCameraRow, RoundCameraRow.camera_id == CameraRow.id)
        .where(RoundCameraRow.round_id == round_id, CameraRow.id.in_(camera_ids))
    ).all()
    health = camera_health(session, camera_ids, settings)
    pictures = last_pictures(session, camera_ids, settings)
    heads = last_heads(session, camera_ids)
    looks = {look.camera_id: look for look in list_looks(session, round_id, camera_ids)}
    told = {}
    for camera, restaurant, given in rows:
        why = json.loads(given.why)
        zones, beside = places(session, camera, settings)
        told[camera.id] = TileOut(
            camera_id=camera.id,
            camera_name=camera.name,
            place=camera.place,
            restaurant_name=restaurant,
            position=given.position,
            why=why | {"never_seen": camera.looked_at is None},
            health=health[camera.id].state,
            picture=pictures.get(camera.id),
            heads=heads.get(camera.id),
            zones=zones,
            beside=beside,
            look=looks.get(camera.id),
        )
    return [told[camera] for camera in camera_ids if camera in told]


def places(
    session: Session, camera: CameraRow, settings: Settings
) -> tuple[list[PlaceOut], PlaceOut]:
    """The zones in force now with what may be reported there, and what lies beside them."""
    pack = shipped_pack(camera.rules).pack
    zones = zones_at(zones_of(session, camera), now(), ZoneInfo(settings.time_zone))
    kind = cast("ZoneType", camera.zone_type)
    rules = [rule for rule in reportable_in(kind, pack) if rule in ANYWHERE]
    beside = PlaceOut(name=OUTSIDE, type=kind, polygon=(), rules=rules)
    return [_place(zone, pack) for zone in zones], beside


def _place(zone: Zone, pack: RulePack) -> PlaceOut:
    rules = reportable_in(zone.type, pack)
    return PlaceOut(name=zone.name, type=zone.type, polygon=zone.polygon, rules=rules)


def list_looks(
    session: Session,
    round_id: str,
    camera_ids: Sequence[str] | None = None,
    *,
    undone: bool = False,
) -> list[LookOut]:
    """Looks of a round with the names of their cameras, in the order they were given."""
    wanted = [LookRow.round_id == round_id]
    if camera_ids is not None:
        wanted.append(LookRow.camera_id.in_(camera_ids))
    if not undone:
        wanted.append(LookRow.undone_at.is_(None))
    return read_looks(session, wanted)


def read_looks(session: Session, wanted: Sequence[ColumnElement[bool]]) -> list[LookOut]:
    """Looks that fit, in the order they were given."""
    rows = session.execute(
        select(LookRow, CameraRow.name, RestaurantRow.name)
        .join(CameraRow, CameraRow.id == LookRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(*wanted)
        .order_by(LookRow.at, LookRow.id)
    )
    own = ("id", "round_id", "camera_id", "outcome", "reason", "sha256", "taken_at", "at")
    return [
        LookOut.model_validate(
            {field: getattr(look, field) for field in (*own, "alert_id", "undone_at")}
            | {"camera_name": camera, "restaurant_name": restaurant}
        )
        for look, camera, restaurant in rows
    ]
