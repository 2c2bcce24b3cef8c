"""The supervision office reads and decides the policy."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SignedInDep, require
from api.errors import problems
from api.policy import store
from api.policy.schemas import PoliciesOut, PolicyIn, PolicyOut

router = APIRouter(prefix="/api/v1", tags=["policies"])
DeciderDep = Annotated[SignedIn, Depends(require(*store.DECIDERS))]


@router.get("/policies", responses=problems(401))
def list_policies(signed_in: SignedInDep, database: DatabaseDep) -> PoliciesOut:
    """Every version, the newest first: everybody may know by what they are measured."""
    with database.reading() as session:
        return PoliciesOut(items=store.history(session))


@router.post("/policies", status_code=201, responses=problems(401, 403, 413, 422))
def decide(given: PolicyIn, signed_in: DeciderDep, database: DatabaseDep) -> PolicyOut:
    """Put a policy into force, at once or from a later time on; the past is not rewritten."""
    with database.writing() as session:
        person = signed_in.person
        made = store.decide(session, person, given.text, given.in_force_from, given.reason)
        found = store.history(session)
    return next(one for one in found if one.version == made.version)
