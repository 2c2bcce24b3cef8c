"""The audit log: append-only, each entry sealed with the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Index, String, Table, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.database import Base, UtcDateTime, now

GENESIS: Final = "0" * 64
SYSTEM: Final = "system"


class AuditRow(Base):
    """One entry; triggers refuse to change or delete it."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_actor", "actor", "seq"), Index("ix_audit_log_at", "at"))

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100), index=True)
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The newest entry's number and hash: one row, locked while appending."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


LOG: Final = cast("Table", AuditRow.__table__)
HEAD: Final = cast("Table", AuditHead.__table__)


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """``broken_at`` is the number of the first entry that does not fit; None when all do."""

    entries: int
    broken_at: int | None


def append(session: Session, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Add an entry within the caller's transaction; call it last, it makes other writers wait."""
    # Plain statements: every change in the system comes through here, and the mapper's
    # bookkeeping cost more than the database's work.
    head = session.execute(select(AuditHead.seq, AuditHead.hash).with_for_update()).one()
    entry = AuditRow(
        seq=head.seq + 1,
        at=now(),
        actor=actor,
        action=action,
        subject=subject,
        detail=json.dumps(detail, sort_keys=True, ensure_ascii=False),
        previous=head.hash,
    )
    entry.hash = seal(entry)
    connection = session.connection()
    connection.execute(LOG.insert(), {one.name: getattr(entry, one.name) for one in LOG.columns})
    connection.execute(HEAD.update().values(seq=entry.seq, hash=entry.hash))


def seal(entry: AuditRow) -> str:
    """The SHA-256 over every field and the previous hash."""
    fields = [
        entry.seq,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def verify_audit(session: Session) -> AuditCheck:
    """Walk the whole chain; entries cut off at its end show against the head."""
    previous, expected = GENESIS, 1
    wanted = select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=500)
    with closing(session.scalars(wanted)) as entries:
        for entry in entries:
            if (entry.seq, entry.previous, entry.hash) != (expected, previous, seal(entry)):
                return AuditCheck(expected - 1, expected)
            previous, expected = entry.hash, expected + 1
    head = session.scalars(select(AuditHead)).one()
    complete = (head.seq, head.hash) == (expected - 1, previous)
    return AuditCheck(expected - 1, None if complete else expected)
