"""Looking back by video: whether enough was seen since the rectification, and nothing wrong in it.

With no violation in E hours the rate is below r with 90 % confidence once E >= ln(10) / r: that
is what "passed" means. Pure but for ``measure`` and ``look_back``, which ask the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.alerts.store import OPEN
from api.cases.models import CaseRow, LookBackRow
from api.cases.rules import BY_VIDEO, LOOK_AGAIN, Given, Move
from api.cases.schemas import LookBackOut, LookBackResult
from api.cases.steps import SYSTEM, perform
from api.cases.transitions import Action
from api.database import new_id
from api.exposures.store import assessable_s
from api.policy.rules import Policy
from api.policy.store import current_policy
from vision.names import RULE_IDS

CONFIDENCE: Final = 0.9
HOUR_S: Final = 3600.0
ACTION: Final[dict[LookBackResult, Action]] = {
    "passed": "video_passed",
    "failed": "video_failed",
    "undecided": "video_undecided",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen since the rectification; hours are of people or of cameras."""

    seen_h: float
    needed_h: float | None
    upheld: int
    waiting: int
    waited: bool


def needed_h(rate_60: float) -> float:
    """Hours without a violation after which the rate is below ``rate_60`` (episodes an hour)."""
    return -log(1 - CONFIDENCE) / rate_60


def decide(rule: str, seen: Seen) -> LookBackResult:
    """What video says now; an alert that nobody reviewed yet leaves it open."""
    if seen.upheld:
        return "failed"
    enough = seen.needed_h is not None and seen.seen_h >= seen.needed_h
    if rule in BY_VIDEO and enough and seen.waited and not seen.waiting:
        return "passed"
    return "undecided"


def unit_of(rule: str) -> Literal["person_h", "camera_h"]:
    """Hours of heads that could be judged, or of cameras that saw."""
    return "person_h" if rule in BY_VIDEO else "camera_h"


def measure(session: Session, row: CaseRow, at: datetime) -> LookBackOut:
    """What video says of a rectified case at that moment."""
    policy = current_policy(session)
    since = row.rectified_at or at
    seen = _seen(session, row, since, at, policy)
    missing = None if seen.needed_h is None else max(0.0, seen.needed_h - seen.seen_h)
    return LookBackOut(
        at=at,
        since=since,
        until=at,
        seen_h=seen.seen_h,
        needed_h=seen.needed_h,
        missing_h=missing,
        unit=unit_of(row.rule),
        by_video=row.rule in BY_VIDEO,
        upheld=seen.upheld,
        waiting=seen.waiting,
        result=decide(row.rule, seen),
    )


def _seen(session: Session, row: CaseRow, since: datetime, at: datetime, policy: Policy) -> Seen:
    family = policy.score.family_of(row.rule)
    watched = row.rule in RULE_IDS
    rate_60 = policy.score.family(family).rate_60 if family else None
    passed_s = assessable_s(session, row.restaurant_id, row.rule, since, at) if watched else 0.0
    counts = _counts(session, row, since) if watched else {}
    wait = timedelta(hours=policy.clocks.look_back_after_h)
    return Seen(
        seen_h=passed_s / HOUR_S,
        needed_h=needed_h(rate_60) if rate_60 else None,
        upheld=counts.get("upheld", 0),
        waiting=sum(counts.get(status, 0) for status in OPEN),
        waited=at >= since + wait,
    )


def _counts(session: Session, row: CaseRow, since: datetime) -> dict[str, int]:
    """Alerts of the case's kind that began since then, by how they stand."""
    wanted = select(AlertRow.status, func.count()).where(*_of_kind(row, since))
    return {row[0]: row[1] for row in session.execute(wanted.group_by(AlertRow.status))}


def _of_kind(row: CaseRow, since: datetime) -> list[ColumnElement[bool]]:
    told = [AlertRow.restaurant_id == row.restaurant_id, AlertRow.rule == row.rule]
    told.append(AlertRow.started_at > since)
    return [*told, AlertRow.zone_type == row.zone_type] if row.zone_type else told


def look_back(session: Session, row: CaseRow, at: datetime) -> LookBackResult:
    """Decide a rectified case that is locked, if video can; what is still missing is told once."""
    told = measure(session, row, at)
    if told.result == "undecided" and _told_since(session, row, told.since):
        row.look_back_at = at + LOOK_AGAIN
        session.flush()
        return told.result
    same = ("at", "since", "until", "seen_h", "needed_h", "upheld", "waiting", "result")
    policy = current_policy(session)
    session.add(
        LookBackRow(
            id=new_id(),
            case_id=row.id,
            policy_sha256=policy.sha256,
            **{name: getattr(told, name) for name in same},
        )
    )
    alert = _first_upheld(session, row, told.since) if told.result == "failed" else None
    detail: dict[str, Any] = {
        "seen_h": round(told.seen_h, 2),
        "needed_h": told.needed_h,
        "unit": told.unit,
    }
    detail |= {"waiting": told.waiting, "policy": policy.sha256}
    perform(session, row, Move(ACTION[told.result], SYSTEM, at, Given(alert=alert), detail))
    return told.result


def _told_since(session: Session, row: CaseRow, since: datetime) -> bool:
    mine = LookBackRow.case_id == row.id, LookBackRow.at >= since
    return session.scalar(select(LookBackRow.id).where(*mine).limit(1)) is not None


def _first_upheld(session: Session, row: CaseRow, since: datetime) -> str | None:
    wanted = select(AlertRow.id).where(*_of_kind(row, since), AlertRow.status == "upheld")
    found = session.scalar(wanted.order_by(AlertRow.started_at).limit(1))
    return None if found is None else str(found)
