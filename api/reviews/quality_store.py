"""What the database knows about the quality of reviews; never shown for one person unasked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import OPEN_ONLY, AlertRow
from api.alerts.store import in_scope
from api.cameras.models import CameraRow
from api.database import now
from api.restaurants.models import RestaurantRow
from api.reviews.agreement import Answer, Evidence, Took, Twice
from api.reviews.models import KnownAnswerRow, KnownItemRow, KnownShowRow, ReviewRow

WEEKS: Final = 12
POOL_SHOWN: Final = 200


@dataclass(slots=True)
class _Gathered:
    """Evidence while it is gathered."""

    answers: list[Answer] = field(default_factory=list)
    twice: list[Twice] = field(default_factory=list)
    took: list[Took] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two decisions on one alert and who gave them."""

    twice: Twice
    people: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PoolItem:
    """A known item as the supervisor manages it."""

    alert_id: UUID
    rule: str
    place: str
    truth: str
    source: str
    added_at: datetime
    shown: int


def gather(session: Session, person: Person) -> Evidence:
    """Every measured verdict of the last weeks in this person's scope, without names."""
    since = now() - timedelta(weeks=WEEKS)
    return Evidence(
        [answer for answer, _ in _answers(session, person, since)],
        [pair.twice for pair in _pairs(session, person, since)],
        [took for took, _ in _took(session, person, since)],
    )


def gather_by_person(session: Session, person: Person, reason: str) -> list[tuple[str, Evidence]]:
    """The same for each reviewer by name; the log keeps who asked, and why."""
    since = now() - timedelta(weeks=WEEKS)
    met: dict[str, _Gathered] = defaultdict(_Gathered)
    for answer, who in _answers(session, person, since):
        met[who].answers.append(answer)
    for pair in _pairs(session, person, since):
        for who in pair.people:
            met[who].twice.append(pair.twice)
    for took, who in _took(session, person, since):
        met[who].took.append(took)
    audit.append(session, person.id, "quality.people_viewed", person.id, reason=reason)
    named = session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(met)))
    people = sorted((row[1], row[0]) for row in named)
    return [(name, Evidence(met[i].answers, met[i].twice, met[i].took)) for name, i in people]


def _answers(session: Session, person: Person, since: datetime) -> list[tuple[Answer, str]]:
    rows = session.execute(
        select(
            KnownAnswerRow.created_at,
            KnownItemRow.truth,
            KnownAnswerRow.verdict,
            KnownAnswerRow.reviewer_id,
        )
        .join(KnownShowRow, KnownShowRow.id == KnownAnswerRow.show_id)
        .join(KnownItemRow, KnownItemRow.alert_id == KnownShowRow.alert_id)
        .join(AlertRow, AlertRow.id == KnownShowRow.alert_id)
        .where(in_scope(person), KnownAnswerRow.undone_at.is_(None))
        .where(KnownAnswerRow.created_at >= since)
    )
    return [(Answer(row[0], row[1], row[2]), row[3]) for row in rows]


def _pairs(session: Session, person: Person, since: datetime) -> list[_Pair]:
    """The first two decisions on every alert under double review."""
    rows = session.execute(
        select(ReviewRow.alert_id, ReviewRow.created_at, ReviewRow.verdict, ReviewRow.reviewer_id)
        .join(AlertRow, AlertRow.id == ReviewRow.alert_id)
        .where(in_scope(person), AlertRow.double_review, AlertRow.received_at >= since)
        .where(ReviewRow.undone_at.is_(None), ReviewRow.verdict != "unsure")
        .order_by(ReviewRow.alert_id, ReviewRow.round)
    ).all()
    both = [list(group)[:2] for _, group in groupby(rows, key=lambda row: row[0])]
    return [
        _Pair(Twice(second[1], first[2], second[2]), (first[3], second[3]))
        for first, second in (pair for pair in both if len(pair) == 2)
    ]


def _took(session: Session, person: Person, since: datetime) -> list[tuple[Took, str]]:
    rows = session.execute(
        select(ReviewRow.created_at, ReviewRow.took_s, ReviewRow.reviewer_id)
        .join(AlertRow, AlertRow.id == ReviewRow.alert_id)
        .where(in_scope(person), ReviewRow.created_at >= since, ReviewRow.took_s.is_not(None))
    )
    return [(Took(row[0], row[1] or 0.0), row[2]) for row in rows]


def pool(session: Session, person: Person) -> list[PoolItem]:
    """The known items in use in this person's scope, newest first."""
    shown = (
        select(func.count()).where(KnownShowRow.alert_id == KnownItemRow.alert_id).scalar_subquery()
    )
    rows = session.execute(
        select(
            AlertRow.id,
            AlertRow.rule,
            RestaurantRow.name,
            CameraRow.name,
            KnownItemRow.truth,
            KnownItemRow.source,
            KnownItemRow.added_at,
            shown,
        )
        .join(AlertRow, AlertRow.id == KnownItemRow.alert_id)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .join(CameraRow, CameraRow.id == AlertRow.camera_id)
        .where(in_scope(person), KnownItemRow.retired_at.is_(None))
        .order_by(KnownItemRow.added_at.desc())
        .limit(POOL_SHOWN)
    )
    return [PoolItem(r[0], r[1], f"{r[2]} · {r[3]}", r[4], r[5], r[6], r[7]) for r in rows]


def disputed(session: Session, person: Person) -> int:
    """Open alerts on which two people did not agree."""
    decided = (
        select(func.count())
        .where(ReviewRow.alert_id == AlertRow.id, ReviewRow.undone_at.is_(None))
        .where(ReviewRow.verdict != "unsure")
        .scalar_subquery()
    )
    wanted = AlertRow.status == "second_review", decided >= 2
    counted = select(func.count()).select_from(AlertRow).where(in_scope(person), OPEN_ONLY, *wanted)
    return session.scalar(counted) or 0
