"""One's own verdicts: to find one again, and to take it back."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict
from starlette.responses import Response

from api.deps import DatabaseDep, ReviewerDep
from api.reviews.own import OwnQuery, own_reviews
from api.reviews.rules import Reason, Verdict
from api.web.rendering import render
from api.web.review import Empty, Part, PartDep
from vision.names import RuleId

TEMPLATES: Final[dict[Part, str]] = {
    "page": "review_history.html",
    "list": "review_history_list.html",
    "rows": "review_history_rows.html",
}
router = APIRouter()


class HistoryQuery(OwnQuery):
    """The filter form of one's own verdicts."""

    model_config = ConfigDict(extra="ignore")

    verdict: Annotated[Verdict | None, Empty] = None
    reason: Annotated[Reason | None, Empty] = None
    rule: Annotated[RuleId | None, Empty] = None
    undone: Annotated[bool | None, Empty] = None


@router.get("/review/history")
def history_page(
    request: Request,
    found: ReviewerDep,
    database: DatabaseDep,
    query: Annotated[HistoryQuery, Query()],
    part: PartDep,
) -> Response:
    """One's own verdicts, newest first."""
    with database.reading() as session:
        page = own_reviews(session, found.person, query)
    fields = {"verdict", "reason", "rule", "undone"}
    given = query.model_dump(exclude_none=True, include=fields)
    more = f"/review/history?{urlencode(given | {'cursor': page.next_cursor})}"
    return render(
        request, TEMPLATES[part], found, page=page, query=query, filtered=bool(given), more=more
    )
