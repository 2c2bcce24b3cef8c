"""Attempts are counted in the database, so that every process of the server counts alike."""

from __future__ import annotations

import hashlib
import math
from typing import Final

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.accounts.models import AttemptRow
from api.accounts.rules import fold
from api.database import Database, now
from api.errors import ThrottledError

ROUNDING_S: Final = 1e-3


class Throttle:
    """So many attempts at once, then one more each ``window_s / attempts`` seconds.

    Counted per name and address (or known browser): nobody can lock out somebody elsewhere. This
    is the generic cell rate algorithm (ITU-T I.371): one row and one statement an attempt.
    """

    def __init__(self, database: Database, attempts: int, window_s: int) -> None:
        self._database = database
        self._interval_s = window_s / attempts
        self._window_s = window_s

    def count(self, name: str, address: str) -> None:
        """Count one attempt; ThrottledError when there were too many."""
        moment_s, key = now().timestamp(), _key(name, address)
        with self._database.writing() as session:
            session.execute(delete(AttemptRow).where(AttemptRow.until_s < moment_s))
            if self._take(session, key, moment_s):
                return
            until_s = session.scalar(select(AttemptRow.until_s).where(AttemptRow.key_sha256 == key))
        ahead_s = (until_s or moment_s) + self._interval_s - self._window_s - moment_s
        wait_s = max(1, math.ceil(ahead_s))
        raise ThrottledError(f"too many attempts; try again in {wait_s} s", wait_s)

    def _take(self, session: Session, key: str, moment_s: float) -> bool:
        here = session.get_bind().dialect.name
        insert = postgresql.insert if here == "postgresql" else sqlite.insert
        later = case((AttemptRow.until_s > moment_s, AttemptRow.until_s), else_=moment_s)
        latest_s = moment_s + self._window_s - self._interval_s + ROUNDING_S
        first = insert(AttemptRow).values(key_sha256=key, until_s=moment_s + self._interval_s)
        taken = first.on_conflict_do_update(
            index_elements=[AttemptRow.key_sha256],
            set_={"until_s": later + self._interval_s},
            where=AttemptRow.until_s <= latest_s,
        ).returning(AttemptRow.key_sha256)
        return session.scalar(taken) is not None

    def forget(self, name: str, address: str) -> None:
        """After the right password the count begins anew."""
        with self._database.writing() as session:
            session.execute(delete(AttemptRow).where(AttemptRow.key_sha256 == _key(name, address)))


def _key(name: str, address: str) -> str:
    return hashlib.sha256(f"{fold(name)}\0{address}".encode()).hexdigest()
