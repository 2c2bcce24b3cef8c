"""How much of the city was looked at, by static class."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import median
from typing import Final, cast, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.database import now
from api.patrols.models import LookRow
from api.patrols.rules import Risk
from api.patrols.schemas import ClassCoverage, CoverageOut
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from vision.intervals import wilson

RISKS: Final[tuple[Risk, ...]] = get_args(Risk)
# Most at risk first, as a supervisor reads it.
IN_ORDER: Final = RISKS[::-1]


def coverage(session: Session, person: Person, period_days: int) -> CoverageOut:
    """Cameras in this person's scope by class; looks and findings of the last days."""
    at = now()
    seen = _last_looks(session, person)
    looks = _looks(session, person, at - timedelta(days=period_days))
    items = [_class(risk, seen[risk], looks[risk], at) for risk in IN_ORDER]
    return CoverageOut(period_days=period_days, items=items)


def _last_looks(session: Session, person: Person) -> dict[Risk, list[datetime | None]]:
    rows = session.execute(
        select(RestaurantRow.risk, CameraRow.looked_at)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person), CameraRow.active.is_(True))
    )
    seen: dict[Risk, list[datetime | None]] = {risk: [] for risk in RISKS}
    for risk, looked_at in rows:
        seen[cast("Risk", risk)].append(looked_at)
    return seen


def _looks(session: Session, person: Person, since: datetime) -> dict[Risk, Counter[str]]:
    """Standing looks by outcome, and reports also by what became of their alert."""
    rows = session.execute(
        select(RestaurantRow.risk, LookRow.outcome, AlertRow.status)
        .join(CameraRow, CameraRow.id == LookRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .join(AlertRow, AlertRow.id == LookRow.alert_id, isouter=True)
        .where(in_care(person), LookRow.at >= since, LookRow.undone_at.is_(None))
    )
    counts: dict[Risk, Counter[str]] = {risk: Counter() for risk in RISKS}
    for risk, outcome, status in rows:
        counts[cast("Risk", risk)].update([outcome] if status is None else [outcome, status])
    return counts


def _class(
    risk: Risk, seen: list[datetime | None], counts: Counter[str], at: datetime
) -> ClassCoverage:
    ages = [(at - looked_at).total_seconds() for looked_at in seen if looked_at is not None]
    looks, findings = counts["clear"] + counts["reported"], counts["reported"]
    rate = wilson(findings, looks)
    return ClassCoverage(
        risk=risk,
        cameras=len(seen),
        within_day=sum(age <= 24 * 3600 for age in ages),
        within_week=sum(age <= 7 * 24 * 3600 for age in ages),
        never=len(seen) - len(ages),
        median_unseen_s=median(ages) if ages else None,
        looks=looks,
        not_seen=counts["not_seen"],
        findings=findings,
        upheld=counts["upheld"],
        dismissed=counts["dismissed"],
        per_hundred=100 * rate.value if rate else None,
        low=100 * rate.low if rate else None,
        high=100 * rate.high if rate else None,
    )
