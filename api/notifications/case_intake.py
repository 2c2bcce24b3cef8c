"""From what happened to cases to messages: who is told that something is theirs to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.audit import AuditRow
from api.cases.models import CaseRow
from api.database import now
from api.notifications.intake import Draft, Take, put, quiet_of, subscribers
from api.notifications.rules import Trigger, bypasses, due_at
from api.restaurants.models import RestaurantRow
from vision.names import RULE_IDS

TRIGGERS: Final[dict[str, Trigger]] = {
    "case.notify": "case_opened",
    "case.answer": "case_answered",
    "case.rectify": "case_answered",
    "case.order": "case_ordered",
    "case.remind": "case_due",
    "case.escalate": "case_overdue",
    "case.video_passed": "case_looked_back",
    "case.video_failed": "case_looked_back",
    "case.check_failed": "case_looked_back",
    "case.close": "case_closed",
    "case.withdraw": "case_closed",
}


def take(session: Session, entry: AuditRow) -> None:
    """Put a message to everybody who wants to know of this step of a case."""
    row = session.get(CaseRow, entry.subject)
    if row is None:
        return
    trigger = TRIGGERS[entry.action]
    facts = _facts(session, row)
    for to in subscribers(session, row.restaurant_id, trigger):
        urgent = bypasses(row.severity, to.bypass)  # type: ignore[arg-type]  # both were checked when stored
        quiet = None if urgent else quiet_of(to)
        draft = Draft(
            trigger,
            key=f"{trigger}:{row.id}:{entry.seq}:{to.id}",
            topic=f"{trigger}:{row.id}",
            subject=row.id,
            due_at=due_at(now() + timedelta(), quiet, ZoneInfo(to.time_zone)),
        )
        put(session, to, draft, facts)


def _facts(session: Session, row: CaseRow) -> dict[str, Any]:
    restaurant = session.get_one(RestaurantRow, row.restaurant_id)
    told: dict[str, Any] = {
        "case": row.id,
        "number": row.number,
        "matter": row.rule,
        "state": row.state,
        "time": row.opened_at.isoformat(),
        "restaurant": restaurant.name,
        "path": f"/cases/{row.id}",
    }
    if row.rule in RULE_IDS:
        told["rule"] = row.rule
    if row.due_at is not None:
        told["due"] = row.due_at.isoformat()
    return told


TAKE: Final[dict[str, Take]] = dict.fromkeys(TRIGGERS, take)
