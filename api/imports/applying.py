"""Doing what a plan says, within the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.cameras.models import CameraRow
from api.database import new_id, now
from api.imports.models import ImportNumberRow
from api.imports.planning import Plan, Thing
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import district_id_of, station_id_of

Ids = dict[int, str]


def apply_plan(session: Session, actor: str, plan: Plan, import_id: str) -> Ids:
    """Make and change everything; gives the id of each thing, by ``id(thing)``."""
    stations = _make_stations(session, actor, plan)
    ids: Ids = {}
    for thing in plan.restaurants:
        ids[id(thing)] = _restaurant(session, actor, thing, stations, import_id)
    for thing in plan.cameras:
        assert thing.parent is not None
        ids[id(thing)] = _camera(session, actor, thing, ids[id(thing.parent)], import_id)
    session.flush()
    return ids


def _make_stations(session: Session, actor: str, plan: Plan) -> dict[str, str]:
    """Every station's id by its name, once the new ones are made."""
    for name, district in plan.stations.items():
        district_id = district and district_id_of(session, district, actor)
        station_id = station_id_of(session, name, district_id, actor)
        row = session.get_one(StationRow, station_id)
        if row.district_id is None and district_id:
            row.district_id = district_id
            session.flush()
            audit.append(session, actor, "station.changed", station_id, district_id=district_id)
    rows = session.execute(select(StationRow.name, StationRow.id))
    return {row.name: row.id for row in rows}


def _restaurant(
    session: Session, actor: str, thing: Thing, stations: dict[str, str], import_id: str
) -> str:
    changes: dict[str, Any] = {str(name): value for name, value in thing.changes.items()}
    if "station" in changes:
        changes["station_id"] = stations[changes.pop("station")]
    if thing.known is None:
        row = RestaurantRow(id=new_id(), created_at=now(), **changes)
        session.add(row)
        action = "restaurant.created"
    else:
        row = session.get_one(RestaurantRow, thing.known.id)
        for name, value in changes.items():
            setattr(row, name, value)
        action = "restaurant.changed"
    _note(session, actor, thing, (action, row.id, changes, import_id))
    return row.id


def _camera(session: Session, actor: str, thing: Thing, restaurant: str, import_id: str) -> str:
    changes: dict[str, Any] = {str(name): value for name, value in thing.changes.items()}
    if "camera" in changes:
        changes["name"] = changes.pop("camera")
    if thing.known is None:
        row = CameraRow(id=new_id(), restaurant_id=restaurant, created_at=now(), **changes)
        session.add(row)
        action = "camera.created"
    else:
        row = session.get_one(CameraRow, thing.known.id)
        for name, value in changes.items():
            setattr(row, name, value)
        action = "camera.changed"
    told = changes | ({"stream_url": "set"} if "stream_url" in changes else {})
    _note(session, actor, thing, (action, row.id, told, import_id))
    return row.id


def _note(
    session: Session, actor: str, thing: Thing, done: tuple[str, str, dict[str, Any], str]
) -> None:
    """The number, and an entry in the log for what is new or different."""
    action, subject, changes, import_id = done
    if thing.outcome == "unchanged":
        return
    numbered = thing.known is None or thing.known.number is None
    if thing.number is not None and numbered:
        kind = action.partition(".")[0]
        session.add(ImportNumberRow(kind=kind, number=thing.number, subject_id=subject))
        changes = changes | {"number": thing.number}
    session.flush()
    audit.append(session, actor, action, subject, **changes, import_id=import_id)
