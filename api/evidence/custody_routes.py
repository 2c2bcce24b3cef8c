"""Custody: what was kept, what holds it, who saw it, and what retention takes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SettingsDep, SignedInDep, require
from api.errors import problems
from api.evidence import holds, overview
from api.evidence.keeping import policy_of
from api.evidence.log import custody_of
from api.evidence.schemas import CustodyOut, DayOut, DueOut, HoldIn, HoldOut, ReasonIn, UnblurOut
from api.evidence.unblur import unblur

router = APIRouter(prefix="/api/v1", tags=["custody"])
SupervisorDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
HoldId = Annotated[str, Path(max_length=32)]


@router.get("/alerts/{alert_id}/custody", responses=problems(401, 404, 422))
def read_custody(
    alert_id: UUID, signed_in: SignedInDep, database: DatabaseDep, settings: SettingsDep
) -> CustodyOut:
    """The chain of custody of an alert's evidence, what holds it, and who did what with it."""
    with database.reading() as session:
        return custody_of(session, signed_in.person, alert_id, policy_of(settings))


@router.post(
    "/alerts/{alert_id}/holds", status_code=201, responses=problems(401, 403, 404, 413, 422)
)
def place_hold(
    alert_id: UUID, given: HoldIn, signed_in: SupervisorDep, database: DatabaseDep
) -> HoldOut:
    """Keep the evidence from retention, with a reason, until a moment or without an end."""
    with database.writing() as session:
        return holds.place(session, signed_in.person, alert_id, given)


@router.post(
    "/alerts/{alert_id}/holds/{hold_id}/release",
    responses=problems(401, 403, 404, 409, 413, 422),
)
def release_hold(
    alert_id: UUID,
    hold_id: HoldId,
    given: ReasonIn,
    signed_in: SupervisorDep,
    database: DatabaseDep,
) -> HoldOut:
    """End a hold, with a reason; `upheld` names the one that an upheld alert has by itself."""
    with database.writing() as session:
        return holds.release(session, signed_in.person, alert_id, hold_id, given.reason)


@router.post(
    "/alerts/{alert_id}/unblur", status_code=201, responses=problems(401, 403, 404, 413, 422)
)
def ask_for_originals(
    alert_id: UUID,
    given: ReasonIn,
    signed_in: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> UnblurOut:
    """Show an inspector the originals for a while, with a reason; each view is logged."""
    with database.writing() as session:
        minutes = settings.unblur_minutes
        return unblur(session, signed_in.person, alert_id, given.reason, minutes)


@router.get("/custody/days", responses=problems(401, 403, 422))
def list_days(
    signed_in: SupervisorDep,
    database: DatabaseDep,
    restaurant: Annotated[str | None, Query(max_length=32)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DayOut]:
    """Daily roots of the chains in one's care, newest first: publish them, keep them elsewhere."""
    with database.reading() as session:
        return overview.list_days(session, signed_in.person, restaurant, limit)


@router.get("/custody/due", responses=problems(401, 403, 422))
def list_due(
    signed_in: SupervisorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    days: Annotated[int, Query(ge=0, le=36_500)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DueOut]:
    """What retention takes within so many days, the first to go first."""
    with database.reading() as session:
        found = overview.list_due(session, signed_in.person, policy_of(settings), days)
        return found[:limit]
