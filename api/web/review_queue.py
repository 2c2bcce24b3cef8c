"""The queue as a list: what waits, for how long still, and the filter to review by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.alerts.schemas import AlertOut
from api.deps import DatabaseDep, ReviewerDep, SettingsDep
from api.reviews import claims, desk
from api.reviews.places import places
from api.web.items import Deadline, deadline
from api.web.rendering import render
from api.web.review import FilterForm, Part, PartDep

PAGE: Final = 50
# Minutes that an alert has waited at least, as the form offers them.
AGES: Final = (15, 60, 240, 1440)
TEMPLATES: Final[dict[Part, str]] = {
    "page": "review_queue.html",
    "list": "review_queue_list.html",
    "rows": "review_queue_rows.html",
}
router = APIRouter()


class ListedQuery(FilterForm):
    """The filter, and the place after which the list goes on."""

    after: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True)
class Listed:
    """One row of the list."""

    alert: AlertOut
    deadline: Deadline
    taken: bool


@router.get("/review/queue")
def queue_list(
    request: Request,
    found: ReviewerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[ListedQuery, Query()],
    part: PartDep,
) -> Response:
    """Everything open, first things first; htmx asks for the list or for further rows alone."""
    person = found.person
    with database.reading() as session:
        page = desk.queue_page(session, person, query.only, query.after, PAGE)
        taken = claims.taken_by_others(session, person, [alert.id for alert in page.items])
        counts = desk.queue_counts(session, person)
        choices = places(session, person, query.only)
    rows = [Listed(a, deadline(a, settings), a.id in taken) for a in page.items]
    more = query.address("/review/queue", after=page.after) if page.after else None
    return render(
        request,
        TEMPLATES[part],
        found,
        rows=rows,
        more=more,
        counts=counts,
        only=query,
        choices=choices,
        ages=AGES,
    )
