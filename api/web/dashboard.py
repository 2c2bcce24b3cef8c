"""The supervision office's first page, and the ranking."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict
from starlette.responses import Response

from api.database import now
from api.deps import DatabaseDep, SettingsDep
from api.restaurants import places
from api.restaurants.schemas import PlacesOut
from api.restaurants.store import sees_everything
from api.stats.board import asked_by, board
from api.stats.board_schemas import Board, BoardQuery
from api.stats.figures import definitions
from api.stats.ranking import whole_ranking
from api.web import dashboard_drawing as drawing
from api.web import dashboard_words as words
from api.web.case_words import CASE_STATE
from api.web.dashboard_words import TABS
from api.web.intervals import ENOUGH, TICKS, address
from api.web.office import Empty, OfficeDep
from api.web.rendering import language_of, render

router = APIRouter(include_in_schema=False)
GOAL: Final = 85
PAGE: Final = 100
SCORE_TICKS: Final = ((0, 40), (33.33, 60), (58.33, 75), (83.33, 90), (100, 100))
FEW_TICKS: Final = ((0, 40), (33.33, 60), (58.33, 75), (100, 100))


class PageQuery(BoardQuery):
    """The filters as a form sends them."""

    model_config = ConfigDict(extra="ignore")

    station: Annotated[str | None, Empty] = None
    district: Annotated[str | None, Empty] = None

    @property
    def given(self) -> dict[str, Any]:
        """The filters as they stand in an address."""
        return self.model_dump(exclude_none=True)


@router.get("/office")
def dashboard(
    request: Request,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[PageQuery, Query()],
) -> Response:
    """Are we on time, can the alerts be trusted, what is about to be late?"""
    asked = asked_by(query, found.person, now(), ZoneInfo(settings.time_zone))
    code = language_of(request)
    with database.reading() as session:
        told = board(session, asked, query.span, settings, code)
        known = places.list_places(session)
    return render(
        request,
        "dashboard.html",
        found,
        board=told,
        query=query,
        stations=_stations(known, told),
        places=known if sees_everything(found.person) else None,
        columns=drawing.columns(told.today),
        definitions=definitions(code),
        links=links(told, query),
        score_ticks=FEW_TICKS,
        goal=GOAL,
        **shared(),
    )


def shared() -> dict[str, Any]:
    """What the office's templates know besides."""
    return {
        "words": words,
        "CASE_STATE": CASE_STATE,
        "drawing": drawing,
        "tabs": TABS,
        "ticks": TICKS,
        "few": ENOUGH,
        "address": address,
    }


def _stations(known: PlacesOut, told: Board) -> dict[str, str]:
    """Names of the stations that the board tells of."""
    shown = {item.key for item in told.by_station} | {item.key for item in told.availability}
    return {one.id: one.name for one in known.stations if one.id in shown}


def links(told: Board, query: PageQuery) -> dict[str, str]:
    """The list behind each figure."""
    days: dict[str, Any] = {"from": told.first_day, "until": told.last_day}
    place: dict[str, Any] = {"station": query.station, "district": query.district}
    period = {"since": told.first_day, "until": told.last_day}
    return {
        "visits": address("/ledger/visits", days | place),
        "orders": address("/ledger", days | place | {"by": "order"}),
        "on_time": address("/ledger", days | place | {"by": "due"}),
        "late": address("/ledger", days | place | {"by": "due", "met": "late"}),
        "cases": address("/ledger", days | place),
        "open": address("/ledger", place | {"open": "1"}),
        "overdue": address("/ledger", place | {"overdue": "1"}),
        "alerts": address("/alerts", period),
        "precision": address("/precision", {"days": _whole_days(told.first_day, told.last_day)}),
        "backlog": "/review/queue",
        "cameras": "/cameras",
    }


def _whole_days(first: date, last: date) -> int:
    """The board's period as the precision page counts it."""
    return (last - first).days + 1


@router.get("/office/ranking")
def ranking(
    request: Request,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[PageQuery, Query()],
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Every restaurant by score, with the places that its interval leaves open."""
    asked = asked_by(query, found.person, now(), ZoneInfo(settings.time_zone))
    with database.reading() as session:
        told = whole_ranking(session, asked, start, PAGE)
        known = places.list_places(session)
    following = start + PAGE if start + PAGE < told.scored else None
    return render(
        request,
        "ranking.html",
        found,
        ranking=told,
        query=query,
        start=start,
        stations={one.id: one.name for one in known.stations},
        places=known if sees_everything(found.person) else None,
        more=following and address("/office/ranking", query.given | {"start": following}),
        score_ticks=SCORE_TICKS,
        **shared(),
    )
