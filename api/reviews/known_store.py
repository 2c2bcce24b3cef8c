"""Hidden known items in the database: the pool, what was shown to whom, what they said."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.schemas import AlertOut
from api.alerts.store import read_alerts, shown
from api.database import new_id, now
from api.reviews.known import PLACES, Known, chance, suitable, times_for
from api.reviews.models import KnownAnswerRow, KnownItemRow, KnownShowRow, ReviewRow
from api.reviews.order import ReviewPolicy, due_at
from api.reviews.queue import fitting
from api.reviews.rules import DECIDED, SPOKEN
from api.reviews.schemas import ClaimOut, QueueFilter, ReviewIn, ReviewOut
from api.reviews.store import locked_alert, review_out, verdict_columns
from vision.errors import ConflictError, NotFoundError

# Nobody is asked about the same thing twice within this time.
REST: Final = timedelta(days=60)
# One that was not reached in a day is withdrawn: its times would stand out by then.
STALE: Final = timedelta(days=1)
LOOK_AT: Final = 500


def find_show(session: Session, person: Person, item_id: UUID) -> KnownShowRow | None:
    """The known item that this person, and nobody else, meets under that id."""
    row = session.get(KnownShowRow, item_id)
    return row if row is not None and row.person_id == person.id else None


def real_id(session: Session, person: Person, item_id: UUID) -> UUID:
    """The alert behind an id that this person met; every other id is given back as it came."""
    row = find_show(session, person, item_id)
    return item_id if row is None else row.alert_id


def waiting_show(session: Session, person: Person, only: QueueFilter) -> KnownShowRow | None:
    """The known item that lies in this person's queue now, if it fits the filter."""
    mine = KnownShowRow.person_id == person.id, KnownShowRow.closed_at.is_(None)
    fresh = KnownShowRow.received_at > now() - STALE - timedelta(hours=4)
    return session.scalars(
        select(KnownShowRow)
        .join(AlertRow, AlertRow.id == KnownShowRow.alert_id)
        .where(*mine, fresh, *fitting(only))
        .order_by(KnownShowRow.received_at)
        .limit(1)
    ).first()


def maybe_hide_one(session: Session, person: Person, policy: ReviewPolicy) -> None:
    """After an ordinary verdict: now and then a known item joins this person's queue."""
    if secrets.SystemRandom().random() >= chance(policy.known_share):
        return
    if waiting_show(session, person, QueueFilter()) is not None:
        return
    moment = now()
    choice = suitable(_candidates(session, person), moment)
    if not choice:
        return
    item = secrets.choice(choice)
    times = times_for(item, moment)
    session.add(
        KnownShowRow(
            id=uuid4(),
            alert_id=item.alert_id,
            person_id=person.id,
            place=1 + secrets.randbelow(PLACES),
            started_at=times.started_at,
            received_at=times.received_at,
            due_at=due_at(times.received_at, item.severity, policy),
        )
    )
    session.flush()


def _candidates(session: Session, person: Person) -> list[Known]:
    """Items on which this person never spoke, and which were not shown to them lately."""
    met = (KnownShowRow.alert_id == AlertRow.id, KnownShowRow.person_id == person.id)
    lately = select(KnownShowRow.id).where(*met, KnownShowRow.received_at > now() - REST)
    own = ReviewRow.alert_id == AlertRow.id, ReviewRow.reviewer_id == person.id
    rows = session.execute(
        select(
            AlertRow.id,
            AlertRow.severity,
            AlertRow.started_at,
            AlertRow.ended_at,
            AlertRow.received_at,
        )
        .join(KnownItemRow, KnownItemRow.alert_id == AlertRow.id)
        .where(KnownItemRow.retired_at.is_(None), AlertRow.status == KnownItemRow.truth)
        .where(~lately.exists(), ~select(ReviewRow.id).where(*own).exists())
        .order_by(func.random())
        .limit(LOOK_AT)
    )
    return [Known(*row) for row in rows]


def serve(session: Session, row: KnownShowRow, lease_s: int) -> ClaimOut:
    """Hand it out, as a claim like any other."""
    row.claimed_until = now() + timedelta(seconds=lease_s)
    row.place = 0
    session.flush()
    return ClaimOut(alert_id=row.id, expires_at=row.claimed_until)


def step_ahead(session: Session, row: KnownShowRow) -> None:
    """One other item was handed out before it."""
    row.place = max(0, row.place - 1)
    session.flush()


def shown_alert(session: Session, row: KnownShowRow) -> AlertOut:
    """The item as this person sees it: an alert like any other."""
    alert = read_alerts(session, shown().where(AlertRow.id == row.alert_id))[0]
    moved = row.started_at - alert.started_at
    told: dict[str, Any] = {
        "id": row.id,
        "started_at": row.started_at,
        "ended_at": None if alert.ended_at is None else alert.ended_at + moved,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "settled_at": None,
        "status": "waiting",
        "round": 1,
    }
    answer = standing_answer(session, row)
    if answer is not None and answer.verdict == "unsure":
        told |= {"status": "second_review", "round": 2}
    elif answer is not None:
        told |= {"status": answer.verdict, "settled_at": answer.created_at}
    return alert.model_copy(update=told)


def answer(
    session: Session,
    person: Person,
    row: KnownShowRow,
    given: ReviewIn,
    batch: str | None = None,
) -> ReviewOut:
    """Keep what this person says; the alert itself is not touched."""
    said_before = standing_answer(session, row)
    if said_before is not None:
        raise ConflictError(SPOKEN if said_before.verdict == "unsure" else DECIDED)
    more = verdict_columns(person, given)
    said = KnownAnswerRow(id=new_id(), show_id=row.id, batch=batch, **more)
    session.add(said)
    row.closed_at = said.created_at
    session.flush()
    detail = {"answer": said.id, "verdict": said.verdict, "reason": said.reason}
    audit.append(session, person.id, "known.answered", str(row.alert_id), **detail)
    return _out(session, row, said, person.name)


def take_back(session: Session, person: Person, row: KnownShowRow, review_id: str) -> ReviewOut:
    """Undo, as on any alert."""
    said = session.get(KnownAnswerRow, review_id)
    if said is None or said.show_id != row.id:
        raise NotFoundError(f"there is no review {review_id} of this alert")
    if said.undone_at is not None:
        raise ConflictError("this review was undone before")
    said.undone_at, row.closed_at = now(), None
    session.flush()
    audit.append(session, person.id, "known.undone", str(row.alert_id), answer=said.id)
    return _out(session, row, said, person.name)


def answers(session: Session, person: Person, row: KnownShowRow) -> list[ReviewOut]:
    """This person's own, undone ones too, oldest first."""
    wanted = select(KnownAnswerRow).where(KnownAnswerRow.show_id == row.id)
    found = session.scalars(wanted.order_by(KnownAnswerRow.created_at))
    return [_out(session, row, said, person.name) for said in found]


def answers_of_batch(
    session: Session, person: Person, batch: str
) -> list[tuple[KnownShowRow, KnownAnswerRow]]:
    """Known items that this person dismissed in bulk and did not take back."""
    mine = KnownAnswerRow.batch == batch, KnownAnswerRow.reviewer_id == person.id
    rows = session.execute(
        select(KnownShowRow, KnownAnswerRow)
        .join(KnownAnswerRow, KnownAnswerRow.show_id == KnownShowRow.id)
        .where(*mine, KnownAnswerRow.undone_at.is_(None))
    )
    return [(row[0], row[1]) for row in rows]


def standing_answer(session: Session, row: KnownShowRow) -> KnownAnswerRow | None:
    """What was said and not taken back."""
    here = KnownAnswerRow.show_id == row.id, KnownAnswerRow.undone_at.is_(None)
    return session.scalars(select(KnownAnswerRow).where(*here)).first()


def _out(session: Session, row: KnownShowRow, said: KnownAnswerRow, name: str) -> ReviewOut:
    now_said = standing_answer(session, row)
    status = "waiting" if now_said is None else now_said.verdict
    status = "second_review" if status == "unsure" else status
    more = {"alert_id": row.id, "round": 1, "undone_reason": None}
    return review_out(said, name, alert_status=status, **more)


def add_known(session: Session, person: Person, alert_id: UUID) -> None:
    """A supervisor trusts the verdict on this alert enough to ask others about it."""
    alert = locked_alert(session, person, alert_id)
    if alert.status not in ("upheld", "dismissed"):
        raise ConflictError("an alert becomes a known item once it is decided")
    keep_known(session, alert, "supervisor", person.id)
    audit.append(session, person.id, "known.added", str(alert_id), truth=alert.status)


def keep_known(session: Session, alert: AlertRow, source: str, added_by: str | None) -> None:
    """Into the pool, or back into it."""
    row = session.get(KnownItemRow, alert.id) or KnownItemRow(alert_id=alert.id)
    row.truth, row.source, row.added_by = alert.status, source, added_by
    row.added_at, row.retired_at = now(), None
    session.add(row)
    session.flush()


def retire_known(session: Session, person: Person, alert_id: UUID) -> None:
    """Ask nobody about it any more; what was answered stays."""
    locked_alert(session, person, alert_id)
    row = session.get(KnownItemRow, alert_id)
    if row is None or row.retired_at is not None:
        raise NotFoundError("this alert is not among the known items")
    row.retired_at = now()
    session.flush()
    audit.append(session, person.id, "known.retired", str(alert_id))
