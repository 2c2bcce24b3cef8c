"""Browsers in which somebody signed in before, as OWASP's device cookies.

Whoever tries a name from a strange browser uses up the attempts of strange browsers alone; the
person's own browser has a count, and turns at the password check, of its own.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.accounts.models import DeviceRow, UserRow
from api.accounts.rules import fold
from api.database import now

REMEMBERED: Final = timedelta(days=180)


def is_known(session: Session, token: str, name: str) -> bool:
    """Whether somebody of that name signed in with this browser's token before."""
    wanted = (
        select(DeviceRow.user_id)
        .join(UserRow, UserRow.id == DeviceRow.user_id)
        .where(
            DeviceRow.token_sha256 == digest(token),
            DeviceRow.seen_at > now() - REMEMBERED,
            UserRow.folded_name == fold(name),
        )
    )
    return session.scalar(wanted) is not None


def remember(session: Session, token: str, user_id: str) -> str:
    """The token to keep in the browser: the given one when it is ours, else a new one."""
    moment = now()
    session.execute(delete(DeviceRow).where(DeviceRow.seen_at < moment - REMEMBERED))
    ours = session.scalar(
        select(DeviceRow.token_sha256).where(DeviceRow.token_sha256 == digest(token)).limit(1)
    )
    kept = token if token and ours else secrets.token_urlsafe(32)
    row = DeviceRow(token_sha256=digest(kept), user_id=user_id, seen_at=moment)
    session.merge(row)
    session.flush()
    return kept


def forget_all(session: Session, user_id: str) -> None:
    """No browser is known for this person any more."""
    session.execute(delete(DeviceRow).where(DeviceRow.user_id == user_id))


def digest(token: str) -> str:
    """How a token is kept: nobody who reads the database can use it."""
    return hashlib.sha256(token.encode()).hexdigest()
