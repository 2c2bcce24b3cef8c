"""Scores of restaurants: at any moment, as they were given, and as they would be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.database import now
from api.exposures.rules import day_bounds
from api.exposures.store import seconds_between
from api.policy.rules import Grade, Policy
from api.policy.store import current_policy
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.scores.costs import with_costs
from api.scores.district_store import districts_of, rates_on
from api.scores.explain import scored, told
from api.scores.facts import Log, Moment
from api.scores.loading import Reading, load
from api.scores.models import ScoreDayRow
from api.scores.panel import Floats, panel_of
from api.scores.schemas import DayOut, Score, WhatIfOut
from vision.errors import InvalidError, NotFoundError

# What is counted to go on like the last four weeks.
LIKE_DAYS: Final = 28
MOST_AHEAD: Final = 180
NOBODY: Final[frozenset[UUID]] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """One restaurant's log and hours, as read at a moment."""

    restaurant_id: str
    log: Log
    hours: Floats
    reading: Reading
    before: Grade | None

    def score(self, *, costs: bool) -> Score:
        """Its score, with or without what each episode costs."""
        moment, policy = self.reading.moment, self.reading.policy
        panel = panel_of([self.log], policy.score, self.reading.first, moment.day, self.hours)
        score = told(self.restaurant_id, 0, self.log, scored(panel, moment, policy, [self.before]))
        return with_costs(score, self.log, moment, policy, self.hours) if costs else score


def require_restaurant(session: Session, person: Person, restaurant_id: str) -> None:
    """NotFoundError when this person has no such restaurant."""
    theirs = RestaurantRow.id == restaurant_id, in_care(person)
    if session.scalar(select(RestaurantRow.id).where(*theirs)) is None:
        raise NotFoundError(f"there is no restaurant {restaurant_id} for you")


def score_of(
    session: Session,
    restaurant_id: str,
    at: datetime | None = None,
    without: Collection[UUID] = NOBODY,
    *,
    costs: bool = True,
) -> Score:
    """A restaurant's score at a moment, now by default, by the policy in force then.

    ``without`` leaves alerts out as if they had never been. InvalidError for a moment to come.
    """
    known = read(session, restaurant_id, at)
    log = known.log.without({str(one) for one in without})
    return replace(known, log=log).score(costs=costs)


def read(
    session: Session, restaurant_id: str, at: datetime | None = None, policy: Policy | None = None
) -> Known:
    """Everything that one restaurant's score at a moment is made of."""
    present = now()
    at = (at or present).astimezone(UTC)
    if at > present + timedelta(minutes=5):
        raise InvalidError("at lies in the future; ask what-if for days to come", "at")
    policy = policy or current_policy(session, at)
    moment = Moment.of(at, ZoneInfo(policy.calendar.time_zone))
    reading = Reading(moment, policy)
    logs, hours = load(session, [restaurant_id], reading)
    if at < present - timedelta(minutes=1) and at < Moment.end_of(moment.day, reading.zone).at:
        hours[:, 0, -1] = _hours_until(session, restaurant_id, reading)
    district = districts_of(session, RestaurantRow.id == restaurant_id)[restaurant_id]
    rates = rates_on(session, [district], moment.day, policy)[district]
    log = replace(logs[restaurant_id], rates=rates)
    before = last_grades(session, [restaurant_id], moment.day, policy).get(restaurant_id)
    return Known(restaurant_id, log, hours, reading, before)


def _hours_until(
    session: Session, restaurant_id: str, reading: Reading
) -> tuple[float, float, float, float]:
    """Hours of the last day up to the moment: the rest of it had not happened yet."""
    begins, _ = day_bounds(reading.moment.day, reading.zone)
    seen = seconds_between(session, restaurant_id, begins, reading.moment.at)
    return seen.effective / 3600, seen.hat / 3600, seen.mask / 3600, seen.scheduled / 3600


def last_grades(
    session: Session, ids: Collection[str], before: date, policy: Policy
) -> dict[str, Grade]:
    """Each restaurant's last grade of a day before this one, within the window."""
    since = before - timedelta(days=policy.score.window_days)
    told_ = ScoreDayRow
    newest = (
        select(told_.restaurant_id, func.max(told_.day).label("day"))
        .where(
            told_.restaurant_id.in_(ids),
            told_.day < before,
            told_.day >= since,
            told_.grade.is_not(None),
        )
        .group_by(told_.restaurant_id)
        .subquery()
    )
    same = (told_.restaurant_id == newest.c.restaurant_id) & (told_.day == newest.c.day)
    rows = session.execute(select(told_.restaurant_id, told_.grade).join(newest, same))
    return dict(rows.all())  # type: ignore[arg-type]  # pairs


def history(
    session: Session, restaurant_id: str, days: int = 90, until: date | None = None
) -> list[DayOut]:
    """The scores as they were given, in order of time; today's is the score so far."""
    told_ = ScoreDayRow
    wanted = select(told_).where(told_.restaurant_id == restaurant_id)
    if until is not None:
        wanted = wanted.where(told_.day <= until)
    rows = session.scalars(wanted.order_by(told_.day.desc()).limit(days)).all()
    return [
        DayOut.model_validate({name: getattr(row, name) for name in DayOut.model_fields})
        for row in reversed(rows)
    ]


def what_if(
    session: Session,
    restaurant_id: str,
    without: Collection[UUID] = NOBODY,
    passed: Collection[UUID] = NOBODY,
    days: int = 0,
) -> WhatIfOut:
    """The score now and as it would be: verdicts overturned, look-backs passed, days gone by.

    In the days to come nothing is upheld, and as much is seen as in the last four weeks.
    """
    if not 0 <= days <= MOST_AHEAD:
        raise InvalidError(f"days must lie between 0 and {MOST_AHEAD}", "days")
    known = read(session, restaurant_id)
    moment = known.reading.moment
    log = known.log.without({str(one) for one in without})
    log = log.passed({str(one) for one in passed}, moment.at)
    now_ = known.score(costs=False)
    then = ahead(replace(known, log=log), days).score(costs=False)
    both = now_.value is not None and then.value is not None
    difference = round(then.value - now_.value, 6) if both else None  # type: ignore[operator]  # both
    return WhatIfOut(now=now_, then=then, difference=difference)


def ahead(known: Known, days: int) -> Known:
    """The same restaurant some quiet days later."""
    if days == 0:
        return known
    moment = known.reading.moment
    later = Moment(moment.at + timedelta(days=days), moment.day + timedelta(days=days))
    usual = known.hours[:, :, -LIKE_DAYS - 1 : -1].mean(2, keepdims=True)
    hours = np.concatenate([known.hours, np.repeat(usual, days, 2)], 2)[:, :, days:]
    return replace(known, hours=hours, reading=replace(known.reading, moment=later))
