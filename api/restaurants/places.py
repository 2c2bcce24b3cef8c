"""Restaurants, stations and districts, read and changed by those who look after them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.pages import Page
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.restaurants.schemas import (
    DistrictOut,
    PlacesOut,
    RestaurantIn,
    RestaurantOut,
    RestaurantQuery,
    StationIn,
    StationOut,
)
from api.restaurants.store import add_restaurant, in_care, sees_everything
from api.text import require_text
from vision.errors import ConflictError, InvalidError, NotFoundError

Columns = tuple[Any, ...]
EDITED = ("name", "station_id", "risk", "address", "phone")
# Where it is: not everybody who sends the rest knows it, and must not wipe it out.
WHERE = ("latitude", "longitude")


def list_restaurants(
    session: Session, person: Person, query: RestaurantQuery
) -> Page[RestaurantOut]:
    """Restaurants in this person's scope that fit, by name."""
    wanted = _shown().where(in_care(person))
    for column, value in (
        (RestaurantRow.station_id, query.station),
        (RestaurantRow.risk, query.risk),
    ):
        wanted = wanted if value is None else wanted.where(column == value)
    if query.q:
        part = query.q.strip().lower()
        named = func.lower(RestaurantRow.name).contains(part, autoescape=True)
        there = func.lower(RestaurantRow.address).contains(part, autoescape=True)
        wanted = wanted.where(or_(named, there))
    if query.cursor is not None:
        wanted = _after(session, person, wanted, query.cursor)
    rows = session.execute(wanted.limit(query.limit + 1)).all()
    items = [_out(row) for row in rows[: query.limit]]
    return Page(items=items, next_cursor=items[-1].id if len(rows) > query.limit else None)


def get_restaurant(session: Session, person: Person, restaurant_id: str) -> RestaurantOut:
    """One restaurant, or NotFoundError when there is none that this person may see."""
    row = session.execute(
        _shown().where(in_care(person), RestaurantRow.id == restaurant_id)
    ).first()
    if row is None:
        raise _no_restaurant(restaurant_id)
    return _out(row)


def make_restaurant(session: Session, person: Person, given: RestaurantIn) -> str:
    """Make a restaurant within this person's own district or station; gives its id."""
    _require_station(session, person, given.station_id)
    restaurant_id = add_restaurant(session, person.id, given.name, given.station_id)
    edit_restaurant(session, person, restaurant_id, given)
    return restaurant_id


def edit_restaurant(
    session: Session, person: Person, restaurant_id: str, given: RestaurantIn
) -> None:
    """Change what is known of a restaurant; its risk class decides how soon its alerts come."""
    own = RestaurantRow.id == restaurant_id, in_care(person)
    row = session.scalar(select(RestaurantRow).where(*own).with_for_update())
    if row is None:
        raise _no_restaurant(restaurant_id)
    if given.station_id != row.station_id:
        _require_station(session, person, given.station_id)
    wanted = given.model_dump() | {"name": require_text(given.name, "name", 200)}
    edited = [*EDITED, *(field for field in WHERE if field in given.model_fields_set)]
    changes = {field: wanted[field] for field in edited if wanted[field] != getattr(row, field)}
    before = {field: getattr(row, field) for field in changes}
    for field, value in changes.items():
        setattr(row, field, value)
    session.flush()
    if changes:
        audit.append(
            session, person.id, "restaurant.changed", restaurant_id, **changes, before=before
        )


def list_places(session: Session) -> PlacesOut:
    """Every district and station, by name."""
    districts = session.execute(select(DistrictRow.id, DistrictRow.name).order_by(DistrictRow.name))
    stations = session.execute(
        select(StationRow.id, StationRow.name, StationRow.district_id).order_by(StationRow.name)
    )
    return PlacesOut(
        districts=[DistrictOut(id=place, name=name) for place, name in districts],
        stations=[
            StationOut(id=place, name=name, district_id=district)
            for place, name, district in stations
        ],
    )


def edit_station(session: Session, actor: str, station_id: str, given: StationIn) -> None:
    """Rename a station or put it into another district: whoever is limited to either sees it."""
    row = session.get(StationRow, station_id)
    if row is None:
        raise NotFoundError(f"no station has the id {station_id}")
    require_district(session, given.district_id)
    name = require_text(given.name, "name", 100)
    taken = select(StationRow.id).where(StationRow.name == name, StationRow.id != station_id)
    if session.scalar(taken) is not None:
        raise ConflictError(f"a station is called {name} already; choose another name")
    before = {"name": row.name, "district_id": row.district_id}
    row.name, row.district_id = name, given.district_id
    session.flush()
    after = {"name": name, "district_id": given.district_id}
    if after != before:
        audit.append(session, actor, "station.changed", station_id, **after, before=before)


def require_district(session: Session, district_id: str | None) -> None:
    """NotFoundError when there is no such district."""
    if district_id is not None and session.get(DistrictRow, district_id) is None:
        raise NotFoundError(f"no district has the id {district_id}")


def _require_station(session: Session, person: Person, station_id: str | None) -> None:
    """A restaurant must not leave, or be made outside, what its editor may see."""
    if station_id is None:
        if not sees_everything(person):
            raise InvalidError("name the station that cares for the restaurant", "station_id")
        return
    row = session.get(StationRow, station_id)
    if row is None or not _within(person, row):
        raise NotFoundError(f"no station has the id {station_id}")


def _within(person: Person, station: StationRow) -> bool:
    if sees_everything(person):
        return True
    if person.station_id is not None:
        return station.id == person.station_id
    return person.district_id is not None and station.district_id == person.district_id


def _after(
    session: Session, person: Person, wanted: Select[*Columns], cursor: str
) -> Select[*Columns]:
    last = select(RestaurantRow.name).where(RestaurantRow.id == cursor, in_care(person))
    name = session.scalar(last)
    if name is None:
        raise InvalidError("the cursor is not one that a list gave", "cursor")
    same = and_(RestaurantRow.name == name, RestaurantRow.id > cursor)
    return wanted.where(or_(RestaurantRow.name > name, same))


def _shown() -> Select[*Columns]:
    return (
        select(RestaurantRow, StationRow.name, DistrictRow.id, DistrictRow.name)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .outerjoin(DistrictRow, DistrictRow.id == StationRow.district_id)
        .order_by(RestaurantRow.name, RestaurantRow.id)
    )


def _out(row: Row[*Columns]) -> RestaurantOut:
    restaurant, station, district_id, district = row
    return RestaurantOut.model_validate(
        {field: getattr(restaurant, field) for field in ("id", *EDITED, *WHERE)}
        | {"station_name": station, "district_id": district_id, "district_name": district}
    )


def _no_restaurant(restaurant_id: str) -> NotFoundError:
    return NotFoundError(f"there is no restaurant {restaurant_id} for you")
