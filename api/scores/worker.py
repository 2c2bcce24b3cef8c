"""Scores follow what happens: after each verdict and case, each hour, at the end of each day."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.audit import AuditRow
from api.cases.models import CaseRow
from api.database import Database, new_id, now
from api.exposures.models import ExposureDayRow
from api.exposures.store import note_missing
from api.notifications.models import WorkerRow
from api.policy.store import current_policy, keep_shipped
from api.rounds import rounds, take_lease
from api.scores.closing import DAYS, last_over
from api.scores.days_store import (
    close_day,
    keep,
    note_rates,
    recompute,
    refresh,
    scores_on,
    today,
    zone_now,
)
from api.scores.district_store import districts_of
from api.scores.facts import EPOCH, Moment, number
from api.scores.models import DistrictRateRow

NAME: Final = "scores"
LEASE: Final = timedelta(seconds=120)
POLL_S: Final = 5.0
# Of one round; whoever else writes has a turn between two days.
CLOSING_S: Final = 2.0
ENTRIES: Final = 200
BACK: Final = timedelta(days=180)
# After these the past is no longer what it was; after a verdict only today is.
REWRITES: Final = ("alert.overturned", "alert.reopened", "review.undone")
LATE: Final = "exposure.late"


class ScoreWorker:
    """One process at a time keeps the scores; any may take over when it dies."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = new_id()
        self._refreshed: datetime | None = None

    def round(self) -> bool:
        """Follow the audit log, close days that are over, renew today's; False without lease."""
        with self._database.writing() as session:
            worker = self._lease(session)
            if worker is None:
                return False
            keep_shipped(session)
            follow(session, worker)
        closed, until_s = True, monotonic() + CLOSING_S
        while closed and monotonic() < until_s:
            with self._database.writing() as session:
                closed = close_next(session, self._holder)
        if not closed and self._is_due():
            self._renew()
        return True

    def running(self) -> AbstractContextManager[None]:
        """Rounds in a thread of their own beside the server."""
        return rounds(NAME, self.round, POLL_S, 30)

    def _lease(self, session: Session) -> WorkerRow | None:
        return take_lease(session, NAME, self._holder, LEASE)

    def _is_due(self) -> bool:
        return self._refreshed is None or now() - self._refreshed >= timedelta(hours=1)

    def _renew(self) -> None:
        """Once an hour everybody's score of today: time passes, and hours come in."""
        with self._database.writing() as session:
            _note_rates_of_today(session)
        with self._database.reading() as session:
            moment = Moment.of(now(), zone_now(session))
            scores = scores_on(session, list(districts_of(session)), moment)
        with self._database.writing() as session:
            keep(session, scores)
        self._refreshed = now()


def follow(session: Session, worker: WorkerRow) -> None:
    """Score anew whom the next entries of the audit log are about."""
    entries = session.execute(
        select(AuditRow.seq, AuditRow.action, AuditRow.subject, AuditRow.detail)
        .where(AuditRow.seq > worker.seq)
        .order_by(AuditRow.seq)
        .limit(ENTRIES)
    ).all()
    touched: dict[str, date | None] = {}
    for entry in entries:
        found = _about(session, entry.action, entry.subject, entry.detail)
        if found is not None:
            restaurant, since = found
            known = touched.get(restaurant)
            touched[restaurant] = min(filter(None, (known, since)), default=None)
        worker.seq = entry.seq
    session.flush()
    for restaurant in sorted(name for name, since in touched.items() if since):
        _make_anew(session, restaurant, touched[restaurant] or today(session))
    now_only = sorted(name for name, since in touched.items() if not since)
    if now_only:
        refresh(session, now_only)


def _make_anew(session: Session, restaurant_id: str, since: date) -> None:
    """Days from the one on; those that hold another score now are on record."""
    first = max(since, today(session) - BACK)
    changed = recompute(session, restaurant_id, first)
    if changed:
        detail = {"since": first.isoformat(), "days": changed}
        audit.append(session, audit.SYSTEM, "score.made_anew", restaurant_id, **detail)


def _about(
    session: Session, action: str, subject: str, detail: str
) -> tuple[str, date | None] | None:
    """Whose score an entry changes, and from which day on; None for the day that goes on."""
    if action == LATE:
        return subject, date.fromisoformat(json.loads(detail)["since"])
    if action.startswith("case."):
        restaurant = session.scalar(select(CaseRow.restaurant_id).where(CaseRow.id == subject))
        return None if restaurant is None else (restaurant, None)
    if action not in (*REWRITES, "review.given"):
        return None
    alert = session.execute(
        select(AlertRow.restaurant_id, AlertRow.started_at).where(AlertRow.id == UUID(subject))
    ).first()
    if alert is None:
        return None
    day = alert.started_at.astimezone(zone_now(session)).date()
    return alert.restaurant_id, day if action in REWRITES else None


def close_next(session: Session, holder: str) -> bool:
    """Close the next day that is over; False when there is none.

    The first time it begins with the first day that was observed.
    """
    row = session.get(WorkerRow, DAYS)
    yesterday = last_over(now(), zone_now(session))
    fresh = row is None
    if row is None:
        first = _first_day(session, yesterday)
        row = WorkerRow(name=DAYS, holder=holder, expires_at=now(), seq=number(first) - 1)
        session.add(row)
        session.flush()
    day = EPOCH + timedelta(days=row.seq + 1)
    if day > yesterday:
        return False
    if day == yesterday and not fresh:
        note_missing(session, day)
    close_day(session, day)
    row.seq = number(day)
    return True


def _first_day(session: Session, yesterday: date) -> date:
    first = session.scalar(
        select(func.min(ExposureDayRow.day)).where(ExposureDayRow.day >= yesterday - BACK)
    )
    return min(first or yesterday, yesterday)


def _note_rates_of_today(session: Session) -> None:
    """What the districts look like before today, where a new policy has not told yet."""
    day, policy = today(session), current_policy(session)
    known = DistrictRateRow.day == day, DistrictRateRow.policy_sha256 == policy.sha256
    if session.scalar(select(DistrictRateRow.family).where(*known).limit(1)) is None:
        note_rates(session, day, policy)
