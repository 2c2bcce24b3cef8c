"""What a server does by itself: rounds in a thread beside it, by one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.audit import AuditHead
from api.database import now
from api.errors import DatabaseBusyError
from api.notifications.models import WorkerRow


def take_lease(session: Session, name: str, holder: str, lease: timedelta) -> WorkerRow | None:
    """The row of this work, ours for so long; None while another process has it.

    Work that is new begins with the next entry of the audit log: the past is not dug up.
    """
    row = session.scalar(select(WorkerRow).where(WorkerRow.name == name).with_for_update())
    if row is None:
        seq = session.scalars(select(AuditHead.seq)).one()
        row = WorkerRow(name=name, holder=holder, expires_at=now() + lease, seq=seq)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            return None
        return row
    if row.holder != holder and row.expires_at > now():
        return None
    row.holder, row.expires_at = holder, now() + lease
    session.flush()
    return row


@contextmanager
def rounds(name: str, round: Callable[[], object], poll_s: float, join_s: float) -> Iterator[None]:
    """Call ``round`` every ``poll_s`` in a thread of its own; at the end wait for it ``join_s``."""
    quit = Event()
    thread = Thread(target=_again, args=(name, round, poll_s, quit), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        quit.set()
        thread.join(timeout=join_s)


def _again(name: str, round: Callable[[], object], poll_s: float, quit: Event) -> None:
    """Until ``quit``; a database that is busy is asked again."""
    log = logging.getLogger(f"brightkitchen.{name}")
    while not quit.is_set():
        try:
            round()
        except DatabaseBusyError as error:
            log.warning("%s wait: %s", name, error)
        quit.wait(poll_s)
