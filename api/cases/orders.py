"""Rectification orders in the database: they follow what happens to their case."""

from __future__ import annotations

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cases.models import CaseRow, OrderRow
from api.cases.rules import Move
from api.database import new_id


def in_force(session: Session, case_id: str) -> OrderRow | None:
    """The order that counts now."""
    standing = OrderRow.replaced_at.is_(None), OrderRow.withdrawn_at.is_(None)
    return session.scalar(
        select(OrderRow)
        .where(OrderRow.case_id == case_id, *standing)
        .order_by(OrderRow.issued_at.desc(), OrderRow.number.desc())
        .limit(1)
    )


def follow(session: Session, row: CaseRow, move: Move) -> None:
    """Bring the case's order along with a move that was made."""
    order = in_force(session, row.id)
    action, at, given = move.action, move.at, move.given
    if action == "order":
        _issue(session, row, order, move)
    elif order is None:
        return
    elif action == "extend" and given.deadline is not None:
        order.due_at = given.deadline
    elif action in ("rectify", "check_passed"):
        order.met_at = order.met_at or at
    elif action in ("video_failed", "check_failed", "send_back"):
        order.failed_at = order.failed_at or (at if order.met_at else None)
    elif action == "withdraw":
        order.withdrawn_at = at
    session.flush()


def _issue(session: Session, row: CaseRow, before: OrderRow | None, move: Move) -> None:
    assert move.given.deadline is not None  # the rules asked for it
    # One that was met is done; one that was late when it was replaced stays late.
    if before is not None and before.met_at is None:
        before.replaced_at = move.at
    count = select(func.count()).select_from(OrderRow).where(OrderRow.case_id == row.id)
    session.add(
        OrderRow(
            id=new_id(),
            number=f"{row.number}-{(session.scalar(count) or 0) + 1}",
            case_id=row.id,
            restaurant_id=row.restaurant_id,
            issued_at=move.at,
            issued_by=move.by.id,
            visit_id=move.detail.get("visit"),
            requirements=move.given.reason,
            articles=json.dumps(list(move.given.articles), ensure_ascii=False),
            first_due_at=move.given.deadline,
            due_at=move.given.deadline,
            generated=row.generated,
        )
    )
