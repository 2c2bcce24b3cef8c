"""How a case begins: from an upheld alert or a finding, new, joined, or open again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.cases import holding
from api.cases.models import CaseAlertRow, CaseRow
from api.cases.rules import By, Given, Move, Standing, opened
from api.cases.steps import SYSTEM, note_action, perform, times_of
from api.database import new_id
from vision.names import SEVERITIES

# What the camera has is put right by whoever cares for it; a person may still open a case of it.
VIOLATIONS: Final = (
    "missing_hat",
    "missing_mask",
    "mask_worn_wrong",
    "pest_rodent",
    "pest_cockroach",
    "pest_fly",
    "animal",
    "person_out_of_hours",
)
# An animal runs through the whole kitchen: one case, wherever it was seen.
ANYWHERE: Final = ("pest_rodent", "pest_cockroach", "pest_fly", "animal")
# What was settled longer ago is history: a system that learns of cases late does not open it.
RECENT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Place:
    """Of what and where there is one open case at most."""

    restaurant_id: str
    rule: str
    zone_type: str

    @classmethod
    def of(cls, restaurant_id: str, rule: str, zone_type: str) -> Place:
        """The place of an alert or a finding."""
        return cls(restaurant_id, rule, "" if rule in ANYWHERE else zone_type)


def ready_alerts(session: Session, at: datetime) -> Sequence[UUID]:
    """Upheld alerts without a case, oldest verdict first, once nobody may undo them any more."""
    wait = timedelta(seconds=times_of(session).clocks.open_after_s)
    taken = exists().where(CaseAlertRow.alert_id == AlertRow.id, CaseAlertRow.left_at.is_(None))
    return session.scalars(
        select(AlertRow.id)
        .where(
            AlertRow.settled_at > at - RECENT,
            AlertRow.settled_at <= at - wait,
            AlertRow.status == "upheld",
            AlertRow.rule.in_(VIOLATIONS),
            ~taken,
        )
        .order_by(AlertRow.settled_at, AlertRow.id)
    ).all()


def open_from_alerts(session: Session, at: datetime) -> list[str]:
    """Give every alert that is ready its case; the cases' ids."""
    found = (take_alert(session, alert_id, at) for alert_id in ready_alerts(session, at))
    return [case_id for case_id in found if case_id is not None]


def take_alert(session: Session, alert_id: UUID, at: datetime) -> str | None:
    """One alert's case; None when somebody took the verdict back meanwhile."""
    alert = session.get_one(AlertRow, alert_id, with_for_update=True)
    if alert.status != "upheld":
        return None
    return join_alert(session, alert, SYSTEM, at).id


def join_alert(session: Session, alert: AlertRow, by: By, at: datetime) -> CaseRow:
    """The case of an upheld alert: the one it has, an open one, one open again, or a new one."""
    link = session.get(CaseAlertRow, alert.id)
    if link is not None and link.left_at is None:
        return session.get_one(CaseRow, link.case_id)
    place = Place.of(alert.restaurant_id, alert.rule, alert.zone_type)
    told = Given(alert=str(alert.id))
    row = known_case(session, place)
    if row is not None:
        _join(session, row, alert, Move("join", by, at, told))
    else:
        row = _closed_case(session, place, alert, by, at)
    if row is None:
        opening = Move("open", by, at, told)
        row = open_case(session, place, alert.severity, "alert", opening)
    if link is None:
        link = CaseAlertRow(alert_id=alert.id, case_id=row.id, joined_at=at)
        session.add(link)
    link.case_id, link.joined_at, link.left_at = row.id, at, None
    session.flush()
    return row


def known_case(session: Session, place: Place) -> CaseRow | None:
    """The open case of a place, locked."""
    return session.scalar(_at(place).where(CaseRow.ended_at.is_(None)).with_for_update())


def open_case(
    session: Session,
    place: Place,
    severity: str,
    source: str,
    move: Move,
) -> CaseRow:
    """A new case, of which the restaurant is told at once.

    Whoever opens one of the same place at the same moment gets the other's.
    """
    standing = opened(place.rule, int(move.given.alert is not None), move.at)
    row = _row(session, place, severity, source, standing, move)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        other = known_case(session, place)
        if other is None:
            raise
        perform(session, other, replace(move, action="join"))
        return other
    note_action(session, row, move, before="opened")
    perform(session, row, Move("notify", SYSTEM, move.at))
    return row


def _row(
    session: Session, place: Place, severity: str, source: str, standing: Standing, move: Move
) -> CaseRow:
    case_id = new_id()
    day = times_of(session).calendar.local_day(move.at)
    return CaseRow(
        id=case_id,
        number=f"{day:%Y%m%d}-{case_id[:6].upper()}",
        restaurant_id=place.restaurant_id,
        rule=place.rule,
        zone_type=place.zone_type,
        severity=severity,
        source=source,
        state=standing.state,
        version=1,
        opened_at=move.at,
        changed_at=move.at,
        due_at=standing.due_at,
        upheld=standing.upheld,
        repeats=0,
        generated=False,
    )


def _join(session: Session, row: CaseRow, alert: AlertRow, move: Move) -> None:
    """One alert more; one that began after the rectification says that it did not hold."""
    perform(session, row, move)
    severities = (row.severity, alert.severity)
    row.severity = max(severities, key=SEVERITIES.index)
    if row.rectified_at is not None and alert.started_at > row.rectified_at and not row.ended_at:
        why = Given(reason="seen again after it was rectified", alert=move.given.alert)
        perform(session, row, Move("video_failed", SYSTEM, move.at, why))


def _closed_case(
    session: Session, place: Place, alert: AlertRow, by: By, at: datetime
) -> CaseRow | None:
    """The case that was closed not long ago: open again, or only with an old alert more."""
    row = _last_closed(session, place, at)
    if row is None:
        return None
    told = Given(reason="the same again", alert=str(alert.id))
    if alert.started_at <= (row.rectified_at or row.opened_at):
        _join(session, row, alert, Move("join", by, at, told))
        holding.release(session, row, by.id)
    else:
        _reopen(session, row, Move("reopen", SYSTEM, at, told))
    return row


def reopen(session: Session, place: Place, at: datetime, given: Given) -> CaseRow | None:
    """The case of that place that was closed not long ago, open again; None without one."""
    row = _last_closed(session, place, at)
    if row is not None:
        _reopen(session, row, Move("reopen", SYSTEM, at, given))
    return row


def _reopen(session: Session, row: CaseRow, move: Move) -> None:
    perform(session, row, move)
    perform(session, row, Move("notify", SYSTEM, move.at))


def _last_closed(session: Session, place: Place, at: datetime) -> CaseRow | None:
    days = times_of(session).clocks.recurrence_days
    lately = CaseRow.state == "closed", CaseRow.ended_at > at - timedelta(days=days)
    newest = CaseRow.ended_at.desc(), CaseRow.id
    return session.scalar(_at(place).where(*lately).order_by(*newest).limit(1).with_for_update())


def _at(place: Place) -> Select[CaseRow]:
    return select(CaseRow).where(
        CaseRow.restaurant_id == place.restaurant_id,
        CaseRow.rule == place.rule,
        CaseRow.zone_type == place.zone_type,
    )
