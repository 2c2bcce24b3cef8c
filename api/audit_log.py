"""The audit log, read: who did what, when, to what; and whether its chain is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Annotated, Any

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from api.accounts.models import UserRow
from api.accounts.rules import fold
from api.audit import AuditCheck, AuditHead, AuditRow, verify_audit
from api.database import Database, now
from api.pages import Page
from api.text import PlainText

CHECKED_AT_ONCE = 20_000


class AuditOut(BaseModel):
    """One entry; ``actor_name`` is None for a camera and for the system itself."""

    seq: int
    at: datetime
    actor: str
    actor_name: str | None
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class AuditQuery(BaseModel):
    """Which entries to list.

    ``who`` is part of a person's name, or an actor as the log writes it; ``what`` an action, or
    the part of it before the dot; ``to`` the object's id.
    """

    who: Annotated[PlainText, Field(max_length=100)] = ""
    what: Annotated[PlainText, Field(max_length=40)] = ""
    to: Annotated[PlainText, Field(max_length=100)] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Annotated[int | None, Field(ge=1, le=2**62)] = None


AuditParam = Annotated[AuditQuery, Query()]


class AuditCheckOut(BaseModel):
    """``broken_at`` is the number of the first entry that does not fit; null when all do."""

    entries: int
    broken_at: int | None
    checked_at: datetime


class AuditPage(Page[AuditOut]):
    """Entries, newest first; ``next_cursor`` goes into ``before``."""


def list_entries(session: Session, query: AuditQuery) -> AuditPage:
    """Entries that fit, newest first."""
    wanted = _wanted(query)
    if query.before is not None:
        wanted = wanted.where(AuditRow.seq < query.before)
    rows = session.execute(wanted.limit(query.limit + 1)).all()
    items = [_out(row, name) for row, name in rows[: query.limit]]
    more = len(rows) > query.limit
    return AuditPage(items=items, next_cursor=str(items[-1].seq) if more else None)


def read_entries(database: Database, query: AuditQuery) -> Iterator[AuditOut]:
    """Every entry that fits, newest first, read as it is sent."""
    with database.reading() as session:
        streamed = _wanted(query).execution_options(yield_per=500)
        for row, name in session.execute(streamed):
            yield _out(row, name)


def _wanted(query: AuditQuery) -> Select[AuditRow, str | None]:
    return (
        select(AuditRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == AuditRow.actor)
        .where(*_filters(query))
        .order_by(AuditRow.seq.desc())
    )


def _filters(query: AuditQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.who:
        part = fold(query.who)
        named = select(UserRow.id).where(UserRow.folded_name.contains(part, autoescape=True))
        found.append(or_(AuditRow.actor == query.who.strip(), AuditRow.actor.in_(named)))
    if query.what:
        what = query.what.strip()
        whole = AuditRow.action == what
        found.append(
            whole if "." in what else AuditRow.action.startswith(f"{what}.", autoescape=True)
        )
    if query.to:
        found.append(AuditRow.subject == query.to.strip())
    if query.since is not None:
        found.append(AuditRow.at >= query.since)
    if query.until is not None:
        found.append(AuditRow.at < query.until)
    return found


def _out(row: AuditRow, name: str | None) -> AuditOut:
    same = {field: getattr(row, field) for field in ("seq", "at", "actor", "action", "subject")}
    return AuditOut(**same, actor_name=name, detail=json.loads(row.detail), hash=row.hash)


@dataclass
class AuditWatch:
    """The last check of the whole chain by this process."""

    last: AuditCheckOut | None = None

    def __post_init__(self) -> None:
        self._turn = Lock()

    def check(self, session: Session) -> AuditCheckOut:
        """Walk the whole chain now; one walk at a time."""
        with self._turn:
            found: AuditCheck = verify_audit(session)
            self.last = AuditCheckOut(
                entries=found.entries, broken_at=found.broken_at, checked_at=now()
            )
            return self.last

    def look(self, session: Session) -> AuditCheckOut | None:
        """The chain's state as the page tells it: walked now when that is quick, else the last."""
        short = session.scalars(select(AuditHead.seq)).one() <= CHECKED_AT_ONCE
        return self.check(session) if short else self.last
