"""The event logs of restaurants, read from the tables of alerts, cases, orders, exposures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.alerts.store import OPEN
from api.cameras.models import CameraRow
from api.cameras.settings_store import shipped_pack
from api.cameras.zone_store import zone_types_of
from api.cases.models import CaseActionRow, CaseAlertRow, CaseRow, OrderRow
from api.exposures.models import ExposureDayRow
from api.policy.rules import FAMILIES, Family, Policy
from api.scores.facts import Episode, Handling, Log, Moment, Order, Rate
from api.scores.panel import Floats
from vision.errors import ConfigError

Rates = dict[Family, Rate]
FAILED: Final = ("video_failed", "check_failed")
TOLD: Final = ("rectify", "video_passed", "check_passed", "close", "reopen", *FAILED)
# SQLite and PostgreSQL take so many values in one statement with ease.
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """At which moment and by which policy logs are read."""

    moment: Moment
    policy: Policy

    @property
    def zone(self) -> ZoneInfo:
        """In which days are counted."""
        return ZoneInfo(self.policy.calendar.time_zone)

    @property
    def first(self) -> date:
        """The first day that counts for anything."""
        score = self.policy.score
        return self.moment.day - timedelta(days=score.window_days + score.previous_days - 1)

    @property
    def rules(self) -> list[str]:
        """The rules that count."""
        return [rule for name in FAMILIES for rule in self.policy.score.family(name).rules]


def load(session: Session, ids: Sequence[str], reading: Reading) -> tuple[dict[str, Log], Floats]:
    """The logs of these restaurants without rates, and their hours as (4, n, days)."""
    logs: dict[str, Log] = {}
    for start in range(0, len(ids), AT_ONCE):
        logs |= _logs(session, ids[start : start + AT_ONCE], reading)
    return logs, hours_of_days(session, ids, reading)


def _logs(session: Session, ids: Sequence[str], reading: Reading) -> dict[str, Log]:
    required = required_families(session, ids, reading.policy)
    rows = _alerts(session, ids, reading)
    handled = _handlings(session, ids, rows, reading)
    episodes: defaultdict[str, list[Episode]] = defaultdict(list)
    for row in rows:
        episodes[row.restaurant_id].append(_episode(row, handled, reading))
    orders = _orders(session, ids, reading)
    return {
        name: Log(required[name], (), tuple(episodes[name]), tuple(orders[name])) for name in ids
    }


def hours_of_days(session: Session, ids: Sequence[str], reading: Reading) -> Floats:
    """Hours of the restaurants' days, (4, n, days): effective, hat, mask, scheduled."""
    place = {name: index for index, name in enumerate(ids)}
    length = (reading.moment.day - reading.first).days + 1
    hours: Floats = np.zeros((4, len(ids), length))
    told = ExposureDayRow
    wanted = select(
        told.restaurant_id, told.day, told.effective_s, told.hat_person_s, told.mask_person_s,
        told.scheduled_s,
    ).where(told.day >= reading.first, told.day <= reading.moment.day)  # fmt: skip
    for start in range(0, len(ids), AT_ONCE):
        some = wanted.where(told.restaurant_id.in_(ids[start : start + AT_ONCE]))
        for name, day, *seconds in session.execute(some):
            hours[:, place[name], (day - reading.first).days] = seconds
    return hours / 3600.0


def required_families(
    session: Session, ids: Collection[str], policy: Policy
) -> dict[str, frozenset[Family]]:
    """What each restaurant is asked for: by its active cameras' zones and rule packs."""
    found: defaultdict[str, set[Family]] = defaultdict(set)
    cameras = session.execute(
        select(CameraRow.id, CameraRow.restaurant_id, CameraRow.rules).where(
            CameraRow.restaurant_id.in_(ids), CameraRow.active
        )
    ).all()
    types = zone_types_of(session, [camera.id for camera in cameras])
    for camera in cameras:
        for rule in _asked(camera.rules, types.get(camera.id, ())):
            family = policy.score.family_of(rule)
            found[camera.restaurant_id] |= {family} if family else set()
    return {name: frozenset(found[name]) for name in ids}


def _asked(pack: str, zone_types: Iterable[Any]) -> set[str]:
    try:
        rules = shipped_pack(pack).pack
    except ConfigError:  # a pack of an earlier release: its camera asks for nothing any more
        return set()
    return {rule.id for zone_type in zone_types for rule in rules.rules_in(zone_type)}


def _alerts(session: Session, ids: Collection[str], reading: Reading) -> Sequence[Any]:
    """What was upheld or waits, with the case it belongs to."""
    since = Moment.end_of(reading.first - timedelta(days=1), reading.zone).at
    told = AlertRow
    return session.execute(
        select(
            told.id, told.restaurant_id, told.rule, told.zone_type, told.camera_id,
            told.started_at, told.ended_at, told.subjects, told.status,
            func.coalesce(told.settled_at, told.received_at).label("settled_at"),
            CaseAlertRow.case_id, CaseAlertRow.joined_at,
        )
        .outerjoin(
            CaseAlertRow, and_(CaseAlertRow.alert_id == told.id, CaseAlertRow.left_at.is_(None))
        )
        .where(
            told.restaurant_id.in_(ids),
            told.status.in_(("upheld", *OPEN)),
            told.rule.in_(reading.rules),
            told.started_at > since,
            told.started_at <= reading.moment.at,
        )
    ).all()  # fmt: skip


def _episode(row: Any, handled: dict[str, Handling], reading: Reading) -> Episode:
    return Episode(
        id=str(row.id),
        rule=row.rule,
        zone_type=row.zone_type,
        camera_id=row.camera_id,
        day=row.started_at.astimezone(reading.zone).date(),
        started_at=row.started_at,
        ended_at=row.ended_at,
        subjects=row.subjects,
        settled_at=row.settled_at if row.status == "upheld" else None,
        handling=handled.get(str(row.id)),
    )


def _handlings(
    session: Session, ids: Collection[str], rows: Sequence[Any], reading: Reading
) -> dict[str, Handling]:
    """What became of each alert that belongs to a case, by the moment that is read at."""
    at = reading.moment.at
    actions: defaultdict[str, list[Any]] = defaultdict(list)
    for action in session.execute(
        select(CaseActionRow.case_id, CaseActionRow.at, CaseActionRow.action)
        .join(CaseRow, CaseRow.id == CaseActionRow.case_id)
        .where(
            CaseRow.restaurant_id.in_(ids),
            CaseActionRow.action.in_(TOLD),
            CaseActionRow.at <= at,
        )
        .order_by(CaseActionRow.case_id, CaseActionRow.seq)
    ):
        actions[action.case_id].append(action)
    orders: defaultdict[str, list[OrderRow]] = defaultdict(list)
    for order in session.scalars(_standing(ids, at)):
        orders[order.case_id].append(order)
    return {
        str(row.id): _handling(row, actions[row.case_id], orders[row.case_id])
        for row in rows
        if row.case_id is not None and row.joined_at <= at
    }


def _standing(ids: Collection[str], at: datetime) -> Any:
    """Orders that were given by then and were neither withdrawn nor replaced."""
    return (
        select(OrderRow)
        .where(
            OrderRow.restaurant_id.in_(ids),
            OrderRow.issued_at <= at,
            OrderRow.withdrawn_at.is_(None),
            OrderRow.replaced_at.is_(None),
        )
        .order_by(OrderRow.issued_at, OrderRow.id)
    )


def _handling(row: Any, actions: Sequence[Any], orders: Sequence[OrderRow]) -> Handling:
    order = next((one for one in orders if one.met_at is None or one.met_at >= row.joined_at), None)
    met_at: datetime | None = None
    passed_at: datetime | None = None
    for action in (one for one in actions if one.at >= row.joined_at):
        if action.action == "reopen" and passed_at is not None:
            break
        if action.action in FAILED:
            met_at = passed_at = None
        elif action.action != "reopen":
            met_at = met_at or action.at
            passed_at = passed_at or (None if action.action == "rectify" else action.at)
    return Handling(row.case_id, order.due_at if order else None, met_at, passed_at)


def _orders(
    session: Session, ids: Collection[str], reading: Reading
) -> defaultdict[str, list[Order]]:
    """Orders that fell due by then, and the upheld alerts they were for."""
    since = Moment.end_of(reading.first - timedelta(days=1), reading.zone).at
    at = reading.moment.at
    rows = session.scalars(
        _standing(ids, at).where(OrderRow.due_at > since, OrderRow.due_at <= at)
    ).all()
    reasons = _reasons(session, ids)
    orders: defaultdict[str, list[Order]] = defaultdict(list)
    for row in rows:
        orders[row.restaurant_id].append(
            Order(
                id=row.id,
                due_at=row.due_at,
                due_day=row.due_at.astimezone(reading.zone).date(),
                met_at=None if row.failed_at is not None else row.met_at,
                episode_ids=frozenset(reasons[row.case_id]),
            )
        )
    return orders


def _reasons(session: Session, ids: Collection[str]) -> defaultdict[str, set[str]]:
    """The alerts of each case."""
    reasons: defaultdict[str, set[str]] = defaultdict(set)
    for case_id, alert_id in session.execute(
        select(CaseAlertRow.case_id, CaseAlertRow.alert_id)
        .join(AlertRow, AlertRow.id == CaseAlertRow.alert_id)
        .where(AlertRow.restaurant_id.in_(ids), CaseAlertRow.left_at.is_(None))
    ):
        reasons[case_id].add(str(alert_id))
    return reasons
