"""The reviewer's desk: one item at a time, each claimed when it is fetched."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict
from starlette.responses import Response

from api.deps import DatabaseDep, PolicyDep, ReviewerDep, StorageDep
from api.evidence.routes import Sha256Path, read_evidence
from api.reviews import bursts, desk
from api.reviews.schemas import Id, Origin, QueueFilter
from api.web.evidence import first_picture
from api.web.items import Viewer, read_item
from api.web.rendering import render
from vision.names import RuleId, Severity

router = APIRouter()


def none_when_empty(value: object) -> object:
    """A form's "all" arrives as an empty text."""
    return None if value == "" else value


Empty = BeforeValidator(none_when_empty)


Part = Literal["page", "list", "rows"]


def part_wanted(
    hx_request: Annotated[str | None, Header()] = None,
    hx_target: Annotated[str | None, Header()] = None,
) -> Part:
    """Whether htmx asks for a list anew, for further rows of it, or a browser for the page."""
    if not hx_request:
        return "page"
    return "list" if hx_target == "list" else "rows"


PartDep = Annotated[Part, Depends(part_wanted)]


class FilterForm(BaseModel):
    """The queue's filter as a form sends it, kept in the address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    rule: Annotated[RuleId | None, Empty] = None
    severity: Annotated[Severity | None, Empty] = None
    restaurant: Annotated[Id | None, Empty] = None
    station: Annotated[Id | None, Empty] = None
    district: Annotated[Id | None, Empty] = None
    camera: Annotated[Id | None, Empty] = None
    origin: Annotated[Origin | None, Empty] = None
    older_min: Annotated[int | None, Empty] = None

    @property
    def given(self) -> dict[str, Any]:
        """What is filtered by."""
        return self.model_dump(exclude_none=True, include=set(QueueFilter.model_fields))

    @property
    def only(self) -> QueueFilter:
        """The same as the queue takes it."""
        return QueueFilter.model_validate(self.given)

    def address(self, path: str, **changes: Any) -> str:
        """An address with this filter, some of it changed or (None) left out."""
        asked = {name: v for name, v in (self.given | changes).items() if v is not None}
        return f"{path}?{urlencode(asked)}" if asked else path


class DeskQuery(FilterForm):
    """The filter, and the item to begin with."""

    item: UUID | None = None


@router.get("/review")
def review_page(
    request: Request,
    found: ReviewerDep,
    database: DatabaseDep,
    storage: StorageDep,
    policy: PolicyDep,
    query: Annotated[DeskQuery, Query()],
) -> Response:
    """The first item that waits for this person, ready to be judged."""
    person = found.person
    with database.writing() as session:
        if query.item is None:
            claim = desk.next_item(session, person, query.only, (), policy)
        else:
            claim = desk.claim(session, person, query.item, policy)
    item_id = query.item or (claim and claim.alert_id)
    viewer = Viewer(person, request.app.state.settings)
    with database.reading() as session:
        item = read_item(session, storage, viewer, item_id) if item_id else None
        counts = desk.queue_counts(session, person)
    return render(
        request,
        "review.html",
        found,
        item=item,
        counts=counts,
        only=query,
        lease_s=policy.lease_s,
    )


@router.get("/review/items/{item_id}")
def review_item(
    request: Request,
    item_id: UUID,
    found: ReviewerDep,
    database: DatabaseDep,
    storage: StorageDep,
    policy: PolicyDep,
) -> Response:
    """One item as the desk shows it; fetched, and thereby claimed, before it is needed."""
    with database.writing() as session:
        desk.claim(session, found.person, item_id, policy)
    viewer = Viewer(found.person, request.app.state.settings)
    with database.reading() as session:
        item = read_item(session, storage, viewer, item_id)
    return render(request, "review_item.html", found, item=item)


@router.get("/review/items/{item_id}/evidence/{sha256}")
def item_evidence(
    item_id: UUID,
    sha256: Sha256Path,
    found: ReviewerDep,
    database: DatabaseDep,
    storage: StorageDep,
    wanted: Annotated[str | None, Header(alias="range")] = None,
) -> Response:
    """A picture or clip of an item; the log names the alert it belongs to."""
    return read_evidence(
        alert_id=item_id,
        sha256=sha256,
        signed_in=found,
        database=database,
        storage=storage,
        wanted=wanted,
    )


@router.get("/review/items/{item_id}/burst")
def item_burst(
    request: Request, item_id: UUID, found: ReviewerDep, database: DatabaseDep
) -> Response:
    """What a bulk dismissal would dismiss."""
    with database.reading() as session:
        alerts = bursts.burst_of(session, found.person, item_id)
    shown = [(alert, first_picture(alert)) for alert in alerts]
    minutes = int(bursts.WINDOW.total_seconds() // 60)
    return render(request, "review_burst.html", found, alerts=shown, minutes=minutes)
