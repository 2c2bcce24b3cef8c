"""Policies in the database: which one is in force, and who decided it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.database import now
from api.policy.models import PolicyRow
from api.policy.rules import Policy, check, shipped
from api.policy.schemas import PolicyOut
from api.restaurants.store import sees_everything
from api.text import require_text
from vision.errors import ForbiddenError, InvalidError

DECIDERS: Final = ("supervisor", "admin")
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
# A form that was filled in a minute ago still says "now".
LATE: Final = timedelta(minutes=5)


def current_policy(session: Session, at: datetime | None = None) -> Policy:
    """The policy in force at a time, now by default; the shipped one before anything was decided.

    The score at a time is made with the policy in force then, whenever it is made.
    """
    row = session.execute(
        select(PolicyRow.text, PolicyRow.version)
        .where(PolicyRow.in_force_from <= (at or now()))
        .order_by(PolicyRow.in_force_from.desc(), PolicyRow.version.desc())
        .limit(1)
    ).first()
    return shipped() if row is None else check(row.text, row.version)


def keep_shipped(session: Session) -> None:
    """Write the shipped policy down as the first version: a later release must not change the past.

    Harmless when there is a version already.
    """
    if session.scalar(select(PolicyRow.version).limit(1)) is None:
        _add(session, audit.SYSTEM, shipped().text, BEGINNING, "the policy of this release")


def decide(
    session: Session, person: Person, text: str, in_force_from: datetime | None, reason: str
) -> Policy:
    """Put a policy into force from a time on, at once without one.

    ForbiddenError for who does not decide for the whole city; InvalidError when it does not add
    up, lies in the past, or moves the calendar to another time zone: days would not fit any more.
    """
    if person.role not in DECIDERS or not sees_everything(person):
        raise ForbiddenError("the policy is decided by a supervisor of the whole city, or admin")
    policy = check(text)
    reason = require_text(reason, "reason", 2000)
    at = now()
    if in_force_from is not None and in_force_from < at - LATE:
        raise InvalidError(
            "in_force_from lies in the past; scores that were given are not rewritten, choose now "
            "or a later time",
            "in_force_from",
        )
    keep_shipped(session)
    zone = current_policy(session).calendar.time_zone
    if policy.calendar.time_zone != zone:
        raise InvalidError(f"calendar.time_zone must stay {zone}: days are kept in it", "text")
    row = _add(session, person.id, text, max(in_force_from or at, at), reason)
    return check(row.text, row.version)


def _add(
    session: Session, decided_by: str, text: str, in_force_from: datetime, reason: str
) -> PolicyRow:
    newest = session.scalar(select(func.max(PolicyRow.version))) or 0
    row = PolicyRow(
        version=newest + 1,
        text=text,
        sha256=check(text).sha256,
        in_force_from=in_force_from,
        decided_by=decided_by,
        decided_at=now(),
        reason=reason,
    )
    session.add(row)
    session.flush()
    detail = {"sha256": row.sha256, "in_force_from": in_force_from.isoformat(), "reason": reason}
    audit.append(session, decided_by, "policy.decided", str(row.version), **detail)
    return row


def history(session: Session) -> list[PolicyOut]:
    """Every version, the newest first; the shipped one alone while nothing was decided."""
    policy = current_policy(session)
    rows = session.execute(
        select(PolicyRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == PolicyRow.decided_by)
        .order_by(PolicyRow.version.desc())
    ).all()
    if not rows:
        return [_out(policy, None, None, policy)]
    return [_out(check(row.text, row.version), row, name, policy) for row, name in rows]


def _out(one: Policy, row: PolicyRow | None, name: str | None, current: Policy) -> PolicyOut:
    return PolicyOut(
        version=one.version,
        name=one.name,
        sha256=one.sha256,
        text=one.text,
        in_force=one.version == current.version,
        in_force_from=row.in_force_from if row else None,
        decided_by=name,
        decided_at=row.decided_at if row else None,
        reason=row.reason if row else "",
    )
