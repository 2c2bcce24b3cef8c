"""Restaurants, stations and districts over JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SignedInDep, require
from api.errors import problems
from api.pages import Page
from api.restaurants import places, store
from api.restaurants.schemas import (
    DistrictIn,
    DistrictOut,
    PlacesOut,
    RestaurantIn,
    RestaurantOut,
    RestaurantParam,
    StationIn,
    StationOut,
)

router = APIRouter(prefix="/api/v1", tags=["restaurants"])
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
AdminDep = Annotated[SignedIn, Depends(require("admin"))]


@router.get("/restaurants", responses=problems(401, 422))
def list_restaurants(
    signed_in: SignedInDep, database: DatabaseDep, query: RestaurantParam
) -> Page[RestaurantOut]:
    """Restaurants in one's scope, by name; `q` is part of a name or an address."""
    with database.reading() as session:
        return places.list_restaurants(session, signed_in.person, query)


@router.post("/restaurants", status_code=201, responses=problems(401, 403, 404, 413, 422))
def create_restaurant(
    given: RestaurantIn, office: OfficeDep, database: DatabaseDep
) -> RestaurantOut:
    """Make a restaurant."""
    with database.writing() as session:
        restaurant_id = places.make_restaurant(session, office.person, given)
        return places.get_restaurant(session, office.person, restaurant_id)


@router.get("/restaurants/{restaurant_id}", responses=problems(401, 404))
def read_restaurant(
    restaurant_id: str, signed_in: SignedInDep, database: DatabaseDep
) -> RestaurantOut:
    """One restaurant."""
    with database.reading() as session:
        return places.get_restaurant(session, signed_in.person, restaurant_id)


@router.put("/restaurants/{restaurant_id}", responses=problems(401, 403, 404, 413, 422))
def edit_restaurant(
    restaurant_id: str, given: RestaurantIn, office: OfficeDep, database: DatabaseDep
) -> RestaurantOut:
    """Change a restaurant: its name, station, risk class, address, phone."""
    with database.writing() as session:
        places.edit_restaurant(session, office.person, restaurant_id, given)
        return places.get_restaurant(session, office.person, restaurant_id)


@router.get("/places", responses=problems(401, 403))
def list_places(_: OfficeDep, database: DatabaseDep) -> PlacesOut:
    """Every district and station, by name."""
    with database.reading() as session:
        return places.list_places(session)


@router.post("/districts", status_code=201, responses=problems(401, 403, 413, 422))
def create_district(given: DistrictIn, admin: AdminDep, database: DatabaseDep) -> DistrictOut:
    """Make a district, or find the one of that name."""
    with database.writing() as session:
        district_id = store.district_id_of(session, given.name, admin.person.id)
    return DistrictOut(id=district_id, name=given.name.strip())


@router.post("/stations", status_code=201, responses=problems(401, 403, 404, 413, 422))
def create_station(given: StationIn, admin: AdminDep, database: DatabaseDep) -> StationOut:
    """Make a station, or find the one of that name and put it into the district."""
    with database.writing() as session:
        places.require_district(session, given.district_id)
        station_id = store.station_id_of(session, given.name, given.district_id, admin.person.id)
        places.edit_station(session, admin.person.id, station_id, given)
    return StationOut(id=station_id, name=given.name.strip(), district_id=given.district_id)


@router.put("/stations/{station_id}", responses=problems(401, 403, 404, 409, 413, 422))
def edit_station(
    station_id: str, given: StationIn, admin: AdminDep, database: DatabaseDep
) -> StationOut:
    """Rename a station, or put it into another district."""
    with database.writing() as session:
        places.edit_station(session, admin.person.id, station_id, given)
    return StationOut(id=station_id, name=given.name.strip(), district_id=given.district_id)
