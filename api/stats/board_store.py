"""How things stand now, in few statements that read little."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from api.alerts.models import OPEN_ONLY, AlertRow
from api.cameras.models import CameraRow
from api.cases.models import CaseRow
from api.cases.transitions import OPEN
from api.exposures.models import ExposureDayRow
from api.restaurants.models import RestaurantRow
from api.stats.asking import Asked
from api.stats.board_schemas import (
    Backlog,
    CamerasNow,
    CaseCount,
    DayShare,
    HourCount,
    PlaceDays,
)
from api.stats.periods import DAY, Days, begins
from api.stats.store import MODELS_OWN

AGES: Final = (timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2), DAY)
SHOWN_DAYS: Final = 21
# Days of a year, counted from the day: nobody asks for more at once.
HOUR_S: Final = 3600


def backlog(session: Session, asked: Asked) -> Backlog:
    """Open alerts by age; the ages' bounds are AGES."""
    bounds = [(AlertRow.received_at > asked.now - age, place) for place, age in enumerate(AGES)]
    age = case(*bounds, else_=len(AGES))
    inner = (
        select(age.label("age"), AlertRow.due_at, AlertRow.received_at)
        .where(OPEN_ONLY, asked.within(AlertRow.restaurant_id.expression))
        .subquery()
    )
    late = func.count().filter(inner.c.due_at < asked.now)
    rows = session.execute(
        select(inner.c.age, func.count(), late, func.min(inner.c.received_at)).group_by(inner.c.age)
    ).all()
    counts = Counter({row[0]: row[1] for row in rows})
    return Backlog(
        open=sum(row[1] for row in rows),
        late=sum(row[2] for row in rows),
        oldest_at=min((_utc(row[3]) for row in rows), default=None),
        by_age=[counts[place] for place in range(len(AGES) + 1)],
    )


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def today(session: Session, asked: Asked) -> list[HourCount]:
    """Alerts that came and verdicts that were given in each local hour of today."""
    day = asked.now.astimezone(asked.days.zone).date()
    since = begins(day, asked.days.zone)
    came = _by_hour(session, asked, AlertRow.started_at.expression, since)
    decided = _by_hour(session, asked, AlertRow.settled_at.expression, since)
    last = asked.now.astimezone(asked.days.zone).hour
    return [
        HourCount(hour=hour, came=came[hour], decided=decided[hour]) for hour in range(last + 1)
    ]


def _by_hour(
    session: Session, asked: Asked, at: ColumnElement[Any], since: datetime
) -> Counter[int]:
    starts = [since + timedelta(hours=hour) for hour in range(1, 26)]
    hour = case(*((at < start, place) for place, start in enumerate(starts)), else_=24)
    inner = (
        select(hour.label("hour"))
        .where(
            at >= since,
            at <= asked.now,
            AlertRow.origin.in_(MODELS_OWN),
            asked.within(AlertRow.restaurant_id.expression),
        )
        .subquery()
    )
    rows = session.execute(select(inner.c.hour, func.count()).group_by(inner.c.hour))
    return Counter({row[0]: row[1] for row in rows})


def open_cases(session: Session, asked: Asked) -> list[CaseCount]:
    """Open cases by state, in the order in which cases go through them."""
    rows = session.execute(
        select(
            CaseRow.state,
            func.count(),
            func.count().filter(CaseRow.due_at < asked.now),
            func.count(CaseRow.escalated_at),
        )
        .where(CaseRow.ended_at.is_(None), asked.within(CaseRow.restaurant_id.expression))
        .group_by(CaseRow.state)
    )
    found = {row[0]: row for row in rows}
    return [
        CaseCount(state=name, cases=row[1], overdue=row[2], escalated=row[3])
        for name in OPEN
        if (row := found.get(name)) is not None
    ]


def cameras_now(session: Session, asked: Asked, offline_s: int) -> CamerasNow:
    """Cameras in use, and those that were not heard of for ``offline_s``."""
    heard = CameraRow.contact_at >= asked.now - timedelta(seconds=offline_s)
    row = session.execute(
        select(func.count(), func.count().filter(heard)).where(
            CameraRow.active, asked.within(CameraRow.restaurant_id.expression)
        )
    ).one()
    return CamerasNow(cameras=row[0], silent=row[0] - row[1])


def available(session: Session, asked: Asked, days: Days) -> float | None:
    """Effective by scheduled hours of the days; None when nothing was scheduled."""
    row = session.execute(
        select(func.sum(ExposureDayRow.effective_s), func.sum(ExposureDayRow.scheduled_s)).where(
            ExposureDayRow.day.between(days.first, days.last),
            asked.within(ExposureDayRow.restaurant_id.expression),
        )
    ).one()
    return _share(row[0], row[1])


def _share(effective_s: float | None, scheduled_s: float | None) -> float | None:
    return min(1.0, (effective_s or 0) / scheduled_s) if scheduled_s else None


def availability(session: Session, asked: Asked) -> tuple[float | None, list[PlaceDays]]:
    """Of the period, and of each station on each of the last days; without a station: ``""``."""
    last = asked.days.last
    days = [last - timedelta(days=back) for back in range(SHOWN_DAYS - 1, -1, -1)]
    rows = session.execute(
        select(
            RestaurantRow.station_id,
            ExposureDayRow.day,
            func.sum(ExposureDayRow.effective_s),
            func.sum(ExposureDayRow.scheduled_s),
        )
        .join(RestaurantRow, RestaurantRow.id == ExposureDayRow.restaurant_id)
        .where(ExposureDayRow.day.between(min(days[0], asked.days.first), last), asked.places())
        .group_by(RestaurantRow.station_id, ExposureDayRow.day)
    )
    found: defaultdict[str, dict[date, float | None]] = defaultdict(dict)
    seen_s = planned_s = 0.0
    for station, day, effective_s, scheduled_s in rows:
        if day >= days[0]:
            found[station or ""][day] = _share(effective_s, scheduled_s)
        if day >= asked.days.first:
            seen_s, planned_s = seen_s + effective_s, planned_s + scheduled_s
    return _share(seen_s, planned_s), [
        PlaceDays(key=key, days=[DayShare(day=day, value=told.get(day)) for day in days])
        for key, told in sorted(found.items())
    ]
