"""Figures over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import DatabaseDep, StaffDep
from api.errors import problems
from api.stats import store
from api.stats.schemas import PrecisionOut

router = APIRouter(prefix="/api/v1", tags=["stats"])


@router.get("/stats/precision", responses=problems(401, 403))
def read_precision(signed_in: StaffDep, database: DatabaseDep) -> PrecisionOut:
    """How often alerts of each rule were upheld, as measured by decided reviews."""
    with database.reading() as session:
        return PrecisionOut(items=store.precision(session, signed_in.person))
