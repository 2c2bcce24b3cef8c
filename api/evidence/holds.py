"""Legal holds in the database: who keeps an alert's evidence from retention, and why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.appeals.kept import in_open_appeal, open_appeal_at
from api.cases.kept import in_open_case, open_case_of
from api.database import new_id, now
from api.evidence.keeping import Facts, automatic_holds
from api.evidence.models import HoldRow
from api.evidence.schemas import HoldIn, HoldOut
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

MAY_HOLD: Final = ("supervisor", "admin")
OPEN: Final = "open"
UPHELD: Final = "upheld"
# Holds that end with what they wait for, never by hand.
WAITS: Final = {
    "open": "the alert is not decided yet; its evidence is held until it is",
    "case": "the alert's case is open; its evidence is held until the case is closed",
    "appeal": "an appeal on the alert is open; its evidence is held until it is decided",
}


def standing(moment: datetime) -> ColumnElement[bool]:
    """Holds that somebody placed and that hold at that moment."""
    in_time = or_(HoldRow.until.is_(None), HoldRow.until > moment)
    return (HoldRow.kind == "placed") & HoldRow.released_at.is_(None) & in_time


def held_by_somebody(moment: datetime) -> ColumnElement[bool]:
    """Alerts (in an outer query) that a standing hold keeps."""
    return exists().where(HoldRow.alert_id == AlertRow.id, standing(moment))


def facts_of(session: Session, alert: AlertRow, moment: datetime) -> Facts:
    """What decides how long the alert's evidence is kept."""
    mine = HoldRow.alert_id == alert.id
    released_at = session.scalar(
        select(func.max(HoldRow.released_at)).where(mine, HoldRow.kind == UPHELD)
    )
    placed = session.scalar(select(HoldRow.id).where(mine, standing(moment)).limit(1))
    this = select(AlertRow.id).where(AlertRow.id == alert.id)
    in_case, appealed = (
        session.scalar(this.where(which)) is not None
        for which in (in_open_case(), in_open_appeal())
    )
    given = alert.status, alert.settled_at, released_at
    return Facts(*given, placed is not None, in_case, appealed)


def place(session: Session, person: Person, alert_id: UUID, given: HoldIn) -> HoldOut:
    """Keep an alert's evidence until somebody releases it, or until that moment."""
    _may_hold(person)
    alert = _locked(session, person, alert_id)
    moment = now()
    if given.until is not None and given.until <= moment:
        raise InvalidError(
            "until must lie in the future; leave it out to hold without an end", "until"
        )
    row = HoldRow(
        id=new_id(),
        alert_id=alert.id,
        kind="placed",
        reason=given.reason,
        placed_by=person.id,
        placed_at=moment,
        until=given.until,
    )
    session.add(row)
    session.flush()
    until = None if given.until is None else given.until.isoformat()
    audit.append(
        session,
        person.id,
        "hold.placed",
        str(alert_id),
        hold=row.id,
        reason=row.reason,
        until=until,
    )
    return _out(row, {person.id: person.name}, moment)


def release(session: Session, person: Person, alert_id: UUID, hold_id: str, reason: str) -> HoldOut:
    """End a hold; ``upheld`` names the one that an upheld alert has by itself.

    ConflictError when it does not hold (any more), or ends only with what it waits for.
    """
    _may_hold(person)
    alert = _locked(session, person, alert_id)
    moment = now()
    if hold_id in (*WAITS, UPHELD):
        row = _release_automatic(session, alert, hold_id, moment)
    else:
        row = _placed(session, alert_id, hold_id)
    if row.released_at is not None or (row.until is not None and row.until <= moment):
        raise ConflictError("this hold has ended already")
    row.released_by, row.released_at, row.release_reason = person.id, moment, reason
    session.add(row)
    session.flush()
    audit.append(session, person.id, "hold.released", str(alert_id), hold=hold_id, reason=reason)
    return _out(row, _names(session, [row]), moment)


def _release_automatic(
    session: Session, alert: AlertRow, hold_id: str, moment: datetime
) -> HoldRow:
    holding = automatic_holds(facts_of(session, alert, moment))
    waits = OPEN if OPEN in holding else hold_id
    if waits in holding and waits in WAITS:
        raise ConflictError(WAITS[waits])
    if hold_id not in holding:
        raise ConflictError("this hold has ended already")
    since = alert.settled_at or moment
    return HoldRow(id=new_id(), alert_id=alert.id, kind=UPHELD, reason=UPHELD, placed_at=since)


def _placed(session: Session, alert_id: UUID, hold_id: str) -> HoldRow:
    mine = HoldRow.id == hold_id, HoldRow.alert_id == alert_id, HoldRow.kind == "placed"
    row = session.scalar(select(HoldRow).where(*mine).with_for_update())
    if row is None:
        raise NotFoundError("this alert has no such hold")
    return row


def holds_of(session: Session, alert: AlertRow, moment: datetime) -> list[HoldOut]:
    """Every hold of an alert, the ones it has by itself first, then oldest first."""
    mine = HoldRow.alert_id == alert.id
    rows = list(session.scalars(select(HoldRow).where(mine).order_by(HoldRow.placed_at)))
    own = _automatic(session, alert, moment)
    names = _names(session, rows)
    return [*own, *(_out(row, names, moment) for row in rows)]


def _automatic(session: Session, alert: AlertRow, moment: datetime) -> list[HoldOut]:
    """What holds it by itself, each with since when; a case with its number."""
    facts = facts_of(session, alert, moment)
    case = open_case_of(session, alert.id) if facts.in_case else None
    since = {
        OPEN: alert.received_at,
        UPHELD: alert.settled_at,
        "case": case.opened_at if case else None,
        "appeal": session.scalar(open_appeal_at(alert.id)),
    }
    return [
        HoldOut(
            id=kind,
            kind=kind,
            reason=case.number if case and kind == "case" else None,
            placed_at=since[kind] or alert.received_at,
            standing=True,
        )
        for kind in automatic_holds(facts)
    ]


def _names(session: Session, rows: Collection[HoldRow]) -> dict[str, str]:
    ids = {name for row in rows for name in (row.placed_by, row.released_by) if name}
    found = session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(ids)))
    return {row[0]: row[1] for row in found}


def _out(row: HoldRow, names: dict[str, str], moment: datetime) -> HoldOut:
    ended = row.released_at is not None or (row.until is not None and row.until <= moment)
    return HoldOut(
        id=row.id,
        kind="placed" if row.kind == "placed" else "upheld",
        reason=row.reason if row.kind == "placed" else None,
        placed_by=names.get(row.placed_by or ""),
        placed_at=row.placed_at,
        until=row.until,
        released_by=names.get(row.released_by or ""),
        released_at=row.released_at,
        release_reason=row.release_reason,
        standing=not ended,
    )


def _may_hold(person: Person) -> None:
    if person.role not in MAY_HOLD:
        raise ForbiddenError("holds are placed and released by supervisor and admin")


def _locked(session: Session, person: Person, alert_id: UUID) -> AlertRow:
    """The alert, which retention does not touch until this transaction ends."""
    wanted = select(AlertRow).where(AlertRow.id == alert_id, in_scope(person))
    alert = session.scalar(wanted.with_for_update(of=AlertRow))
    if alert is None:
        raise NotFoundError(f"there is no alert {alert_id} for you")
    return alert
