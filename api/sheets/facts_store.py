"""What happened at a restaurant in a period, out of the records of everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.cameras.health_store import CAMERA_RULES
from api.cameras.models import CameraRow
from api.cases.models import CaseRow, OrderRow
from api.database import now
from api.exposures.models import ExposureDayRow
from api.policy.store import current_policy
from api.restaurants.models import RestaurantRow
from api.scores.models import ScoreDayRow
from api.sheets.models import SheetRow
from api.sheets.rules import Kind, Period, Told, periods_in
from api.sheets.schemas import (
    EpisodeFact,
    OrderFact,
    ScoreFact,
    SheetFacts,
    TroubleFact,
)

SHORTER: dict[Kind, Kind] = {"weekly": "daily", "monthly": "weekly"}


def zone_of(session: Session) -> ZoneInfo:
    """In which zone days are counted: the policy's."""
    return ZoneInfo(current_policy(session).calendar.time_zone)


def facts_of(
    session: Session, restaurant: RestaurantRow, period: Period, zone: ZoneInfo
) -> SheetFacts:
    """What the records say of the period now."""
    before = period.before()
    return SheetFacts(
        as_of=now(),
        episodes=episodes_in(session, restaurant.id, period, zone),
        before=len(episodes_in(session, restaurant.id, before, zone)),
        troubles=_troubles(session, restaurant.id, period, zone),
        seen=_seen(session, restaurant.id, period),
        orders=_orders(session, restaurant.id, period, zone),
        open_cases=_open_cases(session, restaurant.id),
        missing_days=missing_in(session, restaurant, period, zone),
        score=None if period.kind == "daily" else _score(session, restaurant.id, period.last),
    )


def told_by(facts: SheetFacts) -> Told:
    """The same as counts, for the rules."""
    at = facts.as_of
    return Told(
        episodes=Counter(str(one.rule) for one in facts.episodes),
        camera_troubles=len(facts.troubles),
        seen=facts.seen,
        orders_late=sum((one.met_at or at) > one.due_at for one in facts.orders),
        sheets_missing=len(facts.missing_days),
    )


def episodes_in(
    session: Session, restaurant_id: str, period: Period, zone: ZoneInfo
) -> list[EpisodeFact]:
    """Upheld episodes that began in the period, oldest first; cameras' own troubles are none."""
    rows = session.scalars(
        select(AlertRow)
        .where(
            AlertRow.restaurant_id == restaurant_id,
            AlertRow.status == "upheld",
            AlertRow.rule.not_in(CAMERA_RULES),
            AlertRow.started_at >= period.begins_at(zone),
            AlertRow.started_at < period.ends_at(zone),
        )
        .order_by(AlertRow.started_at, AlertRow.id)
    )
    return [_episode(row) for row in rows]


def _episode(row: AlertRow) -> EpisodeFact:
    names = ("rule", "zone", "zone_type", "started_at", "subjects")
    told = {name: getattr(row, name) for name in names}
    return EpisodeFact.model_validate(told | {"alert_id": row.id})


def _troubles(
    session: Session, restaurant_id: str, period: Period, zone: ZoneInfo
) -> list[TroubleFact]:
    rows = session.execute(
        select(CameraRow.name, AlertRow.rule, AlertRow.started_at, AlertRow.ended_at)
        .join(CameraRow, CameraRow.id == AlertRow.camera_id)
        .where(
            AlertRow.restaurant_id == restaurant_id,
            AlertRow.rule.in_(CAMERA_RULES),
            AlertRow.status != "dismissed",
            AlertRow.started_at < period.ends_at(zone),
            or_(AlertRow.ended_at.is_(None), AlertRow.ended_at >= period.begins_at(zone)),
        )
        .order_by(AlertRow.started_at, AlertRow.id)
    )
    return [
        TroubleFact.model_validate({"camera": a, "rule": b, "started_at": c, "ended_at": d})
        for a, b, c, d in rows
    ]


def _seen(session: Session, restaurant_id: str, period: Period) -> float | None:
    sums = func.sum(ExposureDayRow.effective_s), func.sum(ExposureDayRow.scheduled_s)
    effective_s, scheduled_s = session.execute(
        select(*sums).where(
            ExposureDayRow.restaurant_id == restaurant_id,
            ExposureDayRow.day.between(period.first, period.last),
        )
    ).one()
    return round(effective_s / scheduled_s, 4) if scheduled_s else None


def _orders(
    session: Session, restaurant_id: str, period: Period, zone: ZoneInfo
) -> list[OrderFact]:
    rows = session.scalars(
        select(OrderRow)
        .where(
            OrderRow.restaurant_id == restaurant_id,
            OrderRow.withdrawn_at.is_(None),
            OrderRow.due_at >= period.begins_at(zone),
            OrderRow.due_at < period.ends_at(zone),
        )
        .order_by(OrderRow.due_at, OrderRow.id)
    )
    return [
        OrderFact(number=row.number, case_id=row.case_id, due_at=row.due_at, met_at=row.met_at)
        for row in rows
    ]


def _open_cases(session: Session, restaurant_id: str) -> int:
    wanted = select(func.count()).select_from(CaseRow)
    mine = CaseRow.restaurant_id == restaurant_id, CaseRow.ended_at.is_(None)
    return session.scalar(wanted.where(*mine)) or 0


def missing_in(
    session: Session, restaurant: RestaurantRow, period: Period, zone: ZoneInfo
) -> list[date]:
    """First days of the shorter sheets within the period whose time is over unconfirmed."""
    kind = SHORTER.get(period.kind)
    if kind is None:
        return []
    wanted = _expected(kind, period, began_on(restaurant, zone), now(), zone)
    there = set(session.scalars(confirmed_days(restaurant.id, kind, wanted)))
    return [one.first for one in wanted if one.first not in there]


def _expected(
    kind: Kind, period: Period, since: date, at: datetime, zone: ZoneInfo
) -> list[Period]:
    months = sorted({day.replace(day=1) for day in (period.first, period.last)})
    found = [one for month in months for one in periods_in(kind, month, since)]
    inside = (one for one in found if period.first <= one.last <= period.last)
    return [one for one in inside if one.due_at(zone) < at]


def confirmed_days(restaurant_id: str, kind: Kind, periods: Sequence[Period]) -> Select[date]:
    """The first days of those that somebody confirmed."""
    mine = SheetRow.restaurant_id == restaurant_id, SheetRow.kind == kind
    return select(SheetRow.first_day).where(
        *mine, SheetRow.first_day.in_([p.first for p in periods])
    )


def began_on(restaurant: RestaurantRow, zone: ZoneInfo) -> date:
    """The day from which sheets are expected."""
    return restaurant.created_at.astimezone(zone).date()


def _score(session: Session, restaurant_id: str, day: date) -> ScoreFact | None:
    mine = ScoreDayRow.restaurant_id == restaurant_id, ScoreDayRow.day <= day
    newest = select(ScoreDayRow).where(*mine).order_by(ScoreDayRow.day.desc()).limit(1)
    row = session.scalars(newest).first()
    if row is None:
        return None
    names = ("value", "low", "high", "grade", "evidence")
    return ScoreFact.model_validate({name: getattr(row, name) for name in names})
