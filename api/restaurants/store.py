"""Stations and restaurants in the database."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import new_id, now
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow, UserRestaurantRow
from api.text import require_text

EVERYWHERE: Final = ("admin",)
UNLIMITED: Final = ("patrol", "supervisor", "admin")


def sees_everything(person: Person) -> bool:
    """Whether no station and no district limits this person: ``in_care`` holds for every row."""
    limited = person.station_id is not None or person.district_id is not None
    return person.role in EVERYWHERE or (person.role in UNLIMITED and not limited)


def in_care(person: Person) -> ColumnElement[bool]:
    """Which restaurants are this person's to know: the one place that decides it."""
    if sees_everything(person):
        return true()
    if person.role == "restaurant":
        return _run_by(person)
    if person.station_id is not None:
        return RestaurantRow.station_id == person.station_id
    if person.district_id is not None:
        stations = select(StationRow.id).where(StationRow.district_id == person.district_id)
        return RestaurantRow.station_id.in_(stations)
    return false()


def _run_by(person: Person) -> ColumnElement[bool]:
    further = select(UserRestaurantRow.restaurant_id).where(UserRestaurantRow.user_id == person.id)
    return or_(RestaurantRow.id == person.restaurant_id, RestaurantRow.id.in_(further))


def district_id_of(session: Session, name: str, actor: str = audit.SYSTEM) -> str:
    """The district of that name, made when it is new."""
    name = require_text(name, "district", 100)
    known = session.scalar(select(DistrictRow.id).where(DistrictRow.name == name))
    if known is not None:
        return known
    row = DistrictRow(id=new_id(), name=name, created_at=now())
    session.add(row)
    session.flush()
    audit.append(session, actor, "district.created", row.id, name=name)
    return row.id


def station_id_of(
    session: Session, name: str, district_id: str | None = None, actor: str = audit.SYSTEM
) -> str:
    """The station of that name, made when it is new; then it lies in that district."""
    name = require_text(name, "station", 100)
    known = session.scalar(select(StationRow.id).where(StationRow.name == name))
    if known is not None:
        return known
    row = StationRow(id=new_id(), name=name, district_id=district_id, created_at=now())
    session.add(row)
    session.flush()
    audit.append(session, actor, "station.created", row.id, name=name, district_id=district_id)
    return row.id


def create_restaurant(
    session: Session, name: str, station: str | None = None, actor: str = audit.SYSTEM
) -> str:
    """Make a restaurant and give its id."""
    station_id = None if station is None else station_id_of(session, station, actor=actor)
    return add_restaurant(session, actor, name, station_id)


def add_restaurant(session: Session, actor: str, name: str, station_id: str | None) -> str:
    """As ``create_restaurant``, at a station that there is."""
    name = require_text(name, "name", 200)
    row = RestaurantRow(id=new_id(), name=name, station_id=station_id, created_at=now())
    session.add(row)
    session.flush()
    audit.append(session, actor, "restaurant.created", row.id, name=name, station_id=station_id)
    return row.id
