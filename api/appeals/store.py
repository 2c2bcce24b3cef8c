"""Appeals in the database: filed, withdrawn, decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.appeals import rules
from api.appeals.models import AppealRow
from api.appeals.reading import one_appeal
from api.appeals.schemas import AppealIn, AppealOut, DecisionIn
from api.database import new_id, now
from api.policy.store import current_policy
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.reviews.overturn import involved_in, overturn
from vision.errors import ConflictError, ForbiddenError, NotFoundError

WHY_NOT: dict[rules.WhyNot, str] = {
    "not_upheld": "this alert is not upheld; there is nothing to appeal against",
    "open": "an appeal on this episode is open already; wait for its decision or withdraw it",
    "decided": "the appeal on this episode was decided; that decision closes it",
    "too_late": "the term for an appeal is over (the policy says how long it is, usually 21 days)",
}


def theirs(person: Person) -> ColumnElement[bool]:
    """Which appeals are this person's to know."""
    return AppealRow.restaurant_id.in_(select(RestaurantRow.id).where(in_care(person)))


def file_appeal(session: Session, person: Person, given: AppealIn) -> AppealOut:
    """File an appeal on an upheld alert of one's own restaurant.

    ConflictError after the term, while one is open, and once one was decided.
    """
    if person.role != "restaurant":
        raise ForbiddenError("an appeal is filed by the restaurant")
    wanted = select(AlertRow).where(AlertRow.id == given.alert_id, in_scope(person))
    alert = session.scalar(wanted.with_for_update(of=AlertRow))
    if alert is None or alert.settled_at is None:
        raise NotFoundError(f"there is no alert {given.alert_id} for you")
    moment = now()
    reason = rules.why_not(verdict_on(session, alert), moment, term_of(session, alert.settled_at))
    if reason is not None:
        raise ConflictError(WHY_NOT[reason])
    row = AppealRow(
        id=new_id(),
        alert_id=alert.id,
        restaurant_id=alert.restaurant_id,
        state="filed",
        statement=given.statement.strip(),
        verdict_at=alert.settled_at,
        filed_by=person.id,
        filed_at=moment,
        due_at=current_policy(session).calendar.after_days(moment, rules.DECISION_DAYS),
        decision="",
    )
    session.add(row)
    session.flush()
    audit.append(session, person.id, "appeal.filed", str(alert.id), appeal=row.id)
    return one_appeal(session, person, AppealRow.id == row.id)


def verdict_on(session: Session, alert: AlertRow) -> rules.Verdict:
    """The alert's verdict with the appeals made on it so far."""
    told = select(AppealRow.state, AppealRow.filed_at).where(AppealRow.alert_id == alert.id)
    earlier = [rules.Earlier(state, at) for state, at in session.execute(told)]  # type: ignore[arg-type]  # written by this module
    return rules.Verdict(alert.status, alert.settled_at, earlier)


def term_of(session: Session, settled_at: datetime) -> rules.Term:
    """The term of a verdict, by the policy that was in force when it was given."""
    policy = current_policy(session, settled_at)
    return rules.Term(policy.clocks.appeal_days, ZoneInfo(policy.calendar.time_zone))


def why_not_now(session: Session, alert_id: UUID) -> rules.WhyNot | None:
    """Why the alert cannot be appealed against now; None when it can."""
    alert = session.get(AlertRow, alert_id)
    if alert is None or alert.settled_at is None:
        return "not_upheld"
    return rules.why_not(verdict_on(session, alert), now(), term_of(session, alert.settled_at))


def withdraw(session: Session, person: Person, appeal_id: str) -> AppealOut:
    """Take an open appeal back; the verdict stands, and within the term it may be filed again."""
    row = locked_appeal(session, person, appeal_id)
    if person.role != "restaurant":
        raise ForbiddenError("an appeal is withdrawn by the restaurant")
    require_open(row)
    row.state, row.ended_by, row.ended_at = "withdrawn", person.id, now()
    session.flush()
    audit.append(session, person.id, "appeal.withdrawn", str(row.alert_id), appeal=row.id)
    return one_appeal(session, person, AppealRow.id == row.id)


def decide(session: Session, person: Person, appeal_id: str, given: DecisionIn) -> AppealOut:
    """Grant or refuse an open appeal, with the reason; granting overturns the alert.

    ForbiddenError for whoever judged or reported the alert.
    """
    row = locked_appeal(session, person, appeal_id)
    if person.role not in rules.DECIDERS:
        raise ForbiddenError("an appeal is decided by supervisor or admin")
    require_open(row)
    if not rules.may_decide(person.id, person.role, involved_in(session, row.alert_id)):
        raise ForbiddenError("you judged or reported this alert; another person decides")
    row.state, row.decision, row.ground = given.outcome, given.reason.strip(), given.ground
    row.ended_by, row.ended_at = person.id, now()
    session.flush()
    if given.ground is not None:
        overturn(session, person, row.alert_id, given.ground, row.decision)
    detail = {"appeal": row.id, "reason": row.decision}
    audit.append(session, person.id, f"appeal.{row.state}", str(row.alert_id), **detail)
    return one_appeal(session, person, AppealRow.id == row.id)


def locked_appeal(session: Session, person: Person, appeal_id: str) -> AppealRow:
    """The appeal, which nobody else changes until this transaction ends."""
    wanted = select(AppealRow).where(AppealRow.id == appeal_id, theirs(person))
    row = session.scalar(wanted.with_for_update(of=AppealRow))
    if row is None:
        raise no_appeal(appeal_id)
    return row


def require_open(row: AppealRow) -> None:
    """ConflictError once the appeal is over."""
    if row.state != "filed":
        raise ConflictError(f"this appeal is over: it was {row.state}")


def no_appeal(appeal_id: str) -> NotFoundError:
    """The same words for an appeal that is not there and for one that is not theirs."""
    return NotFoundError(f"there is no appeal {appeal_id} for you")


def newest_of(session: Session, alert_ids: Collection[UUID]) -> dict[UUID, AppealRow]:
    """The newest appeal on each of these alerts; ask for those in somebody's scope."""
    wanted = select(AppealRow).where(AppealRow.alert_id.in_(alert_ids))
    return {row.alert_id: row for row in session.scalars(wanted.order_by(AppealRow.filed_at))}
