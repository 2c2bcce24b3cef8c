"""Drawing the minutes of a day, district by district."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import audit
from api.cameras.models import CameraRow
from api.cameras.zone_store import zone_types_of
from api.database import new_id, now
from api.restaurants.models import RestaurantRow, StationRow
from api.samples.models import PlanRow, SampleMarkRow, SampleReviewRow, SampleRow
from api.samples.rules import Draw, Slot, draw, exposure, part_of_day, spread
from api.samples.schemas import PlanOut

WITHOUT: Final = ""


def plan_day(
    session: Session, day: date, budget: int, zone: ZoneInfo, actor: str = audit.SYSTEM
) -> list[PlanOut]:
    """Draw the minutes of a day for every district that has none yet; the draws that are new."""
    planned = set(session.scalars(select(PlanRow.district).where(PlanRow.day == day)))
    made = []
    for district, cameras in sorted(_cameras(session).items()):
        if district not in planned and budget > 0:
            row = _plan(session, day, district, list(_frame(session, cameras, day, zone)), budget)
            if row is not None:
                audit.append(session, actor, "samples.planned", row.id, day=day.isoformat(),
                             district=district, seed=row.seed, strata=row.strata)  # fmt: skip
                made.append(plan_out(row))
    return made


def _cameras(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Cameras in use, with their restaurants, by district."""
    rows = session.execute(
        select(CameraRow.id, CameraRow.restaurant_id, StationRow.district_id)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .where(CameraRow.active)
        .order_by(CameraRow.id)
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for camera, restaurant, district in rows:
        found[district or WITHOUT].append((camera, restaurant))
    return found


def _frame(
    session: Session, cameras: list[tuple[str, str]], day: date, zone: ZoneInfo
) -> Iterator[Slot]:
    """Every hour of the local day for every camera."""
    types = zone_types_of(session, [camera for camera, _ in cameras])
    hours = list(hours_of(day, zone))
    for camera, restaurant in cameras:
        kind = exposure(types.get(camera, set()))
        for at in hours:
            stratum = f"{kind}/{part_of_day(at.astimezone(zone).hour)}"
            yield Slot(camera, restaurant, at, stratum)


def hours_of(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The hours of a local day in UTC; 23 or 25 when clocks change."""
    at = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    while at < end:
        yield at
        at += timedelta(hours=1)


def _plan(
    session: Session, day: date, district: str, frame: list[Slot], budget: int
) -> PlanRow | None:
    seed = secrets.token_hex(16)
    draws, strata = draw(frame, budget, _spreads(session), seed)
    told = {name: [one.frame, one.drawn] for name, one in strata.items()}
    row = PlanRow(id=new_id(), day=day, district=district, seed=seed,
                  strata=json.dumps(told, sort_keys=True), created_at=now())  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process drew it at the same moment
        return None
    session.add_all(_rows(row.id, draws))
    session.flush()
    return row


def _rows(plan_id: str, draws: Iterable[Draw]) -> Iterator[SampleRow]:
    for one in draws:
        yield SampleRow(
            id=new_id(),
            plan_id=plan_id,
            camera_id=one.slot.camera_id,
            restaurant_id=one.slot.restaurant_id,
            stratum=one.slot.stratum,
            minute_at=one.minute_at,
            status="wanted",
        )


def _spreads(session: Session) -> dict[str, float]:
    """How much minutes of each stratum differed so far."""
    standing = SampleReviewRow.undone_at.is_(None)
    minutes = session.execute(
        select(SampleRow.stratum, func.count())
        .join(SampleReviewRow, SampleReviewRow.sample_id == SampleRow.id)
        .where(standing)
        .group_by(SampleRow.stratum)
    )
    misses = session.execute(
        select(SampleRow.stratum, func.count())
        .join(SampleReviewRow, SampleReviewRow.sample_id == SampleRow.id)
        .join(SampleMarkRow, SampleMarkRow.review_id == SampleReviewRow.id)
        .where(standing)
        .group_by(SampleRow.stratum)
    )
    seen: dict[str, int] = {row[0]: row[1] for row in misses}
    return {stratum: spread(seen.get(stratum, 0), count) for stratum, count in minutes}


def plan_out(row: PlanRow) -> PlanOut:
    """A draw as people read it."""
    same = ("id", "day", "district", "seed")
    told = {name: getattr(row, name) for name in same}
    return PlanOut.model_validate(told | {"strata": json.loads(row.strata)})
