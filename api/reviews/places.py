"""The districts, stations and restaurants that a person can narrow the queue to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.cameras.models import CameraRow
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.restaurants.store import in_care
from api.reviews.schemas import QueueFilter

Place = tuple[str, str]
# A longer list is no help to choose from; a station or district makes it short.
MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Places:
    """Ids with their names, by name; cameras are those of the chosen restaurant or camera."""

    districts: list[Place]
    stations: list[Place]
    restaurants: list[Place]
    cameras: list[Place]


def places(session: Session, person: Person, only: QueueFilter) -> Places:
    """Those with a restaurant in this person's scope; restaurants only when they are few."""
    theirs = in_care(person)
    restaurants = select(RestaurantRow.id, RestaurantRow.name).where(theirs, *_within(only))
    chosen = or_(CameraRow.restaurant_id == only.restaurant, CameraRow.id == only.camera)
    at_home = RestaurantRow.id == CameraRow.restaurant_id
    cameras = select(CameraRow.id, CameraRow.name).join(RestaurantRow, at_home)
    at = select(RestaurantRow.station_id).where(theirs)
    stations = select(StationRow.id, StationRow.name).where(StationRow.id.in_(at))
    within = select(StationRow.district_id).where(StationRow.id.in_(at))
    districts = select(DistrictRow.id, DistrictRow.name).where(DistrictRow.id.in_(within))
    few = _named(session, restaurants.limit(MOST + 1))
    return Places(
        _named(session, districts),
        _named(session, stations),
        few if len(few) <= MOST else [],
        _named(session, cameras.where(theirs, chosen)),
    )


def _within(only: QueueFilter) -> list[ColumnElement[bool]]:
    if only.station is not None:
        return [RestaurantRow.station_id == only.station]
    if only.district is not None:
        stations = select(StationRow.id).where(StationRow.district_id == only.district)
        return [RestaurantRow.station_id.in_(stations)]
    return []


def _named(session: Session, wanted: Select[str, str]) -> list[Place]:
    return sorted(((row[0], row[1]) for row in session.execute(wanted)), key=lambda p: p[1])
