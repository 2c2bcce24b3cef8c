"""Generating a past: deterministic from its seed, and never mixed with a real one unasked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.cases.models import CaseActionRow, CaseAlertRow, CaseRow, LookBackRow, OrderRow
from api.database import Database
from api.exposures.models import ExposureDayRow
from api.history.days import Past
from api.history.places import make_places
from api.history.writing import Writer
from api.inspections.models import VisitRow
from api.policy.store import current_policy
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.reviews.models import ReviewRow
from api.scores.models import ScoreDayRow
from api.stats.counting import keep as keep_counts
from api.stats.figures import GENERATED
from api.stats.periods import begins
from vision.errors import ConflictError

TABLES: Final = (
    DistrictRow, StationRow, RestaurantRow, UserRow, CameraRow, AlertRow, ReviewRow, CaseRow,
    CaseAlertRow, CaseActionRow, OrderRow, LookBackRow, VisitRow, ExposureDayRow, ScoreDayRow,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How much is generated; ``alerts`` are those of one camera in one day, on average."""

    restaurants: int = 1_055
    cameras: int = 4
    days: int = 365
    seed: int = 7
    alerts: float = 0.4


def generate(
    database: Database,
    size: Size,
    now: datetime,
    zone: ZoneInfo,
    tell: Callable[[date], None] = lambda day: None,
    *,
    beside_real: bool = False,
) -> dict[str, int]:
    """Write the days up to ``now`` in one transaction; gives the rows of each table."""
    today = now.astimezone(zone).date()
    with database.writing() as session:
        _refuse(session, beside_real)
        writer, chance = Writer(session, TABLES), random.Random(size.seed)  # noqa: S311 - no secret
        first = today - timedelta(days=size.days - 1)
        places = make_places(writer, chance, (size.restaurants, size.cameras), begins(first, zone))
        past = Past(writer, chance, places, current_policy(session), now, size.alerts)
        for number in range(size.days):
            day = first + timedelta(days=number)
            past.live(day, begins(day, zone))
            tell(day)
        past.finish()
        audit.append(session, audit.SYSTEM, "history.generated", str(size.seed), **writer.written)
    with database.writing() as session:
        keep_counts(session, zone)
        session.execute(text("ANALYZE"))
    return writer.written


def _refuse(session: Session, beside_real: bool) -> None:
    """ConflictError where generated and real records would be mixed."""
    generated = RestaurantRow.name.startswith(GENERATED)
    if session.scalar(select(exists().where(generated))):
        raise ConflictError("there is generated history here already; take an empty database")
    if not beside_real and session.scalar(select(exists(select(AlertRow.id)))):
        raise ConflictError(
            "there are real alerts here; take an empty database, or say --beside-real"
        )
