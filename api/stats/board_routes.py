"""The office's board over JSON."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request

from api.accounts.schemas import SignedIn
from api.database import now
from api.deps import DatabaseDep, SettingsDep, require
from api.errors import problems
from api.stats.board import asked_by, board
from api.stats.board_schemas import Board, BoardParams, Ranking
from api.stats.ranking import whole_ranking
from api.web.rendering import language_of

router = APIRouter(prefix="/api/v1", tags=["stats"])
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
StartParam = Annotated[int, Query(ge=0, le=1_000_000, description="how many to leave out")]


@router.get("/board", responses=problems(401, 403, 422))
def read_board(
    request: Request,
    query: BoardParams,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Board:
    """What the office's first page shows: the period's figures, and how things stand now."""
    asked = asked_by(query, found.person, now(), ZoneInfo(settings.time_zone))
    with database.reading() as session:
        return board(session, asked, query.span, settings, language_of(request))


@router.get("/ranking", responses=problems(401, 403, 422))
def read_ranking(
    query: BoardParams,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    start: StartParam = 0,
) -> Ranking:
    """Restaurants by score, each with its interval and the places it may have."""
    asked = asked_by(query, found.person, now(), ZoneInfo(settings.time_zone))
    with database.reading() as session:
        return whole_ranking(session, asked, start, 100)
