"""Self-control sheets over JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SignedInDep, require
from api.errors import problems
from api.sheets import overview_store, store
from api.sheets.schemas import (
    MONTH,
    AdditionIn,
    ConfirmIn,
    MonthOut,
    OverviewOut,
    OverviewParams,
    SheetOut,
)

router = APIRouter(prefix="/api/v1", tags=["sheets"])
SignerDep = Annotated[SignedIn, Depends(require("restaurant"))]
OfficeDep = Annotated[SignedIn, Depends(require("inspector", "supervisor", "admin"))]
MonthQuery = Annotated[str | None, Query(pattern=MONTH)]
ONE = "/restaurants/{restaurant_id}/sheets/{sheet_kind}/{first_day}"


@router.get("/sheets", responses=problems(401, 403, 422))
def overview(found: OfficeDep, database: DatabaseDep, query: OverviewParams) -> OverviewOut:
    """Restaurants in one's scope by how many of a month's sheets are missing, most first."""
    with database.reading() as session:
        return overview_store.overview(session, found.person, query)


@router.get("/restaurants/{restaurant_id}/sheets", responses=problems(401, 404, 422))
def list_sheets(
    restaurant_id: str, found: SignedInDep, database: DatabaseDep, month: MonthQuery = None
) -> MonthOut:
    """The sheets of a restaurant, of all kinds, that end in `month`, this one by default."""
    with database.reading() as session:
        return store.read_month(session, found.person, restaurant_id, month)


@router.get(ONE, responses=problems(401, 404, 422))
def read_sheet(
    restaurant_id: str, sheet_kind: str, first_day: str, found: SignedInDep, database: DatabaseDep
) -> SheetOut:
    """A sheet: as it was confirmed, or as the records would have it now."""
    with database.reading() as session:
        return store.read_sheet(session, found.person, restaurant_id, sheet_kind, first_day)


@router.post(f"{ONE}/confirm", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
def confirm(  # a sheet's address has three parts
    restaurant_id: str,
    sheet_kind: str,
    first_day: str,
    given: ConfirmIn,
    found: SignerDep,
    database: DatabaseDep,
) -> SheetOut:
    """Sign a sheet: one answer an item; it is never changed afterwards."""
    with database.writing() as session:
        return store.confirm(session, found.person, restaurant_id, sheet_kind, first_day, given)


@router.post(f"{ONE}/additions", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
def add(  # a sheet's address has three parts
    restaurant_id: str,
    sheet_kind: str,
    first_day: str,
    given: AdditionIn,
    found: SignerDep,
    database: DatabaseDep,
) -> SheetOut:
    """Add to a confirmed sheet, signed by name."""
    with database.writing() as session:
        return store.add(session, found.person, restaurant_id, sheet_kind, first_day, given)
