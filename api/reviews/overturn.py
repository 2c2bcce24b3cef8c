"""An upheld alert that was not one after all: what granting an appeal does to it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.cases.store import alert_no_longer_upheld
from api.database import new_id
from api.patrols.reporter_store import reporter_of
from api.reviews.models import ReviewRow
from api.reviews.rules import Reason
from api.reviews.schemas import ReviewIn
from api.reviews.store import locked_alert, verdict_columns
from vision.errors import ConflictError, ForbiddenError

MAY_OVERTURN = ("supervisor", "admin")


def involved_in(session: Session, alert_id: UUID) -> set[str]:
    """Who judged the alert at any time, undone verdicts too, or reported it."""
    judged = set(
        session.scalars(select(ReviewRow.reviewer_id).where(ReviewRow.alert_id == alert_id))
    )
    reporter = reporter_of(session, alert_id)
    return judged | ({reporter} if reporter else set())


def overturn(session: Session, decider: Person, alert_id: UUID, ground: Reason, text: str) -> None:
    """Dismiss an upheld alert: its verdicts are set aside and kept, the decider's one stands.

    Its case loses it. Precision and score follow from the alert's status. ForbiddenError for
    whoever judged it before, ConflictError when it is not upheld (any more).
    """
    if decider.role not in MAY_OVERTURN:
        raise ForbiddenError("a verdict is overturned by supervisor or admin")
    alert = locked_alert(session, decider, alert_id)
    if alert.status != "upheld":
        raise ConflictError("this alert is not upheld (any more); there is nothing to overturn")
    if decider.id in involved_in(session, alert_id):
        raise ForbiddenError("you judged or reported this alert; another person decides")
    given = ReviewIn(verdict="dismissed", reason=ground, comment=text)
    verdict = ReviewRow(
        id=new_id(), alert_id=alert_id, round=1, batch=None, **verdict_columns(decider, given)
    )
    standing = ReviewRow.alert_id == alert_id, ReviewRow.undone_at.is_(None)
    before = session.scalars(select(ReviewRow).where(*standing)).all()
    for row in before:
        row.undone_at, row.undone_by = verdict.created_at, decider.id
        row.undone_reason = text
    session.flush()  # a round has one standing verdict: the old ones go first
    session.add(verdict)
    alert.double_review = False
    alert.status, alert.settled_at = "dismissed", verdict.created_at
    session.flush()
    alert_no_longer_upheld(session, alert_id, decider.id)
    set_aside = [row.id for row in before]
    detail = {"review": verdict.id, "set_aside": set_aside, "ground": ground, "reason": text}
    audit.append(session, decider.id, "alert.overturned", str(alert_id), **detail)
