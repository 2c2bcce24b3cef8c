"""Watches share cameras over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from api.cameras import keys, sharing_store
from api.cameras.sharing_schemas import ShareIn, ShareOut
from api.deps import BearerDep, DatabaseDep, SettingsDep, get_database
from api.errors import CameraKeyError, problems

router = APIRouter(prefix="/api/v1", tags=["cameras"])


def posting_key(request: Request, given: BearerDep) -> str:
    """A key of some camera or restaurant that works and may post."""
    if given is None:
        raise CameraKeyError("send a camera's key as Authorization: Bearer KEY")
    with get_database(request).reading() as session:
        keys.require_scope(keys.find_key(session, given.credentials), sharing_store.POSTS)
    return given.credentials


@router.put("/watch", responses=problems(401, 403, 413, 422))
def share_cameras(
    given: Annotated[ShareIn, Body()],
    key: Annotated[str, Depends(posting_key)],
    database: DatabaseDep,
    settings: SettingsDep,
) -> ShareOut:
    """Say that a watch is alive, and hear which of its cameras are its own for a while.

    The header carries any one of its keys, the body the others.
    """
    with database.writing() as session:
        return sharing_store.share(session, given, [key, *given.keys], settings.watch_lease_s)
