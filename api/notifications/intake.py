"""From what happened to messages: read out of the audit log, which loses and repeats nothing.

Every change appends its entry in its own transaction, in one order; whoever reads on from the
last number seen therefore meets each change once, whatever died meanwhile.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.alerts.store import OPEN
from api.audit import AuditHead, AuditRow
from api.cameras.models import CameraRow
from api.database import new_id, now
from api.notifications.models import OF_ALL, NotificationRow, SubscriptionRow, WorkerRow
from api.notifications.rules import SETTLE, Quiet, Span, Trigger, bypasses, due_at, latest_digest
from api.restaurants.models import RestaurantRow, StationRow

ACTIONS: Final = (
    "review.given",
    "review.undone",
    "alert.reopened",
    "alert.overturned",
    "alert.received",
)
ENTRIES: Final = 500
LATE_FOR: Final = timedelta(days=1)
Take = Callable[[Session, AuditRow], None]


def read_log(
    session: Session, worker: WorkerRow, further: Mapping[str, Take] = MappingProxyType({})
) -> int:
    """Take in what was logged since; how many entries were read.

    ``further`` says what is done with actions that are not about alerts.
    """
    head = session.scalars(select(AuditHead.seq)).one()
    last = min(head, worker.seq + ENTRIES)
    entries = session.scalars(
        select(AuditRow)
        .where(
            AuditRow.seq > worker.seq,
            AuditRow.seq <= last,
            AuditRow.action.in_((*ACTIONS, *further)),
        )
        .order_by(AuditRow.seq)
    ).all()
    for entry in entries:
        further.get(entry.action, _take)(session, entry)
    read, worker.seq = last - worker.seq, last
    session.flush()
    return read


def _take(session: Session, entry: AuditRow) -> None:
    found = _alert(session, entry.subject)
    if found is None:
        return
    alert, facts = found
    if entry.action == "alert.received":
        if alert.rule == "camera_offline":
            _tell(session, "camera_offline", alert, facts)
    elif alert.status == "upheld" and entry.action == "review.given":
        if json.loads(entry.detail).get("status", "upheld") == "upheld":
            # Upheld again after an undo is news; the same verdict read twice is not.
            _tell(session, "alert_upheld", alert, facts, turn=entry.seq)
    elif alert.status != "upheld":
        _withdraw(session, alert, facts)


def _alert(session: Session, subject: str) -> tuple[AlertRow, dict[str, Any]] | None:
    row = session.execute(
        select(AlertRow, CameraRow.name, RestaurantRow.name)
        .join(CameraRow, CameraRow.id == AlertRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .where(AlertRow.id == UUID(subject))
    ).one_or_none()
    if row is None:
        return None
    alert, camera, restaurant = row
    facts = {
        "alert": str(alert.id),
        "rule": alert.rule,
        "severity": alert.severity,
        "zone": alert.zone_type,
        "time": alert.started_at.isoformat(),
        "camera": camera,
        "restaurant": restaurant,
        "path": f"/alerts/{alert.id}",
    }
    return alert, facts


def _tell(
    session: Session, trigger: Trigger, alert: AlertRow, facts: dict[str, Any], turn: int = 0
) -> None:
    """A message to everybody who subscribed to it, unless their digest will tell."""
    for to in subscribers(session, alert.restaurant_id, trigger):
        urgent = bypasses(alert.severity, to.bypass)  # type: ignore[arg-type]  # both were checked when stored
        if to.digest != "none" and not urgent and trigger != "alert_late":
            continue
        at = now() + (SETTLE if trigger == "alert_upheld" else timedelta())
        quiet = None if urgent else quiet_of(to)
        # What the office is told of one alert does not hush the next one waiting.
        about = str(alert.id) if trigger == "alert_late" else alert.rule
        draft = Draft(
            trigger,
            key=f"{trigger}:{alert.id}:{turn}:{to.id}",
            topic=f"{trigger}:{alert.camera_id}:{about}",
            subject=str(alert.id),
            due_at=due_at(at, quiet, ZoneInfo(to.time_zone)),
        )
        put(session, to, draft, facts)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a message is, before it has words."""

    trigger: Trigger
    key: str
    topic: str
    subject: str
    due_at: datetime


def put(session: Session, to: SubscriptionRow, draft: Draft, facts: dict[str, Any]) -> None:
    """Once per key; only the holder of the lease puts, so nobody puts it at the same time."""
    same = NotificationRow.key == draft.key
    if session.scalar(select(NotificationRow.id).where(same)) is not None:
        return
    row = NotificationRow(
        id=new_id(),
        subscription_id=to.id,
        facts=json.dumps(facts, ensure_ascii=False),
        status="waiting",
        created_at=now(),
        attempts=0,
        problem="",
        **{name: getattr(draft, name) for name in ("trigger", "key", "topic", "subject", "due_at")},
    )
    session.add(row)
    session.flush()


def quiet_of(to: SubscriptionRow) -> Quiet | None:
    """The subscriber's quiet hours, if any."""
    if to.quiet_from is None or to.quiet_until is None:
        return None
    return Quiet(to.quiet_from, to.quiet_until)


def subscribers(session: Session, restaurant_id: str, trigger: Trigger) -> list[SubscriptionRow]:
    home = (
        select(RestaurantRow.station_id, StationRow.district_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .where(RestaurantRow.id == restaurant_id)
    )
    station, district = session.execute(home).one_or_none() or (None, None)
    place = or_(
        SubscriptionRow.restaurant_id == restaurant_id,
        SubscriptionRow.station_id == (station or ""),
        SubscriptionRow.district_id == (district or ""),
        OF_ALL,
    )
    # A suspicion is the office's matter until a person upheld it.
    if trigger == "alert_late":
        place = OF_ALL
    rows = session.scalars(select(SubscriptionRow).where(place, SubscriptionRow.active))
    return [row for row in rows if trigger in row.triggers.split(",")]


def _withdraw(session: Session, alert: AlertRow, facts: dict[str, Any]) -> None:
    """What is on its way stays here; whoever was told is told that it no longer holds."""
    rows = session.execute(
        select(NotificationRow, SubscriptionRow)
        .join(SubscriptionRow, SubscriptionRow.id == NotificationRow.subscription_id)
        .where(NotificationRow.subject == str(alert.id), NotificationRow.trigger == "alert_upheld")
    ).all()
    for row, to in rows:
        if row.status == "waiting":
            row.status = "withdrawn"
        elif row.status == "sent":
            # The alert itself may be out of the reader's sight again.
            told = {**facts, "path": "/alerts"}
            key, topic = f"withdrawn:{row.id}", f"withdrawn:{alert.id}"
            draft = Draft("alert_withdrawn", key, topic, str(alert.id), now())
            put(session, to, draft, told)
    session.flush()


def note_late(session: Session) -> None:
    """Critical alerts that wait longer than their clock allows are told to the office."""
    late = session.scalars(
        select(AlertRow.id).where(
            AlertRow.severity == "critical",
            AlertRow.status.in_(OPEN),
            AlertRow.due_at < now(),
            AlertRow.due_at > now() - LATE_FOR,
        )
    ).all()
    for alert_id in late:
        found = _alert(session, str(alert_id))
        if found:
            facts = found[1] | {"due": found[0].due_at.isoformat()}
            _tell(session, "alert_late", found[0], facts)


def note_digests(session: Session) -> None:
    """Digests that are due and were not put yet."""
    wanted = SubscriptionRow.digest != "none", SubscriptionRow.active
    for to in session.scalars(select(SubscriptionRow).where(*wanted)).all():
        zone = ZoneInfo(to.time_zone)
        span = latest_digest(now(), to.digest, to.digest_minute, zone)  # type: ignore[arg-type]  # checked when stored
        if span is not None and span.until > to.created_at:
            key, topic = f"digest:{to.id}:{span.until.isoformat()}", f"digest:{to.id}"
            due = due_at(span.until, quiet_of(to), zone)
            draft = Draft("digest", key, topic, to.id, due)
            put(session, to, draft, _summary(session, to, span))


def _summary(session: Session, to: SubscriptionRow, span: Span) -> dict[str, Any]:
    """What was upheld in that time, and how often cameras were offline."""
    here: ColumnElement[bool] = true()
    name = ""
    if to.restaurant_id:
        here = AlertRow.restaurant_id == to.restaurant_id
        name = session.get_one(RestaurantRow, to.restaurant_id).name
    elif to.station_id:
        own = select(RestaurantRow.id).where(RestaurantRow.station_id == to.station_id)
        here = AlertRow.restaurant_id.in_(own)
    elif to.district_id:
        lies = select(StationRow.id).where(StationRow.district_id == to.district_id)
        own = select(RestaurantRow.id).where(RestaurantRow.station_id.in_(lies))
        here = AlertRow.restaurant_id.in_(own)
    settled = and_(AlertRow.settled_at >= span.since, AlertRow.settled_at < span.until)
    upheld = _by_rule(session, here, settled, AlertRow.status == "upheld")
    began = and_(AlertRow.started_at >= span.since, AlertRow.started_at < span.until)
    offline = _by_rule(session, here, began, AlertRow.rule == "camera_offline")
    return {
        "since": span.since.isoformat(),
        "until": span.until.isoformat(),
        "restaurant": name,
        "upheld": sorted(upheld.items()),
        "offline": sum(offline.values()),
        "path": "/alerts?status=upheld",
    }


def _by_rule(session: Session, *which: ColumnElement[bool]) -> Counter[str]:
    wanted: Any = session.execute(
        select(AlertRow.rule, func.count()).where(*which).group_by(AlertRow.rule)
    )
    return Counter({row[0]: row[1] for row in wanted})


def is_upheld(session: Session, alert_id: str) -> bool:
    """Whether the verdict still stands."""
    return session.scalar(select(AlertRow.status).where(AlertRow.id == UUID(alert_id))) == "upheld"


def is_open(session: Session, alert_id: str) -> bool:
    """Whether it still waits."""
    status = session.scalar(select(AlertRow.status).where(AlertRow.id == UUID(alert_id)))
    return status in OPEN


def recently(session: Session, row: NotificationRow, cooldown_s: int) -> datetime | None:
    """When this topic was last really sent to them, if that is still within the cool-down."""
    return session.scalar(
        select(func.max(NotificationRow.sent_at)).where(
            NotificationRow.subscription_id == row.subscription_id,
            NotificationRow.topic == row.topic,
            NotificationRow.status == "sent",
            NotificationRow.sent_at > now() - timedelta(seconds=cooldown_s),
        )
    )
