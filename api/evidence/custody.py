"""The chain of custody in the database: one a restaurant, and a root for each finished day (UTC).

The audit log's head is locked first, always: whoever writes to both cannot meet another who
locked them the other way round.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any, Final, Literal, Protocol, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from api.audit import AuditHead
from api.database import now
from api.evidence.models import CustodyDay, CustodyHead, CustodyRow
from api.evidence.signing import Signer
from vision.sealing import (
    DAY_SCHEMA,
    GENESIS,
    canonical,
    day_hash,
    link_hash,
    statement,
    tree_proof,
    tree_root,
)

Action = Literal["stored", "deleted"]
CHAIN: Final = cast("Table", CustodyRow.__table__)
HEADS: Final = cast("Table", CustodyHead.__table__)


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Entries counted; ``fault`` says what the first one is that does not fit."""

    entries: int
    fault: str | None


class Filed(Protocol):
    """What is chained of a file; one without an alert says in its entry's detail whose it is."""

    @property
    def alert_id(self) -> UUID | None: ...

    @property
    def sha256(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...

    @property
    def kind(self) -> str: ...

    @property
    def media_type(self) -> str: ...


def lock(session: Session) -> None:
    """Let nobody else write to the chains, nor to the audit log, until this transaction ends."""
    session.execute(select(AuditHead.seq).with_for_update())


def append_entry(
    session: Session, restaurant_id: str, file: Filed, action: Action, **detail: Any
) -> CustodyRow:
    """Tie what happened to a file into the restaurant's chain, within the caller's transaction."""
    lock(session)
    mine = CustodyHead.restaurant_id == restaurant_id
    told = CustodyHead.seq, CustodyHead.hash, CustodyHead.at
    head = session.execute(select(*told).where(mine)).first()
    seq, previous, last_at = head or (0, GENESIS, now())
    row = CustodyRow(
        restaurant_id=restaurant_id,
        seq=seq + 1,
        at=max(now(), last_at),  # a clock that was set back must not reopen a day
        action=action,
        alert_id=file.alert_id,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        kind=file.kind,
        media_type=file.media_type,
        detail=canonical(detail).decode(),
        previous=previous,
    )
    row.hash = link_hash(fields_of(row))
    # Plain statements: each file that comes in passes here.
    connection = session.connection()
    connection.execute(CHAIN.insert(), {one.name: getattr(row, one.name) for one in CHAIN.columns})
    newest = {"seq": row.seq, "hash": row.hash, "at": row.at}
    if head is None:
        connection.execute(HEADS.insert(), newest | {"restaurant_id": restaurant_id})
    else:
        connection.execute(HEADS.update().where(mine).values(newest))
    return row


def fields_of(row: CustodyRow) -> dict[str, Any]:
    """An entry as it is hashed, and as a bundle shows it; its own hash is not among them."""
    return {
        "restaurant": row.restaurant_id,
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": row.action,
        "alert": str(row.alert_id) if row.alert_id else None,
        "sha256": row.sha256,
        "bytes": row.size_bytes,
        "kind": row.kind,
        "media_type": row.media_type,
        "detail": json.loads(row.detail),
        "previous": row.previous,
    }


def check_chain(session: Session, restaurant_id: str) -> ChainCheck:
    """Walk a restaurant's chain and its days; entries cut off at its end show against the head."""
    mine = CustodyRow.restaurant_id == restaurant_id
    wanted = select(CustodyRow).where(mine).order_by(CustodyRow.seq)
    previous, hashes = GENESIS, list[str]()
    with closing(session.scalars(wanted.execution_options(yield_per=500))) as rows:
        for row in rows:
            whole = row.hash == link_hash(fields_of(row))
            if not whole or (row.seq, row.previous) != (len(hashes) + 1, previous):
                return ChainCheck(len(hashes), f"entry {len(hashes) + 1} was altered or is missing")
            previous = row.hash
            hashes.append(row.hash)
    head = session.get(CustodyHead, restaurant_id)
    if (head.seq, head.hash) != (len(hashes), previous) if head else bool(hashes):
        return ChainCheck(len(hashes), "entries were cut off at its end")
    return ChainCheck(len(hashes), _day_fault(session, restaurant_id, hashes))


def _day_fault(session: Session, restaurant_id: str, hashes: Sequence[str]) -> str | None:
    previous, first = GENESIS, 1
    mine = CustodyDay.restaurant_id == restaurant_id
    for row in session.scalars(select(CustodyDay).where(mine).order_by(CustodyDay.day)):
        entries = hashes[row.first - 1 : row.last]
        fits = (row.first, row.previous) == (first, previous) and row.last <= len(hashes)
        if not fits or not entries or tree_root(entries) != row.root:
            return f"the daily root of {row.day} does not fit its entries"
        if day_hash(day_fields(row)) != row.hash:
            return f"the daily root of {row.day} was altered"
        previous, first = row.hash, row.last + 1
    return None


def seal_days(
    session: Session,
    signer: Signer | None,
    today: date,
    restaurant_ids: Collection[str] | None = None,
) -> list[CustodyDay]:
    """Close every day before ``today`` that is still open, of these chains or all; the new ones."""
    lock(session)
    midnight = datetime.combine(today, time(), UTC)
    sealed = []
    wanted = select(CustodyHead.restaurant_id).order_by(CustodyHead.restaurant_id)
    if restaurant_ids is not None:
        wanted = wanted.where(CustodyHead.restaurant_id.in_(restaurant_ids))
    for restaurant_id in session.scalars(wanted).all():
        for day in _open_days(session, restaurant_id, signer, midnight):
            session.add(day)
            sealed.append(day)
    session.flush()
    return sealed


def _open_days(
    session: Session, restaurant_id: str, signer: Signer | None, before: datetime | None
) -> list[CustodyDay]:
    """Days that are not closed yet, ready to be; entries from ``before`` on are left out."""
    mine = CustodyDay.restaurant_id == restaurant_id
    newest = select(CustodyDay).where(mine).order_by(CustodyDay.day.desc())
    last = session.scalars(newest.limit(1)).first()
    since = last.last if last else 0
    wanted = select(CustodyRow.seq, CustodyRow.at, CustodyRow.hash).where(
        CustodyRow.restaurant_id == restaurant_id, CustodyRow.seq > since
    )
    if before is not None:
        wanted = wanted.where(CustodyRow.at < before)
    days: list[CustodyDay] = []
    rows = session.execute(wanted.order_by(CustodyRow.seq)).all()
    for day, group in groupby(rows, key=lambda row: row[1].date()):
        entries = list(group)
        before_it = days[-1] if days else last
        made = CustodyDay(
            restaurant_id=restaurant_id,
            day=day,
            first=entries[0][0],
            last=entries[-1][0],
            root=tree_root([entry[2] for entry in entries]),
            previous=before_it.hash if before_it else GENESIS,
        )
        days.append(_signed(made, signer))
    return days


def _signed(day: CustodyDay, signer: Signer | None) -> CustodyDay:
    fields = day_fields(day)
    day.hash = day_hash(fields)
    day.key = signer.key if signer else None
    day.signature = signer.sign(statement(fields)).hex() if signer else None
    return day


def day_fields(day: CustodyDay) -> dict[str, Any]:
    """A day as it is hashed and signed, and as it is published."""
    return {
        "schema": DAY_SCHEMA,
        "restaurant": day.restaurant_id,
        "day": day.day.isoformat(),
        "first": day.first,
        "last": day.last,
        "root": day.root,
        "previous": day.previous,
        "hash": day.hash,
        "key": day.key,
        "signature": day.signature,
    }


def entries_of(session: Session, alert_ids: Collection[Any]) -> list[CustodyRow]:
    """What the chains say of these alerts' files, oldest first."""
    wanted = select(CustodyRow).where(CustodyRow.alert_id.in_(alert_ids))
    return list(session.scalars(wanted.order_by(CustodyRow.restaurant_id, CustodyRow.seq)))


def proofs(
    session: Session, rows: Iterable[CustodyRow], signer: Signer | None
) -> list[dict[str, Any]]:
    """Entries with what ties each to its day's root, by restaurant.

    A day that has not ended has the root of its entries so far.
    """
    grouped: dict[str, list[CustodyRow]] = defaultdict(list)
    for row in rows:
        grouped[row.restaurant_id].append(row)
    return [_proved(session, name, found, signer) for name, found in grouped.items()]


def _proved(
    session: Session, restaurant_id: str, rows: list[CustodyRow], signer: Signer | None
) -> dict[str, Any]:
    mine = CustodyDay.restaurant_id == restaurant_id
    sealed = {day.day: day for day in session.scalars(select(CustodyDay).where(mine))}
    with session.no_autoflush:
        still = {day.day: day for day in _open_days(session, restaurant_id, signer, None)}
    named = {row.at.date() for row in rows}
    days = {day: sealed.get(day) or still[day] for day in sorted(named)}
    hashes = {day: _hashes(session, found) for day, found in days.items()}
    told = []
    for row in rows:
        day = row.at.date()
        proof = tree_proof(hashes[day], row.seq - days[day].first)
        told.append(
            fields_of(row) | {"hash": row.hash, "day": day.isoformat(), "proof": proof},
        )
    return {
        "restaurant": restaurant_id,
        "days": [day_fields(d) | {"complete": d.day in sealed} for d in days.values()],
        "entries": told,
    }


def _hashes(session: Session, day: CustodyDay) -> list[str]:
    within = CustodyRow.seq.between(day.first, day.last)
    wanted = select(CustodyRow.hash).where(CustodyRow.restaurant_id == day.restaurant_id, within)
    return list(session.scalars(wanted.order_by(CustodyRow.seq)))
