"""What a round, or a new camera, can be narrowed to in somebody's scope."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.restaurants.store import in_care

Place = tuple[str, str]
MOST: Final = 2000


def districts(session: Session, person: Person) -> list[Place]:
    """Ids and names of districts with a restaurant in this person's scope, by name."""
    at = select(RestaurantRow.station_id).where(in_care(person))
    within = select(StationRow.district_id).where(StationRow.id.in_(at))
    wanted = select(DistrictRow.id, DistrictRow.name).where(DistrictRow.id.in_(within))
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(DistrictRow.name))]


def stations(session: Session, person: Person) -> list[Place]:
    """Ids and names of stations with a restaurant in this person's scope, by name."""
    at = select(RestaurantRow.station_id).where(in_care(person))
    wanted = select(StationRow.id, StationRow.name).where(StationRow.id.in_(at))
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(StationRow.name))]


def restaurants(session: Session, person: Person) -> list[Place]:
    """Ids and names of restaurants in this person's scope, by name; a long list is cut."""
    wanted = select(RestaurantRow.id, RestaurantRow.name).where(in_care(person))
    rows = session.execute(wanted.order_by(RestaurantRow.name).limit(MOST))
    return [(row[0], row[1]) for row in rows]
