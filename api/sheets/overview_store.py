"""Who is behind with their sheets, over all restaurants that somebody looks after."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.database import now
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import in_care
from api.sheets import facts_store
from api.sheets.models import SheetRow
from api.sheets.rules import KINDS, Kind, periods_in
from api.sheets.schemas import BehindOut, OverviewOut, OverviewQuery

# (kind, late, finding) of each confirmed sheet
Confirmed = Counter[tuple[str, bool, str]]


def overview(session: Session, person: Person, query: OverviewQuery) -> OverviewOut:
    """Restaurants by how many of their sheets are missing in a month, this one by default."""
    zone, at = facts_store.zone_of(session), now()
    month = query.month or f"{at.astimezone(zone):%Y-%m}"
    first = date.fromisoformat(f"{month}-01")
    confirmed = _confirmed(session, person, first, at, zone)
    lines = [
        _line(row, confirmed[row[0]], first, at, zone)
        for row in session.execute(_restaurants(person, query.q)).all()
    ]
    fitting = [line for line in lines if line.behind or not query.behind]
    fitting.sort(key=lambda line: (-line.behind, line.restaurant_name, line.restaurant_id))
    return OverviewOut(
        month=month,
        total=len(fitting),
        behind=sum(line.behind > 0 for line in lines),
        items=fitting[query.skip : query.skip + query.limit],
    )


def _restaurants(person: Person, q: str) -> Any:
    wanted = (
        select(RestaurantRow.id, RestaurantRow.name, StationRow.name, RestaurantRow.created_at)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .where(in_care(person))
    )
    part = q.strip().lower()
    named = func.lower(RestaurantRow.name).contains(part, autoescape=True)
    return wanted.where(named) if part else wanted


def _confirmed(
    session: Session, person: Person, month: date, at: datetime, zone: ZoneInfo
) -> dict[str, Confirmed]:
    """What was confirmed of what is due by now, counted by restaurant."""
    found: defaultdict[str, Confirmed] = defaultdict(Counter)
    for kind in KINDS:
        due = [one.first for one in periods_in(kind, month, date.min) if one.due_at(zone) < at]
        if not due:
            continue
        rows = session.execute(
            select(SheetRow.restaurant_id, SheetRow.late, SheetRow.finding, func.count())
            .join(RestaurantRow, RestaurantRow.id == SheetRow.restaurant_id)
            .where(in_care(person), SheetRow.kind == kind)
            .where(SheetRow.first_day.between(min(due), max(due)))
            .group_by(SheetRow.restaurant_id, SheetRow.late, SheetRow.finding)
        )
        for place, late, finding, count in rows:
            found[place][kind, late, finding] += count
    return found


def _line(row: Any, confirmed: Confirmed, month: date, at: datetime, zone: ZoneInfo) -> BehindOut:
    place, name, station, created_at = row
    since = created_at.astimezone(zone).date()
    due = {kind: _due(kind, month, since, at, zone) for kind in KINDS}
    done = {kind: sum(n for key, n in confirmed.items() if key[0] == kind) for kind in KINDS}
    return BehindOut(
        restaurant_id=place,
        restaurant_name=name,
        station_name=station,
        due=sum(due.values()),
        on_time=sum(n for (_, late, _), n in confirmed.items() if not late),
        late=sum(n for (_, late, _), n in confirmed.items() if late),
        missing={kind: max(0, due[kind] - done[kind]) for kind in KINDS},
        zero=sum(n for key, n in confirmed.items() if key[2] == "zero"),
        found=sum(n for key, n in confirmed.items() if key[2] == "found"),
    )


def _due(kind: Kind, month: date, since: date, at: datetime, zone: ZoneInfo) -> int:
    return sum(one.due_at(zone) < at for one in periods_in(kind, month, since))
