"""Supervisors decide about thresholds."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, require
from api.errors import problems
from api.thresholds import store
from api.thresholds.schemas import (
    CameraId,
    DecisionIn,
    DecisionOut,
    ProposalsOut,
    Target,
    ThresholdsOut,
)
from vision.names import RuleId

router = APIRouter(prefix="/api/v1", tags=["thresholds"])
DeciderDep = Annotated[SignedIn, Depends(require(*store.DECIDERS))]
DEFINITION: Final = (
    "The lowest threshold, not below the one in force, at or above which the target share of "
    "alerts is upheld. Verdicts of 180 days on the model in use; isotonic fit per level; the "
    "camera's figure is drawn towards its restaurant's and that one towards all (10 verdicts' "
    "weight each). Interval: central 95 % of the Beta posterior. Dropped: the camera's own alerts."
)


@router.get("/thresholds/proposals", responses=problems(401, 403, 422))
def list_proposals(
    signed_in: DeciderDep,
    database: DatabaseDep,
    rule: RuleId,
    target: Target = 0.9,
    camera: Annotated[CameraId | None, Query()] = None,
) -> ProposalsOut:
    """Which threshold each camera needs for a target precision, and what it would have dropped."""
    with database.reading() as session:
        items = store.proposals(session, signed_in.person, rule, target, camera)
    return ProposalsOut(definition=DEFINITION, items=items)


@router.post(
    "/thresholds/decisions", status_code=201, responses=problems(401, 403, 404, 409, 413, 422)
)
def decide(given: DecisionIn, signed_in: DeciderDep, database: DatabaseDep) -> ThresholdsOut:
    """Accept, edit or refuse a proposal; gives the camera's set as it is in force then."""
    with database.writing() as session:
        return store.decide(session, signed_in.person, given)


@router.get("/thresholds/decisions", responses=problems(401, 403, 422))
def list_decisions(
    signed_in: DeciderDep,
    database: DatabaseDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[DecisionOut]:
    """Who decided what and why, newest first."""
    with database.reading() as session:
        return store.decisions(session, signed_in.person, limit)
