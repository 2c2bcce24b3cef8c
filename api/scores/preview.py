"""What another policy would have made of a month: for whoever is about to decide it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.database import now
from api.policy.rules import Grade, Policy
from api.policy.store import current_policy
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.scores.days_store import scores_on
from api.scores.facts import Moment
from api.scores.loading import Reading
from api.scores.schemas import Score
from vision.errors import InvalidError

NO_GRADE: Final = "-"
# Less than this is no change that anybody would see.
SEEN: Final = 0.05


class Change(BaseModel):
    """One restaurant under both policies."""

    restaurant_id: str
    restaurant_name: str
    value_now: float | None
    value_then: float | None
    grade_now: Grade | None
    grade_then: Grade | None


class Preview(BaseModel):
    """The effect of a policy on the scores at the end of a month, or so far in this one."""

    day: date
    policy_now: str = Field(description="SHA-256")
    policy_then: str = Field(description="SHA-256")
    restaurants: int
    scored_now: int
    scored_then: int
    higher: int
    lower: int
    grades_now: dict[str, int] = Field(description="how many have each grade; - is none")
    grades_then: dict[str, int]
    changes: list[Change] = Field(description="every other grade, then the greatest differences")


MOST: Final = 200


def preview(session: Session, person: Person, policy: Policy, month: date) -> Preview:
    """Score everybody in this person's care by the policy in force and by another one.

    At the end of the month in which ``month`` lies, or now in the present one; InvalidError for a
    month to come.
    """
    moment = _end_of(session, month)
    names = dict(
        session.execute(select(RestaurantRow.id, RestaurantRow.name).where(in_care(person))).all()
    )
    ids = sorted(names)
    present = current_policy(session, moment.at)
    before = scores_on(session, ids, moment, policy=present)
    after = scores_on(session, ids, moment, policy=policy)
    pairs = list(zip(before, after, strict=True))
    return Preview(
        day=moment.day,
        policy_now=present.sha256,
        policy_then=policy.sha256,
        restaurants=len(ids),
        scored_now=sum(one.value is not None for one in before),
        scored_then=sum(one.value is not None for one in after),
        higher=sum(_difference(*pair) > SEEN for pair in pairs),
        lower=sum(_difference(*pair) < -SEEN for pair in pairs),
        grades_now=_grades(before),
        grades_then=_grades(after),
        changes=_changes(pairs, names),
    )


def _end_of(session: Session, month: date) -> Moment:
    at = now()
    reading = Reading(Moment(at, at.date()), current_policy(session, at))
    present = Moment.of(at, reading.zone)
    next_month = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    if month.replace(day=1) > present.day:
        raise InvalidError("month has not begun; choose one that has scores", "month")
    if next_month > present.day:
        return present
    return Moment.end_of(next_month - timedelta(days=1), reading.zone)


def _difference(before: Score, after: Score) -> float:
    if before.value is None or after.value is None:
        return 0.0
    return after.value - before.value


def _grades(scores: Sequence[Score]) -> dict[str, int]:
    told = [one.grade or NO_GRADE for one in scores]
    return {name: told.count(name) for name in ("A", "B", "C", "D", NO_GRADE)}


def _changes(pairs: Sequence[tuple[Score, Score]], names: dict[str, str]) -> list[Change]:
    other = [
        pair
        for pair in pairs
        if pair[0].grade != pair[1].grade
        or (pair[0].value is None) != (pair[1].value is None)
        or abs(_difference(*pair)) > SEEN
    ]
    other.sort(key=lambda pair: (pair[0].grade == pair[1].grade, -abs(_difference(*pair)),
                                 pair[0].restaurant_id))  # fmt: skip
    return [
        Change(
            restaurant_id=before.restaurant_id,
            restaurant_name=names[before.restaurant_id],
            value_now=before.value,
            value_then=after.value,
            grade_now=before.grade,
            grade_then=after.grade,
        )
        for before, after in other[:MOST]
    ]
