"""The restaurant's home: its score, why it is that, and what to do; each episode by itself."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.alerts.store import get_alert
from api.cases.reading import list_cases
from api.cases.schemas import CaseQuery
from api.deps import DatabaseDep, SettingsDep, StorageDep, require
from api.restaurants import places
from api.restaurants.schemas import RestaurantQuery
from api.scores.store import score_of
from api.web import appeal_words, case_words, score_words, sheet_words
from api.web.choose import choose_restaurant
from api.web.items import Viewer, read_item
from api.web.portal_days import days_of
from api.web.rendering import render
from api.web.score_drawing import chart, scale_bar
from api.web.score_view import ScorePage, episode_lines, score_page
from vision.errors import NotFoundError

router = APIRouter(include_in_schema=False)
ReaderDep = Annotated[SignedIn, Depends(require("restaurant", "inspector", "supervisor", "admin"))]
WIDE, NARROW = 620, 340
WORDS: Final = {
    name: getattr(module, name)
    for module in (score_words, appeal_words, sheet_words)
    for name in dir(module)
    if name.isupper()
} | {
    "CASE_STATE": case_words.CASE_STATE,
    "CASE_LOOK": case_words.CASE_LOOK,
    "RESTAURANT_NOW": case_words.RESTAURANT_NOW,
}


@router.get("/score")
def choose(
    request: Request, found: ReaderDep, query: Annotated[RestaurantQuery, Query()]
) -> Response:
    """One's own restaurant at once; whoever has several chooses."""
    return choose_restaurant(request, found, "/score", query)


@router.get("/score/{restaurant_id}")
def show(  # who, where, and what of it
    request: Request,
    restaurant_id: str,
    found: ReaderDep,
    database: DatabaseDep,
    settings: SettingsDep,
    all: bool = False,
) -> Response:
    """The score of one restaurant."""
    with database.reading() as session:
        page = score_page(session, found.person, settings, restaurant_id, all)
        several = len(
            places.list_restaurants(session, found.person, RestaurantQuery(limit=2)).items
        )
    return _render(request, "score.html", found, several=several > 1, **_drawn(page))


def _drawn(page: ScorePage) -> dict[str, Any]:
    score, interval = page.score, page.score.interval
    happened = sorted(one.day for one in score.episodes or () if one.state != "same")
    low, high = (interval.low, interval.high) if interval else (None, None)
    return {
        "page": page,
        "score": score,
        "bar": scale_bar(page.bounds, score.value, low, high),
        "charts": [chart(page.days, happened, page.bounds, wide) for wide in (WIDE, NARROW)],
    }


@router.get("/score/episodes/{alert_id}")
def episode(  # who, where, and what of it
    request: Request,
    alert_id: UUID,
    found: ReaderDep,
    database: DatabaseDep,
    storage: StorageDep,
    settings: SettingsDep,
) -> Response:
    """One upheld episode: what was seen, what it costs, what to do."""
    with database.reading() as session:
        alert = get_alert(session, found.person, alert_id)
        if alert.status != "upheld":
            raise NotFoundError(f"there is no alert {alert_id} for you")
        item = read_item(session, storage, Viewer(found.person, settings), alert_id)
        score = score_of(session, alert.restaurant_id)
        query = CaseQuery(restaurant=alert.restaurant_id, status="all", limit=200)
        cases = list_cases(session, found.person, query).items
        costs = [one for one in score.episodes or () if one.alert_id == alert_id]
        lines = episode_lines(session, costs, cases)
    return _render(
        request, "score_episode.html", found, item=item, line=lines[0] if lines else None
    )


def _render(request: Request, template: str, found: SignedIn, **context: Any) -> Response:
    own = found.person.role == "restaurant"
    return render(request, template, found, days=days_of(request), own=own, **context, **WORDS)
