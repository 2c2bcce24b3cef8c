"""What belongs to one case, as it is shown: alerts, steps, orders, look-backs, files."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.cases.look_back import unit_of
from api.cases.models import (
    CaseActionRow,
    CaseAlertRow,
    CaseFileRow,
    CaseRow,
    LookBackRow,
    OrderRow,
)
from api.cases.rules import BY_VIDEO
from api.cases.schemas import ActionOut, CaseAlertOut, FileOut, LookBackOut, OrderOut
from api.evidence.log import SEE_NAMES
from api.evidence.store import evidence_of

# Photos of a kitchen show people; patrol staff judge alerts, not proof.
SEE_FILES: Final = ("restaurant", "inspector", "supervisor", "admin")
Named = dict[str, tuple[str, str]]


def names_of(session: Session, person: Person, ids: Collection[str]) -> Named:
    """Name and role of each; whoever may not know the names gets the roles alone."""
    wanted = select(UserRow.id, UserRow.name, UserRow.role).where(UserRow.id.in_(ids))
    shown = person.role in SEE_NAMES
    found = {
        user_id: (name if shown or user_id == person.id else "", role)
        for user_id, name, role in session.execute(wanted)
    }
    return found | {audit.SYSTEM: ("", audit.SYSTEM)}


def alerts_of(session: Session, row: CaseRow) -> list[CaseAlertOut]:
    """The alerts of a case, as they began; those whose verdict was taken back are marked."""
    rows = session.execute(
        select(AlertRow, CameraRow.name, CaseAlertRow.joined_at, CaseAlertRow.left_at)
        .join(CaseAlertRow, CaseAlertRow.alert_id == AlertRow.id)
        .join(CameraRow, CameraRow.id == AlertRow.camera_id)
        .where(CaseAlertRow.case_id == row.id)
        .order_by(AlertRow.started_at, AlertRow.id)
    ).all()
    files = evidence_of(session, [alert.id for alert, *_ in rows])
    same = ("id", "started_at", "ended_at", "severity", "zone_type", "subjects")
    return [
        CaseAlertOut.model_validate(
            {name: getattr(alert, name) for name in same}
            | {"camera_name": camera, "joined_at": joined, "left_at": left}
            | {
                "picture": next(
                    (f.sha256 for f in files.get(alert.id, []) if f.kind == "frame" and f.here),
                    None,
                )
            }
        )
        for alert, camera, joined, left in rows
    ]


def actions_of(session: Session, row: CaseRow, person: Person) -> list[ActionOut]:
    """Every step, oldest first."""
    wanted = select(CaseActionRow).where(CaseActionRow.case_id == row.id)
    rows = session.scalars(wanted.order_by(CaseActionRow.seq)).all()
    names = names_of(session, person, {one.actor_id for one in rows})
    return [_action(one, names) for one in rows]


def _action(one: CaseActionRow, names: Named) -> ActionOut:
    told = json.loads(one.detail)
    same = ("seq", "at", "action", "from_state", "to_state", "reason")
    actor, role = names.get(one.actor_id, ("", ""))
    return ActionOut.model_validate(
        {name: getattr(one, name) for name in same}
        | {"actor": actor, "role": role, "evidence": json.loads(one.evidence)}
        | {"deadline": told.get("deadline"), "articles": told.get("articles", [])}
        | {"visit_id": told.get("visit")}
    )


def orders_of(session: Session, row: CaseRow, person: Person) -> list[OrderOut]:
    """The orders of a case, oldest first."""
    wanted = select(OrderRow).where(OrderRow.case_id == row.id)
    rows = session.scalars(wanted.order_by(OrderRow.issued_at, OrderRow.number)).all()
    names = names_of(session, person, {one.issued_by for one in rows})
    same = [name for name in OrderOut.model_fields if name not in ("articles", "issued_by")]
    return [
        OrderOut.model_validate(
            {name: getattr(one, name) for name in same}
            | {"articles": json.loads(one.articles), "issued_by": names[one.issued_by][0]}
        )
        for one in rows
    ]


def look_backs_of(session: Session, row: CaseRow) -> list[LookBackOut]:
    """What video said, oldest first."""
    wanted = select(LookBackRow).where(LookBackRow.case_id == row.id)
    same = ("at", "since", "until", "seen_h", "needed_h", "upheld", "waiting", "result")
    return [
        LookBackOut.model_validate(
            {name: getattr(one, name) for name in same}
            | {"unit": unit_of(row.rule), "by_video": row.rule in BY_VIDEO}
            | {"missing_h": one.needed_h and max(0.0, one.needed_h - one.seen_h)}
        )
        for one in session.scalars(wanted.order_by(LookBackRow.at, LookBackRow.id))
    ]


def files_of(session: Session, row: CaseRow, person: Person) -> list[FileOut]:
    """Photos and papers, as they came; none for who has no part in the case."""
    if person.role not in SEE_FILES:
        return []
    wanted = (
        select(CaseFileRow, UserRow.role)
        .join(UserRow, UserRow.id == CaseFileRow.added_by)
        .where(CaseFileRow.case_id == row.id)
        .order_by(CaseFileRow.added_at, CaseFileRow.sha256)
    )
    same = [name for name in FileOut.model_fields if hasattr(CaseFileRow, name)]
    return [
        FileOut.model_validate(
            {name: getattr(file, name) for name in same}
            | {"bytes": file.size_bytes, "role": role, "deleted": file.deleted_at is not None}
        )
        for file, role in session.execute(wanted)
    ]
