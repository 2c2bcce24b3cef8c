"""What a supervisor sees of custody: holds, what goes next, receipts, altered files, days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.appeals.kept import in_open_appeal
from api.cases.kept import in_open_case
from api.database import now
from api.evidence.custody import day_fields
from api.evidence.holds import UPHELD, held_by_somebody
from api.evidence.keeping import Policy
from api.evidence.log import entry_out
from api.evidence.models import CustodyDay, CustodyRow, EvidenceRow, HoldRow
from api.evidence.retention import due
from api.evidence.schemas import DayOut, DueOut, EntryOut
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care

SHOWN: Final = 50
SOON_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Kept:
    """Files that came and are kept, and their bytes."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Held:
    """Why evidence is held, and of how many alerts."""

    open: int
    upheld: int
    case: int
    appeal: int
    placed: int


@dataclass(frozen=True, slots=True)
class Named:
    """Something about one alert, with where it was."""

    alert_id: UUID
    rule: str
    restaurant_name: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class HeldAlert:
    """A hold that somebody placed."""

    alert: Named
    reason: str
    placed_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What retention took."""

    alert: Named
    entry: EntryOut


@dataclass(frozen=True, slots=True)
class Altered:
    """A file whose bytes are no longer those that were kept."""

    alert: Named
    sha256: str
    altered_at: datetime


def kept(session: Session, person: Person) -> Kept:
    """How much evidence there is in this person's care."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(EvidenceRow.size_bytes), 0))
        .select_from(EvidenceRow)
        .join(AlertRow, AlertRow.id == EvidenceRow.alert_id)
        .where(
            in_scope(person), EvidenceRow.stored_at.is_not(None), EvidenceRow.deleted_at.is_(None)
        )
    ).one()
    return Kept(int(row[0]), int(row[1]))


def held(session: Session, person: Person) -> Held:
    """How many alerts are held, by what holds them."""
    moment = now()
    released = (
        select(HoldRow.id)
        .where(
            HoldRow.alert_id == AlertRow.id,
            HoldRow.kind == UPHELD,
            HoldRow.released_at >= AlertRow.settled_at,
        )
        .exists()
    )
    by = {
        "open": AlertRow.status.in_(("waiting", "second_review")),
        "upheld": and_(AlertRow.status == "upheld", ~released),
        "case": in_open_case(),
        "appeal": in_open_appeal(),
        "placed": held_by_somebody(moment),
    }
    counts = {name: _count(session, in_scope(person), which) for name, which in by.items()}
    return Held(**counts)


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(AlertRow).where(*which)) or 0


def list_held(session: Session, person: Person) -> list[HeldAlert]:
    """Holds that somebody placed and that stand, newest first."""
    moment = now()
    in_time = or_(HoldRow.until.is_(None), HoldRow.until > moment)
    rows = session.execute(
        select(HoldRow, AlertRow, RestaurantRow.name)
        .join(AlertRow, AlertRow.id == HoldRow.alert_id)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .where(in_scope(person), HoldRow.kind == "placed", HoldRow.released_at.is_(None), in_time)
        .order_by(HoldRow.placed_at.desc())
        .limit(SHOWN)
    )
    return [
        HeldAlert(_named(alert, name), hold.reason, hold.placed_at, hold.until)
        for hold, alert, name in rows
    ]


def list_receipts(session: Session, person: Person) -> list[Receipt]:
    """What retention took, newest first."""
    rows = session.execute(
        select(CustodyRow, AlertRow, RestaurantRow.name)
        .join(AlertRow, AlertRow.id == CustodyRow.alert_id)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .where(in_scope(person), CustodyRow.action == "deleted")
        .order_by(CustodyRow.at.desc(), CustodyRow.restaurant_id, CustodyRow.seq.desc())
        .limit(SHOWN)
    )
    return [Receipt(_named(alert, name), entry_out(entry)) for entry, alert, name in rows]


def list_altered(session: Session, person: Person) -> list[Altered]:
    """Files found altered and not put right yet."""
    rows = session.execute(
        select(EvidenceRow.sha256, EvidenceRow.altered_at, AlertRow, RestaurantRow.name)
        .join(AlertRow, AlertRow.id == EvidenceRow.alert_id)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .where(in_scope(person), EvidenceRow.altered_at.is_not(None))
        .order_by(EvidenceRow.altered_at.desc())
        .limit(SHOWN)
    )
    return [Altered(_named(alert, name), sha256, at) for sha256, at, alert, name in rows if at]


def list_due(session: Session, person: Person, policy: Policy, days: int) -> list[DueOut]:
    """What retention takes within so many days, the longest settled first."""
    moment = now() + timedelta(days=days)
    found = due(session, moment, policy, in_scope(person))
    return [told for _, _, told in islice(found, 1000)]


def list_days(session: Session, person: Person, restaurant: str | None, limit: int) -> list[DayOut]:
    """Daily roots of restaurants in this person's care, newest first."""
    wanted = (
        select(CustodyDay, RestaurantRow.name)
        .join(RestaurantRow, RestaurantRow.id == CustodyDay.restaurant_id)
        .where(in_care(person))
        .order_by(CustodyDay.day.desc(), RestaurantRow.name, CustodyDay.restaurant_id)
        .limit(limit)
    )
    if restaurant is not None:
        wanted = wanted.where(CustodyDay.restaurant_id == restaurant)
    rows = session.execute(wanted)
    return [
        DayOut.model_validate(day_fields(day) | {"restaurant_name": name}) for day, name in rows
    ]


def names_of(session: Session, person: Person, alert_ids: list[UUID]) -> dict[UUID, Named]:
    """Where these alerts were."""
    rows = session.execute(
        select(AlertRow, RestaurantRow.name)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .where(in_scope(person), AlertRow.id.in_(alert_ids))
    )
    return {alert.id: _named(alert, name) for alert, name in rows}


def _named(alert: AlertRow, restaurant: str) -> Named:
    return Named(alert.id, alert.rule, restaurant, alert.started_at)
