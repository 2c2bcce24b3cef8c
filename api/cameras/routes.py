"""Cameras over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from api.cameras import store
from api.cameras.schemas import CamerasOut
from api.deps import DatabaseDep, SignedInDep
from api.errors import problems

router = APIRouter(prefix="/api/v1", tags=["cameras"])


@router.get("/cameras", responses=problems(401))
def list_cameras(signed_in: SignedInDep, database: DatabaseDep) -> CamerasOut:
    """The cameras in one's scope, by restaurant and name."""
    with database.reading() as session:
        return CamerasOut(items=store.list_cameras(session, signed_in.person))
