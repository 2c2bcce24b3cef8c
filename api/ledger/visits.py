"""Finished visits as the ledger lists them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.inspections.models import VisitRow
from api.ledger.schemas import LedgerQuery, VisitLine
from api.pages import Page
from api.patrols.pages import decode_place, encode_place
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import in_care
from api.stats.periods import DAY, begins


def list_visits(
    session: Session, person: Person, query: LedgerQuery, zone: ZoneInfo
) -> Page[VisitLine]:
    """Visits finished in the days asked for, newest first."""
    at, key = VisitRow.finished_at, VisitRow.id
    wanted = _wanted(person, query, zone).order_by(at.desc(), key.desc())
    if query.cursor is not None:
        place = decode_place(query.cursor)
        wanted = wanted.where(
            at <= place[0], or_(at < place[0], and_(at == place[0], key < place[1]))
        )
    rows = session.execute(wanted.limit(query.limit + 1)).all()
    items = [_line(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    cursor = encode_place(items[-1].finished_at, items[-1].visit_id) if more else None
    return Page(items=items, next_cursor=cursor)


def _wanted(person: Person, query: LedgerQuery, zone: ZoneInfo) -> Any:
    lies = select(StationRow.id).where(StationRow.district_id == query.district)
    asked: list[Any] = [
        VisitRow.finished_at >= begins(query.from_, zone) if query.from_ else None,
        VisitRow.finished_at < begins(query.until + DAY, zone) if query.until else None,
        VisitRow.restaurant_id == query.restaurant if query.restaurant else None,
        RestaurantRow.station_id == query.station if query.station else None,
        RestaurantRow.station_id.in_(lies) if query.district else None,
    ]
    return (
        select(VisitRow, RestaurantRow.name, StationRow.name, UserRow.name)
        .join(RestaurantRow, RestaurantRow.id == VisitRow.restaurant_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .outerjoin(UserRow, UserRow.id == VisitRow.finished_by)
        .where(in_care(person), VisitRow.state == "done")
        .where(*(condition for condition in asked if condition is not None))
    )


def _line(row: Any) -> VisitLine:
    visit, restaurant, station, by = row
    return VisitLine(
        visit_id=visit.id,
        restaurant_id=visit.restaurant_id,
        restaurant_name=restaurant,
        station_name=station,
        kind=visit.kind,
        finished_at=visit.finished_at,
        by=by or "",
        met=visit.met or 0,
        not_met=visit.not_met or 0,
        outcome=visit.outcome or "",
        case_id=visit.case_id,
        generated=visit.generated,
    )
