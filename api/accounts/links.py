"""Links that work once: to set a password, or to make the first administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from api.accounts.devices import digest
from api.accounts.models import LinkRow, UserRow
from api.database import now
from vision.errors import NotFoundError

Purpose = Literal["password", "first_run"]
PATHS: Final[dict[Purpose, str]] = {"password": "/set-password", "first_run": "/first-run"}
GONE: Final = "this link was used, is too old, or was replaced by a newer one; ask for another"


@dataclass(frozen=True, slots=True)
class Link:
    """Shown once; the database keeps its hash. ``path`` follows the server's own address."""

    path: str
    expires_at: datetime


def make_link(session: Session, purpose: Purpose, user_id: str | None, lifetime_s: int) -> Link:
    """A new link; earlier ones of the same purpose and person stop working."""
    session.execute(
        delete(LinkRow).where(
            LinkRow.purpose == purpose, LinkRow.user_id.is_not_distinct_from(user_id)
        )
    )
    token, moment = secrets.token_urlsafe(32), now()
    row = LinkRow(
        token_sha256=digest(token),
        purpose=purpose,
        user_id=user_id,
        created_at=moment,
        expires_at=moment + timedelta(seconds=lifetime_s),
    )
    session.add(row)
    session.flush()
    return Link(f"{PATHS[purpose]}?token={token}", row.expires_at)


def require_link(session: Session, purpose: Purpose, token: str) -> str | None:
    """Whom the link is for (nobody yet on a first run); NotFoundError when it works no more."""
    row = session.scalar(select(LinkRow).where(*_working(purpose, token)))
    if row is None or (row.user_id is not None and not _is_active(session, row.user_id)):
        raise NotFoundError(GONE)
    return row.user_id


def use_link(session: Session, purpose: Purpose, token: str) -> str | None:
    """As ``require_link``, and it never works again: of two at once, one gets NotFoundError."""
    user_id = require_link(session, purpose, token)
    used = update(LinkRow).where(*_working(purpose, token)).values(used_at=now())
    if session.scalar(used.returning(LinkRow.token_sha256)) is None:
        raise NotFoundError(GONE)
    return user_id


def _working(purpose: Purpose, token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        LinkRow.token_sha256 == digest(token),
        LinkRow.purpose == purpose,
        LinkRow.used_at.is_(None),
        LinkRow.expires_at > now(),
    )


def _is_active(session: Session, user_id: str) -> bool:
    return session.scalar(select(UserRow.active).where(UserRow.id == user_id)) is True
