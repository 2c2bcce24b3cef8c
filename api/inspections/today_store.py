"""What an inspector does today: visits and restaurants by expected loss, read in a few queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.cases.models import CaseRow, OrderRow
from api.cases.store import open_cases
from api.database import now
from api.inspections.checklists import newest_checklists
from api.inspections.models import VisitRow
from api.inspections.route import distance_km, shortest_order
from api.inspections.rules import OPEN, Loss, Standing, expected_loss
from api.inspections.schemas import VisitOut
from api.inspections.store import last_visits, shown, visible, visit_out
from api.inspections.today_schemas import LinkedCaseOut, LinkedOut, StopOut, TodayOut, WhyOut
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.schemas import Risk
from api.restaurants.store import in_care
from api.scores.models import ScoreDayRow

MOST_STOPS: Final = 40
SUGGESTED: Final = 20
LINKED: Final = timedelta(days=60)
LINKED_EACH: Final = 8
# A case whose proof or look-back waits for somebody who goes there.
WAITS_FOR_CHECK: Final = ("rectified", "failed")


@dataclass(frozen=True, slots=True)
class Known:
    """What orders the restaurants: read once for all of them."""

    scores: Mapping[str, float]
    visited: Mapping[str, datetime]
    cases: Mapping[str, Sequence[CaseRow]]
    moment: datetime


def today(session: Session, person: Person, day: dt.date) -> TodayOut:
    """Visits due by ``day`` that are this person's or nobody's, and restaurants worth one."""
    wanted = select(RestaurantRow).where(in_care(person))
    restaurants = {row.id: row for row in session.scalars(wanted)}
    known = _known(session, list(restaurants))
    visits = _due(session, person, day)
    ranked = sorted(restaurants, key=lambda name: (-_loss(restaurants[name], known).total, name))
    planned = {visit.restaurant_id for visit in visits}
    idle = [name for name in ranked if name not in planned][:SUGGESTED]
    alerts = _alerts(session, person, [*planned, *idle])
    asked = _asked(session, [visit.case_id for visit in visits if visit.case_id])
    rank = {name: place for place, name in enumerate(ranked)}
    visits.sort(key=lambda visit: (rank[visit.restaurant_id], visit.id))
    stops = [
        _stop(restaurants[visit.restaurant_id], known, alerts[visit.restaurant_id], visit, asked)
        for visit in visits
    ]
    return TodayOut(
        day=day,
        person_id=person.id,
        person_name=person.name,
        station_name=_station(session, person),
        done_today=_done_today(session, person, day, known.moment),
        stops=_on_the_way(stops, restaurants),
        suggested=[_stop(restaurants[name], known, alerts[name], None, asked) for name in idle],
        checklists=list(newest_checklists()),
    )


def _due(session: Session, person: Person, day: dt.date) -> list[VisitOut]:
    mine = or_(VisitRow.assigned_to == person.id, VisitRow.assigned_to.is_(None))
    under_way = and_(VisitRow.state == "under_way", VisitRow.started_by == person.id)
    planned = and_(VisitRow.state == "planned", VisitRow.planned_for <= day, mine)
    wanted = shown().where(visible(person), VisitRow.state.in_(OPEN), or_(planned, under_way))
    wanted = wanted.order_by(VisitRow.planned_for, VisitRow.id).limit(MOST_STOPS)
    return [visit_out(row, person) for row in session.execute(wanted)]


def _known(session: Session, restaurant_ids: Sequence[str]) -> Known:
    newest = (
        select(ScoreDayRow.restaurant_id, func.max(ScoreDayRow.day).label("day"))
        .where(ScoreDayRow.restaurant_id.in_(restaurant_ids))
        .group_by(ScoreDayRow.restaurant_id)
        .subquery()
    )
    same = and_(
        ScoreDayRow.restaurant_id == newest.c.restaurant_id, ScoreDayRow.day == newest.c.day
    )
    rows = session.execute(
        select(ScoreDayRow.restaurant_id, ScoreDayRow.value).join(newest, same)
    ).all()
    scores = {name: value for name, value in rows if value is not None}
    visited = last_visits(session, restaurant_ids)
    return Known(scores, visited, open_cases(session, restaurant_ids), now())


def _loss(restaurant: RestaurantRow, known: Known) -> Loss:
    return expected_loss(_standing(restaurant, known))


def _standing(restaurant: RestaurantRow, known: Known) -> Standing:
    """An overdue case counts as that alone, one that waits for a check on site as that."""
    last = known.visited.get(restaurant.id)
    cases = known.cases[restaurant.id]
    overdue = [case for case in cases if case.due_at is not None and case.due_at < known.moment]
    waiting = [case for case in cases if case.state in WAITS_FOR_CHECK and case not in overdue]
    return Standing(
        risk=cast("Risk", restaurant.risk),
        score=known.scores.get(restaurant.id),
        days=None if last is None else (known.moment - last) / timedelta(days=1),
        open_cases=len(cases) - len(overdue) - len(waiting),
        waiting_cases=len(waiting),
        overdue_cases=len(overdue),
    )


def _alerts(
    session: Session, person: Person, restaurant_ids: Iterable[str]
) -> dict[str, list[LinkedOut]]:
    """Upheld alerts of late, the newest first, a few of each restaurant."""
    lately = AlertRow.started_at > now() - LINKED
    rows = session.execute(
        select(
            AlertRow.id, AlertRow.rule, AlertRow.zone, AlertRow.started_at, AlertRow.restaurant_id
        )
        .where(in_scope(person), AlertRow.restaurant_id.in_(list(restaurant_ids)), lately)
        .where(AlertRow.status == "upheld", ~AlertRow.rule.startswith("camera_"))
        .order_by(AlertRow.started_at.desc())
        .limit(2000)
    )
    found: dict[str, list[LinkedOut]] = defaultdict(list)
    for alert_id, rule, zone, started_at, restaurant_id in rows:
        if len(found[restaurant_id]) < LINKED_EACH:
            told: dict[str, Any] = {"rule": rule, "zone": zone, "started_at": started_at}
            found[restaurant_id].append(LinkedOut.model_validate(told | {"id": alert_id}))
    return found


def _asked(session: Session, case_ids: Sequence[str]) -> dict[str, LinkedCaseOut]:
    """The cases of these visits, with what their last order asks for."""
    found = {}
    for case in session.scalars(select(CaseRow).where(CaseRow.id.in_(case_ids))):
        newest = select(OrderRow.requirements).where(OrderRow.case_id == case.id)
        text = session.scalar(newest.order_by(OrderRow.issued_at.desc()).limit(1))
        fields = ("id", "number", "rule", "state", "due_at")
        told = {name: getattr(case, name) for name in fields}
        found[case.id] = LinkedCaseOut.model_validate(told | {"requirements": text or ""})
    return found


def _stop(
    restaurant: RestaurantRow,
    known: Known,
    alerts: list[LinkedOut],
    visit: VisitOut | None,
    asked: Mapping[str, LinkedCaseOut],
) -> StopOut:
    standing, loss = _standing(restaurant, known), _loss(restaurant, known)
    return StopOut(
        restaurant_id=restaurant.id,
        restaurant_name=restaurant.name,
        address=restaurant.address,
        phone=restaurant.phone,
        risk=standing.risk,
        why=WhyOut(
            loss=round(loss.total, 2),
            harm=loss.harm,
            chance=round(loss.chance, 2),
            doubt=round(loss.doubt, 2),
            cases=loss.cases,
            score=standing.score,
            days=None if standing.days is None else round(standing.days, 1),
            open_cases=len(known.cases[restaurant.id]),
            overdue_cases=standing.overdue_cases,
        ),
        way=None,
        away_km=None,
        visit=visit,
        alerts=alerts,
        case=asked.get(visit.case_id) if visit and visit.case_id else None,
    )


def _on_the_way(stops: list[StopOut], restaurants: Mapping[str, RestaurantRow]) -> list[StopOut]:
    """Number the stops along a short way from the first one; those without a place stay without."""
    placed = [
        (index, (row.latitude, row.longitude))
        for index, stop in enumerate(stops)
        if (row := restaurants[stop.restaurant_id]).latitude is not None
        and row.longitude is not None
    ]
    points = [point for _, point in placed]
    told = list(stops)
    before = None
    for place, index in enumerate(shortest_order(points), 1):
        away = None if before is None else round(distance_km(before, points[index]), 2)
        at, before = placed[index][0], points[index]
        told[at] = stops[at].model_copy(update={"way": place, "away_km": away})
    return told


def _station(session: Session, person: Person) -> str | None:
    wanted = select(StationRow.name).where(StationRow.id == person.station_id)
    return session.scalar(wanted)


def _done_today(session: Session, person: Person, day: dt.date, moment: datetime) -> int:
    """Within the last day is near enough: it is a number to look back on."""
    lately = VisitRow.finished_at > moment - timedelta(hours=16)
    wanted = select(func.count()).where(VisitRow.finished_by == person.id, lately)
    return session.scalar(wanted) or 0
