"""The ledger's pages: cases with their orders, and visits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from api.cases.transitions import State
from api.deps import DatabaseDep, SettingsDep
from api.ledger.exports import MOST_PICTURES
from api.ledger.routes import LedgerDep
from api.ledger.schemas import LedgerQuery, Met, Source
from api.ledger.store import count_lines, list_ledger
from api.ledger.visits import list_visits
from api.restaurants import places
from api.restaurants.store import sees_everything
from api.web import ledger_words
from api.web.case_matters import matter_of
from api.web.case_words import CASE_LOOK
from api.web.dashboard import shared
from api.web.intervals import address
from api.web.office import Empty
from api.web.rendering import language_of, render
from api.web.words import SUPERVISORS

router = APIRouter(include_in_schema=False)
LEDGER: Final = "/ledger"


class PageQuery(LedgerQuery):
    """The filter form: what is left empty is not asked for."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    from_: Annotated[date | None, Empty, Field(alias="from")] = None
    until: Annotated[date | None, Empty] = None
    station: Annotated[str | None, Empty] = None
    district: Annotated[str | None, Empty] = None
    restaurant: Annotated[str | None, Empty] = None
    rule: Annotated[str | None, Empty] = None
    state: Annotated[State | None, Empty] = None
    source: Annotated[Source | None, Empty] = None
    met: Annotated[Met | None, Empty] = None


@router.get(LEDGER)
def ledger_page(
    request: Request,
    found: LedgerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[PageQuery, Query()],
) -> Response:
    """Cases with their orders, newest first."""
    zone, code = ZoneInfo(settings.time_zone), language_of(request)
    with database.reading() as session:
        page = list_ledger(session, found.person, query, zone)
        count = count_lines(session, found.person, query, zone)
    asked = _asked(query)
    exports = {kind: address(f"/api/v1/ledger.{kind}", asked | {"language": code})
               for kind in ("xlsx", "pdf")}  # fmt: skip
    return _render(
        request,
        "ledger.html",
        found,
        database,
        query=query,
        page=page,
        count=count,
        asked=asked,
        most_pictures=MOST_PICTURES,
        more=address(LEDGER, asked | {"cursor": page.next_cursor}),
        csv=address("/api/v1/ledger.csv", asked),
        exports=exports,
        pictured=address("/api/v1/ledger.xlsx", asked | {"language": code, "pictures": "true"}),
        pictured_pdf=address("/api/v1/ledger.pdf", asked | {"language": code, "pictures": "true"}),
        matter=lambda rule: matter_of(rule, code),
    )


@router.get(f"{LEDGER}/visits")
def visits_page(
    request: Request,
    found: LedgerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    query: Annotated[PageQuery, Query()],
) -> Response:
    """Finished visits, newest first."""
    with database.reading() as session:
        page = list_visits(session, found.person, query, ZoneInfo(settings.time_zone))
    asked = _asked(query)
    return _render(
        request,
        "ledger_visits.html",
        found,
        database,
        query=query,
        page=page,
        asked=asked,
        more=address(f"{LEDGER}/visits", asked | {"cursor": page.next_cursor}),
    )


def _asked(query: PageQuery) -> dict[str, Any]:
    """The filters as they stand in an address."""
    return query.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"cursor", "limit"}
    )


def _render(request: Request, template: str, found: Any, database: Any, **context: Any) -> Response:
    with database.reading() as session:
        known = places.list_places(session)
    tabs = shared()["tabs"] if found.person.role in SUPERVISORS else ((LEDGER, "Ledger"),)
    both = shared() | {"tabs": tabs} | context
    return render(
        request,
        template,
        found,
        places=known if sees_everything(found.person) else None,
        ledger=ledger_words,
        CASE_LOOK=CASE_LOOK,
        **both,
    )
