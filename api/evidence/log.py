"""Who did what with an alert's evidence, read from the audit log."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.audit import AuditRow
from api.cameras.models import CameraRow
from api.database import now
from api.evidence.custody import entries_of
from api.evidence.holds import facts_of, holds_of
from api.evidence.keeping import Policy, due_at
from api.evidence.models import CustodyRow
from api.evidence.schemas import CustodyOut, EntryOut, HoldOut, StepOut
from api.evidence.unblur import granted
from vision.errors import NotFoundError

CAMERA: Final = "camera:"
# Whoever does not review learns what was done, not by whom.
SEE_NAMES: Final = ("patrol", "inspector", "supervisor", "admin")


def custody_of(session: Session, person: Person, alert_id: UUID, policy: Policy) -> CustodyOut:
    """Everything that is told of an alert's custody to this person."""
    wanted = select(AlertRow).where(AlertRow.id == alert_id, in_scope(person))
    alert = session.scalar(wanted)
    if alert is None:
        raise NotFoundError(f"there is no alert {alert_id} for you")
    moment = now()
    grant = granted(session, person, [alert_id], moment).get(alert_id)
    holds = holds_of(session, alert, moment)
    return CustodyOut(
        alert_id=alert_id,
        due_at=due_at(facts_of(session, alert, moment), policy),
        holds=holds if person.role in SEE_NAMES else [_nameless(hold) for hold in holds],
        entries=[entry_out(row) for row in entries_of(session, [alert_id])],
        log=log_of(session, person, alert_id),
        unblurred_until=grant.until if grant else None,
    )


def _nameless(hold: HoldOut) -> HoldOut:
    hidden = {"reason": None, "placed_by": None, "released_by": None, "release_reason": None}
    return hold.model_copy(update=hidden)


def entry_out(row: CustodyRow) -> EntryOut:
    """A link of the chain, as it is shown."""
    return EntryOut.model_validate(
        {
            "seq": row.seq,
            "at": row.at,
            "action": row.action,
            "sha256": row.sha256,
            "bytes": row.size_bytes,
            "kind": row.kind,
            "media_type": row.media_type,
            "policy": json.loads(row.detail).get("policy"),
            "hash": row.hash,
        }
    )


def log_of(session: Session, person: Person, alert_id: UUID) -> list[StepOut]:
    """Every step with an alert, oldest first; names only for those who may know them."""
    wanted = select(AuditRow).where(AuditRow.subject == str(alert_id)).order_by(AuditRow.seq)
    rows = list(session.scalars(wanted))
    names = _names(session, person, {row.actor for row in rows})
    return [_step(row, names) for row in rows]


def _step(row: AuditRow, names: dict[str, str]) -> StepOut:
    detail: dict[str, Any] = json.loads(row.detail)
    return StepOut(
        at=row.at,
        actor=names.get(row.actor, row.actor),
        action=row.action,
        sha256=detail.get("sha256"),
        sent=detail.get("sent"),
        reason=detail.get("reason") or detail.get("policy"),
    )


def _names(session: Session, person: Person, actors: Collection[str]) -> dict[str, str]:
    """What each actor is called: a person's name or role, a camera's name."""
    people = session.execute(
        select(UserRow.id, UserRow.name, UserRow.role).where(UserRow.id.in_(actors))
    )
    known = person.role in SEE_NAMES
    names = {row[0]: row[1] if known or row[0] == person.id else row[2] for row in people}
    cameras = [actor.removeprefix(CAMERA) for actor in actors if actor.startswith(CAMERA)]
    found = session.execute(select(CameraRow.id, CameraRow.name).where(CameraRow.id.in_(cameras)))
    return names | {CAMERA + row[0]: row[1] for row in found}
