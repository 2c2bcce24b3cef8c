"""Camera keys over JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.accounts.schemas import SignedIn
from api.cameras import keys_admin
from api.cameras.keys_schemas import KeyIn, KeyOut, KeyParam, NewKeyOut, RotationIn
from api.deps import DatabaseDep, require
from api.errors import problems
from api.pages import Page

router = APIRouter(prefix="/api/v1", tags=["camera keys"])
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]


@router.get("/camera-keys", responses=problems(401, 403, 422))
def list_keys(office: OfficeDep, database: DatabaseDep, query: KeyParam) -> Page[KeyOut]:
    """Keys in one's scope, the newest first; `q` is part of a name."""
    with database.reading() as session:
        return keys_admin.list_keys(session, office.person, query)


@router.post("/camera-keys", status_code=201, responses=problems(401, 403, 404, 413, 422))
def create_key(given: KeyIn, office: OfficeDep, database: DatabaseDep) -> NewKeyOut:
    """Make a key for a camera or for a restaurant; the answer shows it once."""
    with database.writing() as session:
        prefix, key = keys_admin.make_key(session, office.person, given)
        return NewKeyOut(key=key, about=keys_admin.get_key(session, office.person, prefix))


@router.post(
    "/camera-keys/{prefix}/rotation",
    status_code=201,
    responses=problems(401, 403, 404, 409, 413, 422),
)
def rotate_key(
    prefix: str, given: RotationIn, office: OfficeDep, database: DatabaseDep
) -> NewKeyOut:
    """Make a key's successor; the old one works some hours more."""
    with database.writing() as session:
        new, key = keys_admin.rotate(session, office.person, prefix, given.overlap_h)
        return NewKeyOut(key=key, about=keys_admin.get_key(session, office.person, new))


@router.delete("/camera-keys/{prefix}", status_code=204, responses=problems(401, 403, 404))
def revoke_key(prefix: str, office: OfficeDep, database: DatabaseDep) -> None:
    """Stop a key at once."""
    with database.writing() as session:
        keys_admin.revoke(session, office.person, prefix)
