"""Visits as pages: the phone's own, which works without a network, the list, and one visit."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.database import Database
from api.deps import DatabaseDep, SettingsDep
from api.inspections import detail_store, store
from api.inspections.checklists import newest_checklists, read_checklist
from api.inspections.routes import InspectorDep, ReaderDep
from api.inspections.rules import Kind as VisitKind
from api.inspections.rules import Outcome, State
from api.inspections.schemas import CancelIn, VisitIn, VisitQuery
from api.restaurants.places import list_restaurants
from api.restaurants.schemas import RestaurantQuery
from api.text import PlainText
from api.web import visit_words
from api.web.rendering import STATIC_DIR, language_of, render, static_url, translate
from api.web.troubles import notice
from api.web.words import N_
from vision.errors import ConflictError, InvalidError, NotFoundError

router = APIRouter(include_in_schema=False)
SCOPE: Final = "/visits"
ICONS: Final = ("visit-icon-192.png", "visit-icon-512.png", "visit-icon-mask.png")
SHELL: Final = ("bk.css", "pages.js", "visits.css", "visits.js", "icon.svg", ICONS[0])
Empty = BeforeValidator(lambda value: None if value == "" else value)
WORDS: Final[dict[str, Any]] = {
    name: getattr(visit_words, name) for name in dir(visit_words) if name.isupper()
}


class ListQuery(VisitQuery):
    """The filter form of the list."""

    model_config = ConfigDict(extra="ignore")

    state: Annotated[State | None, Empty] = None
    kind: Annotated[VisitKind | None, Empty] = None
    outcome: Annotated[Outcome | None, Empty] = None


class PlanForm(BaseModel):
    """The form that plans one visit; ``q`` finds the restaurant."""

    model_config = ConfigDict(extra="ignore")

    restaurant_id: Annotated[PlainText, Field(max_length=36)] = ""
    kind: Annotated[PlainText, Field(max_length=10)] = "routine"
    planned_for: Annotated[date | None, Empty] = None
    checklist: Annotated[PlainText, Field(max_length=40)] = "catering"
    reason: Annotated[PlainText, Field(max_length=1000)] = ""


@router.get(SCOPE)
def phone_page(request: Request, found: ReaderDep) -> Response:
    """The page that an inspector has on the phone; a restaurant gets its list."""
    if found.person.role == "restaurant":
        return RedirectResponse(f"{SCOPE}/all", 303)
    words = WORDS | {"phone_words": visit_words.PHONE, "deadlines": visit_words.DEADLINES}
    return render(request, "visits.html", found, **words)


@router.get(f"{SCOPE}/app.webmanifest")
def manifest(request: Request, _: InspectorDep) -> Response:
    """What makes it an app on the phone's home screen."""
    sizes = {ICONS[0]: "192x192", ICONS[1]: "512x512", ICONS[2]: "512x512"}
    told = {
        "id": SCOPE,
        "name": translate(request, N_("Bright Kitchen: visits")),
        "short_name": translate(request, N_("Visits")),
        "lang": language_of(request),
        "start_url": SCOPE,
        "scope": SCOPE,
        "display": "standalone",
        "background_color": "#f6f5f1",
        "theme_color": "#0b5cad",
        "icons": [
            {
                "src": static_url(name),
                "sizes": size,
                "type": "image/png",
                "purpose": "maskable" if name == ICONS[2] else "any",
            }
            for name, size in sizes.items()
        ],
    }
    return JSONResponse(told, media_type="application/manifest+json")


@router.get(f"{SCOPE}/worker.js")
def worker(_: InspectorDep) -> Response:
    """The script that keeps the page without a network; it may not look beyond the page."""
    files = [static_url(name) for name in SHELL]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    listed = ", ".join(f'"{name}"' for name in files)
    shell = f'const SHELL = {{ version: "{version}", page: "{SCOPE}", files: [{listed}] }};\n'
    script = shell + (STATIC_DIR / "visits_worker.js").read_text("utf-8")
    headers = {"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    return Response(script, 200, headers, "text/javascript")


@router.get(f"{SCOPE}/all")
def list_page(
    request: Request,
    found: ReaderDep,
    database: DatabaseDep,
    query: Annotated[ListQuery, Query()],
    q: Annotated[PlainText, Query(max_length=100)] = "",
) -> Response:
    """Every visit in one's scope with filters, and the form that plans one."""
    return _list(request, found, database, query, q)


def _list(
    request: Request, found: SignedIn, database: Database, query: ListQuery, q: str, **more: Any
) -> Response:
    with database.reading() as session:
        page = store.list_visits(session, found.person, query)
        wanted = RestaurantQuery(q=q, limit=20)
        places = list_restaurants(session, found.person, wanted).items if q else []
    given = query.model_dump(exclude_none=True, include={"state", "kind", "outcome", "restaurant"})
    more_at = f"{SCOPE}/all?{urlencode(given | {'cursor': page.next_cursor or ''})}"
    context = WORDS | {"page": page, "query": query, "q": q, "places": places, "more_at": more_at}
    lists = newest_checklists()
    shown = {"notice": None, "filled": PlanForm()} | more
    status = 422 if shown["notice"] else 200
    return render(request, "visit_list.html", found, status, lists=lists, **context, **shown)


@router.post(f"{SCOPE}/all")
def plan_visit(
    request: Request,
    found: InspectorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    given: Annotated[PlanForm, Form()],
) -> Response:
    """Plan one visit."""
    try:
        wanted = VisitIn.model_validate(given.model_dump())
        with database.writing() as session:
            today = store.today_of(settings.time_zone)
            store.plan(session, found.person, uuid4(), wanted, today)
    except (InvalidError, NotFoundError, ConflictError) as error:
        return _list(request, found, database, ListQuery(), "",
                     notice=notice(request, error), filled=given)  # fmt: skip
    except ValueError:
        told = InvalidError(N_("Choose a restaurant; a complaint needs its reason."))
        return _list(request, found, database, ListQuery(), "",
                     notice=notice(request, told), filled=given)  # fmt: skip
    return RedirectResponse(f"{SCOPE}/all?state=planned", 303)


@router.get(f"{SCOPE}/{{visit_id}}")
def visit_page(
    request: Request, visit_id: UUID, found: ReaderDep, database: DatabaseDep
) -> Response:
    """One visit: its result, what was found, its photos and papers with their hashes."""
    return _visit(request, visit_id, found, database)


def _visit(
    request: Request, visit_id: UUID, found: SignedIn, database: Database, **more: Any
) -> Response:
    with database.reading() as session:
        told = detail_store.get_detail(session, found.person, visit_id)
    visit = told.visit
    checklist = read_checklist(visit.checklist, visit.checklist_version)
    shown = {"notice": None} | more
    return render(
        request,
        "visit.html",
        found,
        422 if shown["notice"] else 200,
        told=told,
        visit=visit,
        checklist=checklist,
        items={item.id: item for item in checklist.items},
        answers={answer.item: answer for answer in told.answers},
        staff=found.person.role != "restaurant",
        **WORDS,
        **shown,
    )


@router.post(f"{SCOPE}/{{visit_id}}/cancel")
def cancel_visit(
    request: Request,
    visit_id: UUID,
    found: InspectorDep,
    database: DatabaseDep,
    reason: Annotated[PlainText, Form(max_length=1000)] = "",
) -> Response:
    """Say that it is not made."""
    try:
        if not reason.strip():
            raise InvalidError(N_("Say why the visit is not made."), "reason")
        with database.writing() as session:
            store.cancel(session, found.person, visit_id, CancelIn(reason=reason))
    except (InvalidError, ConflictError) as error:
        return _visit(request, visit_id, found, database, notice=notice(request, error))
    return RedirectResponse(f"{SCOPE}/{visit_id}", 303)
