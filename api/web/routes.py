"""The pages: the alert list and one alert here, each other page in a file of its own."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import ConfigDict
from starlette.responses import Response

from api.alerts.schemas import AlertQuery, Status
from api.alerts.store import list_alerts
from api.cameras.schemas import CameraOut
from api.cameras.store import list_cameras
from api.deps import DatabaseDep, SettingsDep, SignedInDep, StorageDep
from api.web import (
    account,
    admin_audit,
    admin_keys,
    admin_restaurants,
    admin_users,
    appeal,
    cameras,
    campaigns,
    card,
    case_pages,
    custody,
    dashboard,
    first_run,
    import_pages,
    ledger,
    notes,
    notifications,
    office,
    patrol,
    policy_page,
    precision,
    provider,
    recorded,
    reports,
    review,
    review_history,
    review_quality,
    review_queue,
    samples,
    score,
    sheet,
    sign_in,
    thresholds,
    visit,
)
from api.web.items import Viewer, read_item
from api.web.notes import notes_shown
from api.web.rendering import STATIC_DIR, here, render, translate
from api.web.review import Empty
from api.web.words import N_, ROLES_THAT_REVIEW, SUPERVISORS
from vision.names import RuleId

__all__ = ["STATIC_DIR", "render_error", "router"]

router = APIRouter(include_in_schema=False)
router.include_router(cameras.router)
router.include_router(case_pages.router)
router.include_router(patrol.router)
router.include_router(sign_in.router)
router.include_router(account.router)
router.include_router(first_run.router)
router.include_router(provider.router)
router.include_router(office.router)
router.include_router(dashboard.router)
router.include_router(ledger.router)
router.include_router(policy_page.router)
router.include_router(reports.router)
router.include_router(import_pages.router)
router.include_router(admin_users.router)
router.include_router(admin_restaurants.router)
router.include_router(admin_keys.router)
router.include_router(admin_audit.router)
router.include_router(custody.router)
router.include_router(notes.router)
router.include_router(review.router)
router.include_router(review_queue.router)
router.include_router(review_history.router)
router.include_router(review_quality.router)
router.include_router(precision.router)
router.include_router(thresholds.router)
router.include_router(samples.router)
router.include_router(notifications.router)
router.include_router(recorded.router)
router.include_router(visit.router)
router.include_router(campaigns.router)
router.include_router(appeal.router)
router.include_router(score.router)
router.include_router(sheet.router)
router.include_router(card.router)


class ListQuery(AlertQuery):
    """The filter form of the alert list."""

    model_config = ConfigDict(extra="ignore")

    status: Annotated[Status | None, Empty] = None
    rule: Annotated[RuleId | None, Empty] = None


@router.get("/alerts")
def alert_list(
    request: Request,
    found: SignedInDep,
    database: DatabaseDep,
    query: Annotated[ListQuery, Query()],
    hx_target: Annotated[str | None, Header()] = None,
    hx_request: Annotated[str | None, Header()] = None,
) -> Response:
    """Alerts, newest first; htmx asks for the list or for further rows alone."""
    with database.reading() as session:
        page = list_alerts(session, found.person, query)
        cameras = list_cameras(session, found.person)
    given = query.model_dump(exclude_none=True, include={"status", "rule", "camera", "restaurant"})
    template = "alerts.html"
    if hx_request:
        template = "alert_list.html" if hx_target == "list" else "alert_rows.html"
    return render(
        request,
        template,
        found,
        page=page,
        query=query,
        filtered=bool(given),
        more=_address(given | {"cursor": page.next_cursor}),
        narrowed=_narrowed(query, cameras),
        without={name: _address(given | {name: None}) for name in ("camera", "restaurant")},
    )


def _address(given: dict[str, Any]) -> str:
    """The list's address with this filter."""
    asked = urlencode({name: value for name, value in given.items() if value is not None})
    return f"/alerts?{asked}" if asked else "/alerts"


def _narrowed(query: ListQuery, cameras: list[CameraOut]) -> list[tuple[str, str, str]]:
    """The restaurant and camera that the list is narrowed to, with their names when known."""
    restaurants = {camera.restaurant_id: camera.restaurant_name for camera in cameras}
    named = (
        ("restaurant", query.restaurant, restaurants),
        ("camera", query.camera, {camera.id: camera.name for camera in cameras}),
    )
    return [(name, value, names.get(value, "—")) for name, value, names in named if value]


@router.get("/alerts/{alert_id}")
def alert_page(
    request: Request,
    alert_id: UUID,
    found: SignedInDep,
    database: DatabaseDep,
    storage: StorageDep,
    settings: SettingsDep,
) -> Response:
    """One alert with its evidence and its verdicts."""
    with database.reading() as session:
        item = read_item(session, storage, Viewer(found.person, settings), alert_id)
        notes = notes_shown(session, found.person, alert_id)
    role = found.person.role
    rights = {"reviewer": role in ROLES_THAT_REVIEW, "supervises": role in SUPERVISORS}
    return render(request, "alert.html", found, item=item, notes=notes, **rights)


_TITLES: Final[dict[int, str]] = {
    403: N_("This is not open to you"),
    404: N_("Nothing here"),
    422: N_("This address cannot be read"),
    429: N_("Too many requests"),
    503: N_("The server is busy"),
}
_DETAILS: Final[dict[int, str]] = {
    403: N_("Your role does not include this page, or the page was open too long: load it again."),
    404: N_("It does not exist, or it is not yours to see."),
    422: N_("Start again from the list."),
    429: N_("Wait a little and try again."),
    503: N_("Try again in a moment; nothing was lost."),
}


def render_error(request: Request, status: int, title: str, detail: str) -> Response:
    """An error as a page; whoever is not signed in is asked to."""
    if status == 401:
        return RedirectResponse("/sign-in?" + urlencode({"next": here(request)}), 303)
    told = translate(request, _TITLES.get(status, N_("Something went wrong")))
    more = translate(request, _DETAILS.get(status, N_("The server's log says more.")))
    return render(request, "problem.html", None, status, title=told, detail=more)
