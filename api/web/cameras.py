"""Cameras: the list, one camera, its zones, and how they are set up."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.alerts.schemas import AlertQuery
from api.alerts.store import list_alerts
from api.cameras import detail_store, sharing_store, zone_store
from api.cameras.access import OfficeDep
from api.cameras.detail_store import CameraFilter
from api.cameras.rules import HEALTH_STATES, HealthState
from api.cameras.schemas import CameraChange, CameraDetails, CameraIn, Pack
from api.cameras.settings_store import shipped_pack
from api.deps import DatabaseDep, SettingsDep, SignedInDep
from api.patrols import plan_store
from api.text import PlainText
from api.web.rendering import render, translate
from api.web.requirements import TEXT
from api.web.words import N_, SUPERVISORS
from vision.errors import InvalidError
from vision.hours import DAYS
from vision.names import ZONE_TYPES, ZoneType
from vision.polygons import MAX_CORNERS, MIN_AREA
from vision.rulepacks import pack_names

router = APIRouter(include_in_schema=False)
RECENT: Final = 8
CameraId = Annotated[PlainText, Path(max_length=64)]
Empty = BeforeValidator(lambda value: None if value == "" else value)


class ListForm(BaseModel):
    """The filter form of the camera list."""

    model_config = ConfigDict(extra="ignore")

    words: Annotated[PlainText, Field(max_length=100)] = ""
    health: Annotated[HealthState | None, Empty] = None
    zone_type: Annotated[ZoneType | None, Empty] = None
    restaurant: Annotated[Annotated[PlainText, Field(max_length=64)] | None, Empty] = None


@router.get("/cameras")
def camera_list(
    request: Request,
    found: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[ListForm, Query()],
) -> Response:
    """The cameras in one's scope with their health; the counts are those of the whole scope."""
    wanted = CameraFilter(query.words, query.restaurant)
    with database.reading() as session:
        cameras = detail_store.find_cameras(session, found.person, wanted, settings)
    counts = {state: sum(c.health.state == state for c in cameras) for state in HEALTH_STATES}
    shown = [camera for camera in cameras if _fits(camera, query)]
    return render(
        request,
        "cameras.html",
        found,
        cameras=shown,
        counts=counts,
        query=query,
        office=found.person.role in SUPERVISORS,
        filtered=bool(query.model_dump(exclude_none=True, exclude_defaults=True)),
    )


def _fits(camera: CameraDetails, query: ListForm) -> bool:
    healthy = query.health is None or camera.health.state == query.health
    return healthy and (query.zone_type is None or query.zone_type in camera.zone_types)


class CameraForm(BaseModel):
    """A camera's form; the stream address is never filled in again, so empty keeps it."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[PlainText, Field(max_length=200)] = ""
    place: Annotated[PlainText, Field(max_length=200)] = ""
    notes: Annotated[PlainText, Field(max_length=2000)] = ""
    zone_type: ZoneType = "cooking"
    rules: Pack = "strict"
    position: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    stream_url: Annotated[Annotated[str, Field(max_length=2000)] | None, Empty] = None
    forget_stream: bool = False
    active: bool = False
    restaurant_id: Annotated[PlainText, Field(max_length=32)] = ""

    @property
    def own(self) -> dict[str, Any]:
        """What both a new and a changed camera have."""
        fields = {"name", "place", "notes", "zone_type", "rules", "position"}
        given = self.model_dump(include=fields)
        if self.stream_url is not None or self.forget_stream:
            given["stream_url"] = self.stream_url
        return given


@router.get("/cameras/new")
def new_camera_page(request: Request, found: OfficeDep, database: DatabaseDep) -> Response:
    """The form for a new camera."""
    with database.reading() as session:
        return _form(request, found, session, CameraForm(active=True))


@router.post("/cameras/new")
def add_camera(
    request: Request,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    given: Annotated[CameraForm, Form()],
) -> Response:
    """Make the camera and show its key this once; or say what is not right."""
    try:
        new = CameraIn(restaurant_id=given.restaurant_id, **_named(given))
        with database.writing() as session:
            made = detail_store.add_camera(session, found.person, new, settings)
    except InvalidError as error:
        with database.reading() as session:
            return _form(request, found, session, given, error)
    return render(request, "camera_key.html", found, made=made, name=new.name)


def _named(given: CameraForm) -> dict[str, Any]:
    if not given.name.strip():
        raise InvalidError("a camera needs a name", "name")
    return given.own


_PROBLEMS: Final[dict[str, str]] = {
    "name": N_("A camera needs a name."),
    "restaurant_id": N_("Choose the restaurant."),
    "stream_url": N_(
        "This address cannot be used: leave name and password out; private networks must be"
        " allowed by the operator (BRIGHTKITCHEN_OUTBOUND_ALLOW)."
    ),
}


def _form(
    request: Request, found: Any, session: Session, given: CameraForm, error: Any = None
) -> Response:
    problem = _PROBLEMS.get(error.field, N_("Something here cannot be used.")) if error else None
    return render(
        request,
        "camera_new.html",
        found,
        422 if error else 200,
        given=given,
        field=error.field if error else None,
        problem=translate(request, problem) if problem else None,
        restaurants=plan_store.restaurants(session, found.person),
        packs=pack_names(),
    )


@router.get("/cameras/{camera_id}")
def camera_page(
    request: Request,
    camera_id: CameraId,
    found: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """One camera: last picture, health, zones, alerts, verdicts."""
    with database.reading() as session:
        return _page(request, found, session, camera_id, settings)


def _page(
    request: Request,
    found: Any,
    session: Session,
    camera_id: str,
    settings: Any,
    error: InvalidError | None = None,
) -> Response:
    person = found.person
    camera = detail_store.get_details(session, person, camera_id, settings)
    zones = zone_store.zones_in_force(session, detail_store.get_camera(session, person, camera_id))
    alerts = list_alerts(session, person, AlertQuery(camera=camera_id, limit=RECENT))
    problem = _PROBLEMS.get(error.field, N_("Something here cannot be used.")) if error else None
    return render(
        request,
        "camera.html",
        found,
        422 if error else 200,
        camera=camera,
        zones=zones,
        alerts=alerts.items,
        verdicts=detail_store.verdicts(session, person, camera_id),
        office=person.role in SUPERVISORS,
        host=sharing_store.watching_host(session, camera_id),
        packs=pack_names(),
        problem=translate(request, problem) if problem else None,
    )


@router.post("/cameras/{camera_id}")
def change_camera(
    request: Request,
    camera_id: CameraId,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    given: Annotated[CameraForm, Form()],
) -> Response:
    """Change the camera, or say what is not right."""
    try:
        change = CameraChange(**_named(given), active=given.active)
        with database.writing() as session:
            detail_store.change_camera(session, found.person, camera_id, change, settings)
    except InvalidError as error:
        with database.reading() as session:
            return _page(request, found, session, camera_id, settings, error)
    return RedirectResponse(f"/cameras/{camera_id}", 303)


@router.get("/cameras/{camera_id}/zones")
def zones_page(
    request: Request,
    camera_id: CameraId,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """The zone editor."""
    with database.reading() as session:
        row = detail_store.get_camera(session, found.person, camera_id)
        camera = detail_store.get_details(session, found.person, camera_id, settings)
        zones = zone_store.zones_in_force(session, row)
        versions = zone_store.zone_history(session, row)
    pack = shipped_pack(camera.rules).pack
    return render(
        request,
        "zones.html",
        found,
        camera=camera,
        zones=zones,
        versions=versions,
        pack=pack,
        asked={kind: list(pack.rules_in(kind)) for kind in ZONE_TYPES},
        texts=TEXT,
        days=DAYS,
        max_corners=MAX_CORNERS,
        min_area=MIN_AREA,
        zone_count=len(zones.zones),
    )
