"""What happens to cases by itself: opened, taken back, looked back at, reminded of, escalated.

One process at a time holds the lease, any may take over when it dies. Each case is a transaction
of its own, so that one that fails holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.audit import AuditHead, AuditRow
from api.cases.look_back import look_back
from api.cases.models import CaseRow
from api.cases.opening import ready_alerts, take_alert
from api.cases.rules import Given, Move, escalates_at
from api.cases.steps import SYSTEM, perform, times_of
from api.cases.store import alert_no_longer_upheld
from api.database import Database, new_id, now
from api.errors import DatabaseBusyError
from api.notifications.models import WorkerRow
from api.rounds import rounds, take_lease
from vision.errors import KitchenError

NAME: Final = "cases"
LEASE: Final = timedelta(seconds=60)
POLL_S: Final = 5.0
ENTRIES: Final = 500
TAKEN_BACK: Final = ("review.undone", "alert.reopened", "alert.overturned")
OVERDUE: Final = "nobody did in time what was due"
log = logging.getLogger("brightkitchen.cases")


@dataclass(slots=True)
class Round:
    """What one round did, in cases."""

    taken_back: int = 0
    opened: int = 0
    looked_back: int = 0
    reminded: int = 0
    escalated: int = 0


class Worker:
    """Does what is due, again and again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = new_id()

    def round(self, at: datetime | None = None) -> Round | None:
        """One round, or None while another process holds the lease."""
        at = at or now()
        with self._database.writing() as session:
            if self._lease(session) is None:
                return None
        return Round(
            taken_back=self._take_back(),
            opened=self._open(at),
            looked_back=self._each(CaseRow.look_back_at <= at, at, look_again),
            reminded=self._each(CaseRow.remind_at <= at, at, remind),
            escalated=self._each(_unescalated(at), at, escalate),
        )

    def running(self) -> AbstractContextManager[None]:
        """Rounds in a thread of their own beside the server."""
        return rounds(NAME, self.round, POLL_S, POLL_S * 2)

    def _lease(self, session: Session) -> WorkerRow | None:
        return take_lease(session, NAME, self._holder, LEASE)

    def _take_back(self) -> int:
        """Alerts whose verdict was taken back leave their cases; read from the audit log."""
        with self._database.reading() as session:
            since = session.get_one(WorkerRow, NAME).seq
            last = min(session.scalars(select(AuditHead.seq)).one(), since + ENTRIES)
            logged = AuditRow.seq > since, AuditRow.seq <= last, AuditRow.action.in_(TAKEN_BACK)
            subjects = session.scalars(select(AuditRow.subject).where(*logged)).all()
        alert_ids = list(dict.fromkeys(UUID(subject) for subject in subjects))
        done = sum(self._do(_leave, one) for one in alert_ids)
        with self._database.writing() as session:
            session.get_one(WorkerRow, NAME).seq = last
        return done

    def _open(self, at: datetime) -> int:
        with self._database.reading() as session:
            ready = ready_alerts(session, at)
        return sum(self._do(take_alert, one, at) for one in ready)

    def _each(
        self,
        due: ColumnElement[bool],
        at: datetime,
        work: Callable[[Session, CaseRow, datetime], bool],
    ) -> int:
        """Do it to every open case of which that is true, which is asked again under its lock."""
        open_ones = CaseRow.ended_at.is_(None), due
        with self._database.reading() as session:
            ids = session.scalars(
                select(CaseRow.id).where(*open_ones).order_by(CaseRow.due_at)
            ).all()

        def one_case(session: Session, case_id: str) -> bool:
            wanted = select(CaseRow).where(CaseRow.id == case_id, *open_ones)
            row = session.scalar(wanted.with_for_update())
            return row is not None and work(session, row, at)

        return sum(self._do(one_case, one) for one in ids)

    def _do(self, work: Callable[..., object], *given: object) -> bool:
        """Work in a transaction of its own; what fails is logged, and tried with the next round."""
        try:
            with self._database.writing() as session:
                return bool(work(session, *given))
        except DatabaseBusyError:
            raise
        except KitchenError as error:
            log.error("a case could not be brought on: %s", error)
            return False


def _leave(session: Session, alert_id: UUID) -> bool:
    alert = session.get(AlertRow, alert_id, with_for_update=True)
    if alert is None or alert.status == "upheld":
        return False
    alert_no_longer_upheld(session, alert_id, SYSTEM.id)
    return True


def look_again(session: Session, row: CaseRow, at: datetime) -> bool:
    """Ask what video says; True when that changed something."""
    version = row.version
    look_back(session, row, at)
    return row.version != version


def remind(session: Session, row: CaseRow, at: datetime) -> bool:
    """Tell the restaurant that its order is due soon."""
    perform(session, row, Move("remind", SYSTEM, at))
    return True


def _unescalated(at: datetime) -> ColumnElement[bool]:
    return (CaseRow.due_at < at) & CaseRow.escalated_at.is_(None)


def escalate(session: Session, row: CaseRow, at: datetime) -> bool:
    """What is overdue goes to a supervisor, in business hours."""
    if row.due_at is None or escalates_at(row.due_at, times_of(session)) > at:
        return False
    perform(session, row, Move("escalate", SYSTEM, at, Given(reason=OVERDUE)))
    return True
