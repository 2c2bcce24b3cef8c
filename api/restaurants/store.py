"""Stations and restaurants in the database."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import new_id, now
from api.restaurants.models import RestaurantRow, StationRow
from api.text import require_text

EVERYWHERE = ("patrol", "supervisor", "admin")


def in_care(person: Person) -> ColumnElement[bool]:
    """Which restaurants are this person's to know."""
    if person.role == "restaurant":
        return RestaurantRow.id == person.restaurant_id
    if person.role == "inspector":
        return RestaurantRow.station_id == person.station_id
    return true() if person.role in EVERYWHERE else false()


def station_id_of(session: Session, name: str) -> str:
    """The station of that name, made when it is new."""
    name = require_text(name, "station", 100)
    known = session.scalar(select(StationRow.id).where(StationRow.name == name))
    if known is not None:
        return known
    row = StationRow(id=new_id(), name=name, created_at=now())
    session.add(row)
    session.flush()
    audit.append(session, audit.SYSTEM, "station.created", row.id, name=name)
    return row.id


def create_restaurant(session: Session, name: str, station: str | None = None) -> str:
    """Make a restaurant and give its id."""
    name = require_text(name, "name", 200)
    station_id = None if station is None else station_id_of(session, station)
    row = RestaurantRow(id=new_id(), name=name, station_id=station_id, created_at=now())
    session.add(row)
    session.flush()
    audit.append(session, audit.SYSTEM, "restaurant.created", row.id, name=name)
    return row.id
