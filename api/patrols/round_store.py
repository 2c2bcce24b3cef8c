"""Rounds in the database: begun, paused, gone on with, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.cameras.models import CameraRow
from api.database import new_id, now
from api.pages import PageQuery
from api.patrols.models import CameraLeaseRow, LookRow, RoundCameraRow, RoundRow
from api.patrols.pages import decode_place, encode_place
from api.patrols.schemas import RoundIn, RoundOut, RoundScope, RoundsOut
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care, sees_everything
from vision.errors import ConflictError, ForbiddenError, NotFoundError

# A round is its patroller's; those who plan patrols see everybody's.
SEE_ALL: Final = ("supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a round: its cameras by their last standing look."""

    given: int = 0
    clear: int = 0
    not_seen: int = 0
    reported: int = 0


def start_round(session: Session, person: Person, given: RoundIn) -> RoundOut:
    """Begin a round; ConflictError while another one of this person is open."""
    row = RoundRow(
        id=new_id(),
        person_id=person.id,
        campaign=given.campaign.strip(),
        scope=given.scope.model_dump_json(),
        target=given.target,
        started_at=now(),
        paused_s=0.0,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise ConflictError("a round of yours is open; end it first, or go on with it") from error
    detail = {"campaign": row.campaign, "target": row.target, "scope": given.scope.model_dump()}
    audit.append(session, person.id, "round.started", row.id, **detail)
    return _out(row, person.name, Tally())


def get_round(session: Session, person: Person, round_id: str) -> RoundOut:
    """One round that this person may see, or NotFoundError."""
    found = _read(session, [RoundRow.id == round_id, _visible(person)], limit=1)
    if not found:
        raise _no_round(round_id)
    return found[0]


def open_round(session: Session, person: Person) -> RoundOut | None:
    """The round that this person has not ended yet."""
    own = RoundRow.person_id == person.id, RoundRow.ended_at.is_(None)
    return next(iter(_read(session, own, limit=1)), None)


def list_rounds(session: Session, person: Person, query: PageQuery) -> RoundsOut:
    """Rounds that this person may see, newest first."""
    wanted: list[ColumnElement[bool]] = [_visible(person)]
    if query.cursor is not None:
        at, after = decode_place(query.cursor)
        same_time = (RoundRow.started_at == at) & (RoundRow.id < after)
        wanted.append(or_(RoundRow.started_at < at, same_time))
    found = _read(session, wanted, query.limit + 1)
    items = found[: query.limit]
    more = len(found) > query.limit
    cursor = encode_place(items[-1].started_at, items[-1].id) if more else None
    return RoundsOut(items=items, next_cursor=cursor)


def own_round(session: Session, person: Person, round_id: str) -> RoundRow:
    """The person's own open round, locked; NotFoundError, or ForbiddenError for another's."""
    wanted = select(RoundRow).where(RoundRow.id == round_id, _visible(person))
    row = session.scalar(wanted.with_for_update())
    if row is None:
        raise _no_round(round_id)
    if row.person_id != person.id:
        raise ForbiddenError("a round is gone on with by the person who began it")
    if row.ended_at is not None:
        raise ConflictError("this round was ended; begin another one")
    return row


def running_round(session: Session, person: Person, round_id: str) -> RoundRow:
    """The person's own open round that is not paused."""
    row = own_round(session, person, round_id)
    if row.paused_at is not None:
        raise ConflictError("this round is paused; go on with it first")
    return row


def pause_round(session: Session, person: Person, round_id: str) -> None:
    """Stop the clock and give the cameras back; twice is harmless."""
    row = own_round(session, person, round_id)
    if row.paused_at is None:
        row.paused_at = now()
        _give_back(session, row)
        audit.append(session, person.id, "round.paused", row.id)


def resume_round(session: Session, person: Person, round_id: str) -> None:
    """Go on; twice is harmless."""
    row = own_round(session, person, round_id)
    if row.paused_at is not None:
        row.paused_s += (now() - row.paused_at).total_seconds()
        row.paused_at = None
        session.flush()
        audit.append(session, person.id, "round.resumed", row.id)


def end_round(session: Session, person: Person, round_id: str) -> None:
    """Close the record; ended once, it stays as it is."""
    row = own_round(session, person, round_id)
    at = now()
    if row.paused_at is not None:
        row.paused_s += (at - row.paused_at).total_seconds()
        row.paused_at = None
    row.ended_at = at
    _give_back(session, row)
    tally = tallies(session, [row.id]).get(row.id, Tally())
    audit.append(
        session,
        person.id,
        "round.ended",
        row.id,
        clear=tally.clear,
        not_seen=tally.not_seen,
        reported=tally.reported,
    )


def _give_back(session: Session, row: RoundRow) -> None:
    session.flush()
    session.execute(delete(CameraLeaseRow).where(CameraLeaseRow.round_id == row.id))


def _visible(person: Person) -> ColumnElement[bool]:
    own = RoundRow.person_id == person.id
    if person.role not in SEE_ALL:
        return own
    return true() if sees_everything(person) else or_(own, _within(person))


def _within(person: Person) -> ColumnElement[bool]:
    """Rounds that went over cameras in this person's scope, and over no other."""
    cameras = (
        select(RoundCameraRow.camera_id)
        .join(CameraRow, CameraRow.id == RoundCameraRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(RoundCameraRow.round_id == RoundRow.id)
    )
    inside = cameras.where(in_care(person)).correlate(RoundRow).exists()
    outside = cameras.where(not_(in_care(person))).correlate(RoundRow).exists()
    return and_(inside, not_(outside))


def tallies(session: Session, round_ids: Sequence[str]) -> dict[str, Tally]:
    """What came of each round; a camera counts once, by its last look that stands."""
    given = session.execute(
        select(RoundCameraRow.round_id, func.count())
        .where(RoundCameraRow.round_id.in_(round_ids))
        .group_by(RoundCameraRow.round_id)
    )
    counts: dict[str, dict[str, int]] = {row[0]: {"given": row[1]} for row in given}
    looks = session.execute(
        select(LookRow.round_id, LookRow.camera_id, LookRow.outcome)
        .where(LookRow.round_id.in_(round_ids), LookRow.undone_at.is_(None))
        .order_by(LookRow.at, LookRow.id)
    )
    last = {(round_id, camera): outcome for round_id, camera, outcome in looks}
    for (round_id, _), outcome in last.items():
        mine = counts.setdefault(round_id, {})
        mine[outcome] = mine.get(outcome, 0) + 1
    return {round_id: Tally(**numbers) for round_id, numbers in counts.items()}


def _read(session: Session, wanted: Sequence[ColumnElement[bool]], limit: int) -> list[RoundOut]:
    rows = session.execute(
        select(RoundRow, UserRow.name)
        .join(UserRow, UserRow.id == RoundRow.person_id)
        .where(*wanted)
        .order_by(RoundRow.started_at.desc(), RoundRow.id.desc())
        .limit(limit)
    ).all()
    told = tallies(session, [row.id for row, _ in rows])
    return [_out(row, name, told.get(row.id, Tally())) for row, name in rows]


def _out(row: RoundRow, name: str, tally: Tally) -> RoundOut:
    looked = tally.clear + tally.not_seen + tally.reported
    same = ("id", "person_id", "campaign", "target", "started_at", "paused_at", "paused_s")
    return RoundOut.model_validate(
        {field: getattr(row, field) for field in same}
        | {
            "person_name": name,
            "scope": RoundScope.model_validate_json(row.scope),
            "ended_at": row.ended_at,
            "given": tally.given,
            "clear": tally.clear,
            "not_seen": tally.not_seen,
            "reported": tally.reported,
            "seconds_each": worked_s(row, now()) / looked if looked else None,
        }
    )


def worked_s(row: RoundRow, at: datetime) -> float:
    """Seconds from the start to the end (or until now), pauses left out."""
    until = row.ended_at or row.paused_at or at
    return max(0.0, (until - row.started_at).total_seconds() - row.paused_s)


def _no_round(round_id: str) -> NotFoundError:
    return NotFoundError(f"there is no round {round_id} for you")
