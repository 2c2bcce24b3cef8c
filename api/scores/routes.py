"""Scores as restaurants and the office read them; what another policy would make of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SignedInDep, require
from api.errors import problems
from api.policy.rules import check
from api.policy.schemas import PolicyText
from api.policy.store import DECIDERS
from api.scores import store
from api.scores.preview import Preview, preview
from api.scores.schemas import HistoryOut, Score, WhatIfOut

router = APIRouter(prefix="/api/v1", tags=["scores"])
RestaurantId = Annotated[str, Path(min_length=1, max_length=32)]
AlertIds = Annotated[list[UUID], Query(max_length=200)]
DeciderDep = Annotated[SignedIn, Depends(require(*DECIDERS))]


class PreviewIn(BaseModel):
    """A policy that is thought about, and the month to try it on (any day of it)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: PolicyText
    month: date


@router.get("/restaurants/{restaurant_id}/score", responses=problems(401, 404, 422))
def read_score(
    restaurant_id: RestaurantId,
    signed_in: SignedInDep,
    database: DatabaseDep,
    at: Annotated[AwareDatetime | None, Query(description="now, when left out")] = None,
    costs: Annotated[bool, Query(description="with what each episode costs")] = True,
) -> Score:
    """The score term by term. A working figure, not a legal grade."""
    with database.reading() as session:
        store.require_restaurant(session, signed_in.person, restaurant_id)
        return store.score_of(session, restaurant_id, at, costs=costs)


@router.get("/restaurants/{restaurant_id}/score/history", responses=problems(401, 404, 422))
def read_history(
    restaurant_id: RestaurantId,
    signed_in: SignedInDep,
    database: DatabaseDep,
    days: Annotated[int, Query(ge=1, le=400)] = 90,
) -> HistoryOut:
    """The score of each day as it was given, in order of time."""
    with database.reading() as session:
        store.require_restaurant(session, signed_in.person, restaurant_id)
        return HistoryOut(items=store.history(session, restaurant_id, days))


@router.get("/restaurants/{restaurant_id}/score/what-if", responses=problems(401, 404, 422))
def read_what_if(
    restaurant_id: RestaurantId,
    signed_in: SignedInDep,
    database: DatabaseDep,
    without: AlertIds = [],  # noqa: B006 - FastAPI copies it
    passed: AlertIds = [],  # noqa: B006 - FastAPI copies it
    days: Annotated[int, Query(ge=0, le=store.MOST_AHEAD)] = 0,
) -> WhatIfOut:
    """The score if verdicts were overturned, look-backs passed, quiet days gone by."""
    with database.reading() as session:
        store.require_restaurant(session, signed_in.person, restaurant_id)
        return store.what_if(session, restaurant_id, without, passed, days)


@router.post("/policies/preview", responses=problems(401, 403, 413, 422))
def preview_policy(given: PreviewIn, signed_in: DeciderDep, database: DatabaseDep) -> Preview:
    """Who would have another score or grade by this policy; nothing is decided."""
    policy = check(given.text)
    with database.reading() as session:
        return preview(session, signed_in.person, policy, given.month)
