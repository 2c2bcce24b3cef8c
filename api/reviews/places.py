"""The districts, stations and restaurants that a person can narrow the queue to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.restaurants.store import in_care

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Places:
    """Ids with their names, by name."""

    districts: list[Place]
    stations: list[Place]
    restaurants: list[Place]


def places(session: Session, person: Person) -> Places:
    """Those with a restaurant in this person's scope."""
    theirs = in_care(person)
    restaurants = select(RestaurantRow.id, RestaurantRow.name).where(theirs)
    at = select(RestaurantRow.station_id).where(theirs)
    stations = select(StationRow.id, StationRow.name).where(StationRow.id.in_(at))
    within = select(StationRow.district_id).where(StationRow.id.in_(at))
    districts = select(DistrictRow.id, DistrictRow.name).where(DistrictRow.id.in_(within))
    found = (
        [(row[0], row[1]) for row in session.execute(wanted)]
        for wanted in (districts, stations, restaurants)
    )
    return Places(*(sorted(rows, key=lambda place: place[1]) for rows in found))
