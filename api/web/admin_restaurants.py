"""Restaurants, stations and districts, as the office looks after them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.database import Database
from api.deps import DatabaseDep
from api.restaurants import places, store
from api.restaurants.schemas import RestaurantIn, RestaurantQuery, Risk, StationIn
from api.web.office import RISK, AdminDep, Empty, OfficeDep, address, see, tabs_for
from api.web.rendering import render
from api.web.troubles import notice
from vision.errors import ConflictError, InvalidError

router = APIRouter(include_in_schema=False)
RESTAURANTS = "/admin/restaurants"
PLACES = "/admin/places"
PlaceName = Annotated[str, Form(max_length=200)]


class ListQuery(RestaurantQuery):
    """The filter form of the list."""

    model_config = ConfigDict(extra="ignore")

    station: Annotated[str | None, Empty] = None
    risk: Annotated[Risk | None, Empty] = None


class RestaurantForm(RestaurantIn):
    """A restaurant as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    station_id: Annotated[str | None, Empty] = None
    latitude: Annotated[float | None, Field(ge=-90, le=90), Empty] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180), Empty] = None


@router.get(RESTAURANTS)
def list_page(
    request: Request, found: OfficeDep, database: DatabaseDep, query: Annotated[ListQuery, Query()]
) -> Response:
    """Restaurants in one's scope, by name."""
    with database.reading() as session:
        page = places.list_restaurants(session, found.person, query)
        known = places.list_places(session)
    asked = query.model_dump(exclude_none=True, include={"q", "station", "risk"})
    context = {
        "page": page,
        "query": query,
        "places": known,
        "more": address(RESTAURANTS, **asked, cursor=page.next_cursor),
        "filtered": any(asked.values()),
    }
    return _render(request, "admin_restaurants.html", found, **context)


@router.get(f"{RESTAURANTS}/new")
def new_page(request: Request, found: OfficeDep, database: DatabaseDep) -> Response:
    """The form for a new restaurant."""
    return _form(request, found, database, None)


@router.post(RESTAURANTS)
def create(
    request: Request,
    found: OfficeDep,
    database: DatabaseDep,
    filled: Annotated[RestaurantForm, Form()],
) -> Response:
    """Make a restaurant."""
    try:
        with database.writing() as session:
            restaurant_id = places.make_restaurant(session, found.person, filled)
    except InvalidError as error:
        return _form(request, found, database, None, filled, notice(request, error))
    return see(f"{RESTAURANTS}/{restaurant_id}?saved=1")


@router.get(f"{RESTAURANTS}/{{restaurant_id}}")
def restaurant_page(
    request: Request, restaurant_id: str, found: OfficeDep, database: DatabaseDep
) -> Response:
    """One restaurant: what is known of it, its risk class, its keys and people."""
    return _form(request, found, database, restaurant_id)


@router.post(f"{RESTAURANTS}/{{restaurant_id}}")
def edit(
    request: Request,
    restaurant_id: str,
    found: OfficeDep,
    database: DatabaseDep,
    filled: Annotated[RestaurantForm, Form()],
) -> Response:
    """Change it."""
    try:
        with database.writing() as session:
            places.edit_restaurant(session, found.person, restaurant_id, filled)
    except InvalidError as error:
        return _form(request, found, database, restaurant_id, filled, notice(request, error))
    return see(f"{RESTAURANTS}/{restaurant_id}?saved=1")


@router.get(PLACES)
def places_page(request: Request, found: AdminDep, database: DatabaseDep) -> Response:
    """Districts and the stations in each."""
    return _places(request, found, database)


@router.post(f"{PLACES}/districts")
def add_district(
    request: Request, found: AdminDep, database: DatabaseDep, name: PlaceName = ""
) -> Response:
    """Make a district."""
    try:
        with database.writing() as session:
            store.district_id_of(session, name, found.person.id)
    except InvalidError as error:
        return _places(request, found, database, notice(request, error))
    return see(PLACES)


@router.post(f"{PLACES}/stations")
def add_station(
    request: Request,
    found: AdminDep,
    database: DatabaseDep,
    name: PlaceName = "",
    district_id: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Make a station."""
    try:
        with database.writing() as session:
            places.require_district(session, district_id or None)
            store.station_id_of(session, name, district_id or None, found.person.id)
    except InvalidError as error:
        return _places(request, found, database, notice(request, error))
    return see(PLACES)


@router.post(f"{PLACES}/stations/{{station_id}}")
def edit_station(
    request: Request,
    station_id: str,
    found: AdminDep,
    database: DatabaseDep,
    name: PlaceName = "",
    district_id: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Rename a station, or put it into another district."""
    given = StationIn.model_construct(name=name, district_id=district_id or None)
    try:
        with database.writing() as session:
            places.edit_station(session, found.person.id, station_id, given)
    except (InvalidError, ConflictError) as error:
        return _places(request, found, database, notice(request, error))
    return see(PLACES)


def _places(
    request: Request, found: SignedIn, database: Database, trouble: dict[str, str] | None = None
) -> Response:
    with database.reading() as session:
        known = places.list_places(session)
    return _render(request, "admin_places.html", found, places=known, notice=trouble)


def _form(
    request: Request,
    found: SignedIn,
    database: Database,
    restaurant_id: str | None,
    filled: RestaurantIn | None = None,
    trouble: dict[str, str] | None = None,
) -> Response:
    kept = None
    with database.reading() as session:
        if restaurant_id is not None:
            kept = places.get_restaurant(session, found.person, restaurant_id)
        known = places.list_places(session)
    context = {
        "restaurant": kept,
        "filled": filled or kept or RestaurantIn(name="-").model_copy(update={"name": ""}),
        "places": known,
        "notice": trouble,
        "saved": "saved" in request.query_params,
    }
    return _render(request, "admin_restaurant.html", found, **context)


def _render(request: Request, template: str, found: SignedIn, **context: Any) -> Response:
    status = 422 if context.get("notice") else 200
    shown = {"tabs": tabs_for(found.person), "RISK": RISK} | context
    return render(request, template, found, status, **shown)
