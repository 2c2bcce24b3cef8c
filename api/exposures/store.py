"""What was observed, in the database: hours as they are told, days made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from api import audit
from api.alerts.models import AlertRow
from api.alerts.store import OPEN
from api.cameras.keys import Camera
from api.cameras.models import CameraRow
from api.database import now
from api.exposures.models import ExposureDayRow, ExposureRow
from api.exposures.rules import Seconds, day_bounds, day_of, of_hour, overlap, total
from api.policy.store import current_policy
from api.scores.closing import closed_until
from vision.errors import InvalidError
from vision.exposure_hours import HOUR, ExposureIn, HourIn

# A camera's clock may be ahead of ours by so much.
SKEW_S: Final = 300
FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
MISSING: Final = "(missing)"
SECONDS: Final = ("scheduled_s", "effective_s", "hat_person_s", "mask_person_s")
Hours = dict[tuple[str, datetime], Seconds]


def put_hours(session: Session, camera: Camera, given: ExposureIn) -> int:
    """Keep what a source saw of these hours; gives how many of them that changed.

    InvalidError for an hour that has not begun, or more of it than has passed.
    """
    hours = {hour.hour_at.astimezone(UTC): hour for hour in given.hours}
    for at, hour in hours.items():
        _require_past(at, hour)
    own = ExposureRow.camera_id == camera.id, ExposureRow.hour_at.in_(hours)
    same = ExposureRow.origin == given.origin, ExposureRow.source == given.source
    known = {row.hour_at: row for row in session.scalars(select(ExposureRow).where(*own, *same))}
    changed = [at for at, hour in hours.items() if at not in known or _differs(known[at], hour)]
    if not changed:
        return 0
    place = {"camera_id": camera.id, "origin": given.origin, "source": given.source}
    rows = [place | {"hour_at": at} | _seconds(hours[at]) for at in changed]
    _upsert(session, ExposureRow, rows, ("camera_id", "hour_at", "origin", "source"))
    if given.origin == "camera":
        session.execute(delete(ExposureRow).where(*own, ExposureRow.source == MISSING))
    zone = zone_of_days(session)
    days = {day_of(at, zone) for at in changed}
    roll_up(session, [camera.restaurant_id], days)
    _tell_late(session, camera, days)
    return len(changed)


def _tell_late(session: Session, camera: Camera, days: Collection[date]) -> None:
    """Hours of closed days count as if they had come in time: the score makes the days anew."""
    closed = closed_until(session)
    late = [day for day in days if closed is not None and day <= closed]
    if late:
        detail = {"camera_id": camera.id, "since": min(late).isoformat(), "days": len(late)}
        audit.append(session, audit.SYSTEM, "exposure.late", camera.restaurant_id, **detail)


def _require_past(at: datetime, hour: HourIn) -> None:
    passed_s = (now() - at).total_seconds() + SKEW_S
    if hour.effective_s > passed_s or passed_s < 0:
        raise InvalidError(
            f"hours: {at:%Y-%m-%dT%H:%MZ} lies in the future or not so much of it has passed; "
            "check the camera's clock",
            "hours",
        )
    if at < FIRST:
        raise InvalidError(f"hours: {at.year} is too long ago; check the recording's time", "hours")


def _seconds(hour: HourIn) -> dict[str, float]:
    return {name: getattr(hour, name) for name in SECONDS}


def _differs(row: ExposureRow, hour: HourIn) -> bool:
    return any(getattr(row, name) != seconds for name, seconds in _seconds(hour).items())


def _upsert(
    session: Session, table: type[Any], rows: list[dict[str, Any]], key: tuple[str, ...]
) -> None:
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(table)
    told = {name: insert.excluded[name] for name in rows[0] if name not in key}
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=told), rows)
    session.expire_all()


def zone_of_days(session: Session) -> ZoneInfo:
    """The zone of local days: the policy's, which no decision changes."""
    return ZoneInfo(current_policy(session).calendar.time_zone)


def roll_up(session: Session, restaurant_ids: Collection[str], days: Collection[date]) -> None:
    """Make the days anew from their hours."""
    zone = zone_of_days(session)
    for day in sorted(days):
        begins, ends = day_bounds(day, zone)
        seen: defaultdict[str, list[Seconds]] = defaultdict(list)
        for (restaurant_id, _, _), told in _hours(session, restaurant_ids, begins, ends):
            seen[restaurant_id].append(told)
        rows = [_day_row(place, day, total(told)) for place, told in seen.items()]
        if rows:
            _upsert(session, ExposureDayRow, rows, ("restaurant_id", "day"))


def _day_row(restaurant_id: str, day: date, told: Seconds) -> dict[str, Any]:
    figures = (told.scheduled, told.effective, told.hat, told.mask)
    rounded = {name: round(value, 3) for name, value in zip(SECONDS, figures, strict=True)}
    return {"restaurant_id": restaurant_id, "day": day, "generated": False} | rounded


def _hours(
    session: Session, restaurant_ids: Collection[str], since: datetime, until: datetime
) -> Iterator[tuple[tuple[str, str, datetime], Seconds]]:
    """Each hour of each camera of these restaurants, its sources made one."""
    rows = session.execute(
        select(
            CameraRow.restaurant_id,
            ExposureRow.camera_id,
            ExposureRow.hour_at,
            ExposureRow.origin,
            *(func.sum(getattr(ExposureRow, name)) for name in SECONDS),
        )
        .join(CameraRow, CameraRow.id == ExposureRow.camera_id)
        .where(
            CameraRow.restaurant_id.in_(restaurant_ids),
            ExposureRow.hour_at >= since,
            ExposureRow.hour_at < until,
        )
        .group_by(
            CameraRow.restaurant_id, ExposureRow.camera_id, ExposureRow.hour_at, ExposureRow.origin
        )
    )
    by_hour: defaultdict[tuple[str, str, datetime], dict[str, Seconds]] = defaultdict(dict)
    for place, camera_id, hour_at, origin, *seconds in rows:
        by_hour[place, camera_id, hour_at][origin] = Seconds(*seconds)
    return ((key, of_hour(told)) for key, told in sorted(by_hour.items()))


def seconds_between(
    session: Session, restaurant_id: str, since: datetime, until: datetime
) -> Seconds:
    """What was observed of a restaurant between two moments, part hours in proportion."""
    return total(
        _share(told, overlap(hour_at, since, until))
        for (_, _, hour_at), told in _hours(session, [restaurant_id], since - HOUR, until)
    )


def _share(told: Seconds, share: float) -> Seconds:
    return Seconds(
        told.scheduled * share, told.effective * share, told.hat * share, told.mask * share
    )


def assessable_s(
    session: Session, restaurant_id: str, rule: str, since: datetime, until: datetime
) -> float:
    """Seconds in which the rule could have been seen broken, and people looked at what was raised.

    Person-seconds for hats and masks, camera-seconds else. An hour in which an alert of that rule
    waits for its verdict says nothing yet.
    """
    waiting = _waiting(session, restaurant_id, rule, since - HOUR, until)
    return sum(
        told.of_rule(rule) * overlap(hour_at, since, until)
        for (_, camera_id, hour_at), told in _hours(session, [restaurant_id], since - HOUR, until)
        if (camera_id, hour_at) not in waiting
    )


def _waiting(
    session: Session, restaurant_id: str, rule: str, since: datetime, until: datetime
) -> set[tuple[str, datetime]]:
    rows = session.execute(
        select(AlertRow.camera_id, AlertRow.started_at).where(
            AlertRow.restaurant_id == restaurant_id,
            AlertRow.rule == rule,
            AlertRow.status.in_(OPEN),
            AlertRow.started_at >= since,
            AlertRow.started_at < until,
        )
    )
    return {(camera, at.replace(minute=0, second=0, microsecond=0)) for camera, at in rows}


def note_missing(session: Session, day: date) -> int:
    """Note the hours of a past local day about which live cameras said nothing; how many.

    They count as scheduled like the same hour of the day before, and as not seen: a camera that
    was switched off does not leave the statistics. Hours that come late take their place.
    """
    begins, ends = day_bounds(day, zone_of_days(session))
    count = 0
    touched: set[str] = set()
    hour_at = begins
    while hour_at < ends:
        silent = _silent(session, hour_at)
        if silent:
            session.execute(
                ExposureRow.__table__.insert(),  # type: ignore[attr-defined]  # a Table, always
                [_missing(camera_id, hour_at, scheduled_s) for camera_id, _, scheduled_s in silent],
            )
        count += len(silent)
        touched |= {restaurant_id for _, restaurant_id, _ in silent}
        hour_at += HOUR
    if touched:
        roll_up(session, touched, [day])
    return count


def _silent(session: Session, hour_at: datetime) -> list[tuple[str, str, float]]:
    """Cameras that had hours a day before and have none at this one."""
    other = aliased(ExposureRow)
    told = (
        select(other.camera_id)
        .where(other.camera_id == CameraRow.id, other.hour_at == hour_at, other.origin == "camera")
        .exists()
    )
    rows = session.execute(
        select(CameraRow.id, CameraRow.restaurant_id, func.max(ExposureRow.scheduled_s))
        .join(ExposureRow, ExposureRow.camera_id == CameraRow.id)
        .where(
            CameraRow.active,
            ExposureRow.hour_at == hour_at - timedelta(days=1),
            ExposureRow.origin == "camera",
            ~told,
        )
        .group_by(CameraRow.id, CameraRow.restaurant_id)
    )
    return [(camera, place, scheduled_s) for camera, place, scheduled_s in rows]


def _missing(camera_id: str, hour_at: datetime, scheduled_s: float) -> dict[str, Any]:
    return {
        "camera_id": camera_id,
        "hour_at": hour_at,
        "origin": "camera",
        "source": MISSING,
        "scheduled_s": scheduled_s,
        "effective_s": 0.0,
        "hat_person_s": 0.0,
        "mask_person_s": 0.0,
    }
