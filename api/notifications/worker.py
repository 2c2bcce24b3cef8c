"""Sending what is due: one process at a time holds the lease, any may take over when it dies."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.database import Database, new_id, now
from api.errors import SendError
from api.notifications import case_intake, intake, mail, report_intake, webhook
from api.notifications.messages import Message, Reader, compose
from api.notifications.models import NotificationRow, SubscriptionRow, WorkerRow
from api.notifications.rules import delay
from api.outbound import Policy
from api.rounds import rounds, take_lease
from api.samples.plans import plan_day
from api.settings import Settings

NAME: Final = "notifications"
TAKE: Final = case_intake.TAKE | report_intake.TAKE
LEASE: Final = timedelta(seconds=60)
# While a message is being sent nobody else takes it; then it is tried again.
CLAIM: Final = timedelta(seconds=120)
POLL_S: Final = 5.0
MOST_A_ROUND: Final = 200


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message that was claimed, ready to be sent."""

    id: str
    channel: str
    target: str
    secret: str
    payload: dict[str, Any]
    message: Message


@dataclass(slots=True)
class Round:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


class Worker:
    """Reads what happened, puts messages, sends what is due."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        send: Callable[[Parcel, Settings], None] | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._send = send or send_parcel
        self._holder = new_id()
        self._planned: datetime | None = None

    def round(self) -> Round | None:
        """One round, or None while another process holds the lease."""
        with self._database.writing() as session:
            worker = self._lease(session)
            if worker is None:
                return None
            while intake.read_log(session, worker, TAKE) == intake.ENTRIES:
                continue
            intake.note_late(session)
            intake.note_digests(session)
        self._plan_samples()
        return self._send_due()

    def running(self) -> AbstractContextManager[None]:
        """Rounds in a thread of their own beside the server."""
        return rounds(NAME, self.round, POLL_S, webhook.DEADLINE_S + 5)

    def _lease(self, session: Session) -> WorkerRow | None:
        return take_lease(session, NAME, self._holder, LEASE)

    def _plan_samples(self) -> None:
        """Once an hour: today's minutes and tomorrow's, so that cameras know in time."""
        at, zone = now(), ZoneInfo(self._settings.time_zone)
        if self._planned and at - self._planned < timedelta(hours=1):
            return
        with self._database.writing() as session:
            for days in (0, 1):
                day = (at + timedelta(days=days)).astimezone(zone).date()
                plan_day(session, day, self._settings.samples_per_day, zone)
        self._planned = at

    def _send_due(self) -> Round:
        done = Round()
        for _ in range(MOST_A_ROUND):
            with self._database.writing() as session:
                if self._lease(session) is None:
                    break
                claimed = _claim(session)
                parcel = claimed and _pack(session, *claimed, self._settings)
            if claimed is None:
                break
            if parcel:
                self._deliver(parcel, done)
        return done

    def _deliver(self, parcel: Parcel, done: Round) -> None:
        problem = ""
        try:
            self._send(parcel, self._settings)
        except SendError as error:
            problem = str(error)[:300]
        with self._database.writing() as session:
            row = session.get_one(NotificationRow, parcel.id)
            if problem:
                done.failed += 1
                done.dead += _failed(row, problem)
            else:
                row.status, row.sent_at, row.problem = "sent", now(), ""
                done.sent += 1


def _claim(session: Session) -> tuple[NotificationRow, SubscriptionRow] | None:
    row = session.scalar(
        select(NotificationRow)
        .where(NotificationRow.status == "waiting", NotificationRow.due_at <= now())
        .order_by(NotificationRow.due_at, NotificationRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.attempts += 1
    row.due_at = now() + CLAIM
    session.flush()
    return row, session.get_one(SubscriptionRow, row.subscription_id)


def _pack(
    session: Session, row: NotificationRow, to: SubscriptionRow, settings: Settings
) -> Parcel | None:
    """The message, or None when there is nothing to tell any more."""
    row.status = _standing(session, row, to)
    session.flush()
    if row.status != "waiting":
        return None
    facts = json.loads(row.facts)
    reader = Reader(to.language, to.time_zone, to.label)  # type: ignore[arg-type]  # checked when stored
    message = compose(row.trigger, facts, reader, settings.public_url)  # type: ignore[arg-type]  # ours
    payload = {
        "id": row.id,
        "trigger": row.trigger,
        "created_at": row.created_at.isoformat(),
        "facts": {name: value for name, value in facts.items() if name != "path"},
        "title": message.subject,
        "text": message.text,
        "link": message.link,
    }
    return Parcel(row.id, to.channel, to.target, to.secret or "", payload, message)


def _standing(session: Session, row: NotificationRow, to: SubscriptionRow) -> str:
    """waiting when it is to be sent now; withdrawn or folded when it is not."""
    gone = {"alert_upheld": intake.is_upheld, "alert_late": intake.is_open}
    check = gone.get(row.trigger)
    if not to.active or (check is not None and not check(session, row.subject)):
        return "withdrawn"
    cools = row.trigger in ("alert_upheld", "camera_offline") and to.cooldown_s > 0
    return "folded" if cools and intake.recently(session, row, to.cooldown_s) else "waiting"


def _failed(row: NotificationRow, problem: str) -> bool:
    """Note the failure; True when it was the last try."""
    wait = delay(row.attempts, random.random())  # noqa: S311 - spreads load, guards nothing
    row.problem = problem
    if wait is None:
        row.status = "dead"
        return True
    row.due_at = now() + wait
    return False


def send_parcel(parcel: Parcel, settings: Settings) -> None:
    """By its channel, or SendError."""
    if parcel.channel == "email":
        mail.send(parcel.target, parcel.id, parcel.message, settings)
        return
    policy = Policy.of(settings)
    webhook.post(parcel.target, parcel.secret, parcel.id, parcel.payload, policy)
