"""One step of one case in the database: the rules decide, here it is written down.

Everything that changes a case comes through ``perform``: the row, the action with its evidence,
the orders and the audit log change in one transaction or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api import audit
from api.cases import orders
from api.cases.models import CaseActionRow, CaseAlertRow, CaseFileRow, CaseRow
from api.cases.rules import By, Move, Standing, Times, step
from api.cases.transitions import BY_ACTION, State
from api.evidence.models import EvidenceRow
from api.policy.store import current_policy
from vision.errors import InvalidError

SYSTEM: Final = By(audit.SYSTEM, "system")
NOT_RIGHT: Final = ("opened", "notified", "acknowledged", "answered", "ordered", "failed")


def standing_of(row: CaseRow) -> Standing:
    """The row as the rules see it."""
    return Standing(
        rule=row.rule,
        state=cast("State", row.state),
        upheld=row.upheld,
        first_signer=row.first_signer_id,
        escalated=row.escalated_at is not None,
        due_at=row.due_at,
        remind_at=row.remind_at,
        look_back_at=row.look_back_at,
        repeats=row.repeats,
    )


def times_of(session: Session) -> Times:
    """Clocks and calendar of the policy in force."""
    policy = current_policy(session)
    return Times(policy.clocks, policy.calendar)


def perform(session: Session, row: CaseRow, move: Move) -> None:
    """Take the step on a case that is locked; raises as ``api.cases.rules.step`` does."""
    before = row.state
    _require_files(session, row, move)
    after = step(standing_of(row), move, times_of(session))
    _write(row, after, move)
    note_action(session, row, move, before)
    orders.follow(session, row, move)


def _write(row: CaseRow, after: Standing, move: Move) -> None:
    row.rectified_at = _rectified_at(row, after.state, move)
    row.state, row.upheld, row.repeats = after.state, after.upheld, after.repeats
    row.due_at, row.remind_at, row.look_back_at = after.due_at, after.remind_at, after.look_back_at
    row.first_signer_id = after.first_signer
    row.second_signer_id = move.by.id if move.action == "close" else None
    row.escalated_at = (row.escalated_at or move.at) if after.escalated else None
    row.ended_at = (row.ended_at or move.at) if after.ended else None
    row.changed_at, row.version = move.at, row.version + 1


def _rectified_at(row: CaseRow, state: State, move: Move) -> datetime | None:
    """Since when it counts as put right; None while it does not."""
    if state in NOT_RIGHT:
        return None
    return move.at if move.action == "rectify" else row.rectified_at or move.at


def note_action(session: Session, row: CaseRow, move: Move, before: str) -> None:
    """Write an action down for good, and into the audit log."""
    given = move.given
    told: dict[str, Any] = dict(move.detail)
    if given.deadline is not None:
        told["deadline"] = given.deadline.isoformat()
    if given.articles:
        told["articles"] = list(given.articles)
    if given.alert is not None:
        told["alert"] = given.alert
    session.add(
        CaseActionRow(
            case_id=row.id,
            seq=row.version,
            at=move.at,
            actor_id=move.by.id,
            action=move.action,
            from_state=before,
            to_state=row.state,
            reason=given.reason,
            evidence=json.dumps(list(given.files)),
            detail=json.dumps(told, sort_keys=True, ensure_ascii=False),
        )
    )
    session.flush()
    _name_files(session, row, given.files)
    more = told | {"state": row.state, "reason": given.reason, "evidence": list(given.files)}
    audit.append(session, move.by.id, f"case.{move.action}", row.id, seq=row.version, **more)


def _name_files(session: Session, row: CaseRow, files: Sequence[str]) -> None:
    """Files that an action names for the first time belong to it."""
    fresh = CaseFileRow.case_id == row.id, CaseFileRow.action_seq.is_(None)
    session.execute(
        update(CaseFileRow)
        .where(*fresh, CaseFileRow.sha256.in_(files))
        .values(action_seq=row.version)
    )


def _require_files(session: Session, row: CaseRow, move: Move) -> None:
    """InvalidError for a file that the case has not; proof must be new, not of an earlier step."""
    files = set(move.given.files)
    if not files:
        return
    own = CaseFileRow.case_id == row.id, CaseFileRow.deleted_at.is_(None)
    wanted = select(CaseFileRow.sha256, CaseFileRow.action_seq).where(*own)
    rows = session.execute(wanted.where(CaseFileRow.sha256.in_(files)))
    found = {row[0]: row[1] for row in rows}
    unknown = files - set(found) - _evidence_of(session, row, files)
    if unknown:
        raise InvalidError(
            f"the case has no file {min(unknown)[:12]}; upload it to the case first", "files"
        )
    if "files" in BY_ACTION[move.action].needs and None not in found.values():
        raise InvalidError(
            "these photos belong to an earlier step; add one that shows how it is now", "files"
        )


def _evidence_of(session: Session, row: CaseRow, files: set[str]) -> set[str]:
    mine = CaseAlertRow.case_id == row.id, EvidenceRow.sha256.in_(files)
    joined = select(EvidenceRow.sha256).join(
        CaseAlertRow, CaseAlertRow.alert_id == EvidenceRow.alert_id
    )
    return set(session.scalars(joined.where(*mine, EvidenceRow.deleted_at.is_(None))))
