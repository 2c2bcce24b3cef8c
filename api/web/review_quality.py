"""How good reviews are, for the supervisor: all together; each person only on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.accounts.schemas import Person, SignedIn
from api.database import Database
from api.deps import DatabaseDep, PolicyDep, SettingsDep, require
from api.reviews import known_store, quality_store, store
from api.reviews.agreement import FEWEST, Figures, by_week, figures
from api.settings import Settings
from api.text import require_text
from api.web.drift import drift_charts
from api.web.rendering import render

SupervisorDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
Reason = Annotated[str, Form(max_length=2000)]
router = APIRouter()


@router.get("/review/quality")
def quality_page(
    request: Request, found: SupervisorDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """Figures over everybody's verdicts, with the pool of known items."""
    with database.reading() as session:
        context = _together(session, found.person, settings)
    return render(request, "review_quality.html", found, people=None, **context)


@router.post("/review/quality/people")
def quality_of_people(
    request: Request,
    found: SupervisorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    reason: Reason = "",
) -> Response:
    """The same for each person; who asked and why is kept in the log."""
    told = require_text(reason, "reason", 2000)
    with database.writing() as session:
        evidence = quality_store.gather_by_person(session, found.person, told)
        context = _together(session, found.person, settings)
    people: list[tuple[str, Figures]] = [(name, figures(item)) for name, item in evidence]
    return render(request, "review_quality.html", found, people=people, **context)


def _together(session: Session, person: Person, settings: Settings) -> dict[str, Any]:
    evidence = quality_store.gather(session, person)
    weeks = by_week(evidence, ZoneInfo(settings.time_zone))
    told = [(week, figures(item)) for week, item in weeks]
    return {
        "all": figures(evidence),
        "weeks": told,
        "charts": drift_charts(told),
        "pool": quality_store.pool(session, person),
        "disputed": quality_store.disputed(session, person),
        "fewest": FEWEST,
        "span": quality_store.WEEKS,
        "shares": (settings.review_known_share, settings.review_double_share),
    }


@router.post("/review/quality/known/{alert_id}")
def add_known(alert_id: UUID, found: SupervisorDep, database: DatabaseDep) -> Response:
    """Ask others about this alert from now on, unmarked."""
    return _changed(database, known_store.add_known, found, alert_id)


@router.post("/review/quality/known/{alert_id}/retire")
def retire_known(alert_id: UUID, found: SupervisorDep, database: DatabaseDep) -> Response:
    """Ask nobody about it any more."""
    return _changed(database, known_store.retire_known, found, alert_id)


def _changed(
    database: Database,
    change: Callable[[Session, Person, UUID], None],
    found: SignedIn,
    alert_id: UUID,
) -> Response:
    with database.writing() as session:
        change(session, found.person, alert_id)
    return RedirectResponse("/review/quality", 303)


@router.post("/alerts/{alert_id}/reopen")
def reopen(
    alert_id: UUID,
    found: SupervisorDep,
    database: DatabaseDep,
    policy: PolicyDep,
    reason: Reason = "",
) -> Response:
    """Set the verdicts on an alert aside; it waits again."""
    told = require_text(reason, "reason", 2000)
    with database.writing() as session:
        store.reopen(session, found.person, alert_id, told, policy)
    return RedirectResponse(f"/alerts/{alert_id}", 303)
