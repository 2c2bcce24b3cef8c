"""Patrol by eye over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from anyio import from_thread
from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.cameras.snapshots import SnapshotStorage
from api.deps import DatabaseDep, PolicyDep, ReviewerDep, SettingsDep, StaffDep
from api.errors import problems, repeated
from api.pages import PageParam
from api.patrols import coverage_store, look_store, round_store, wall_store
from api.patrols.schemas import (
    CoverageOut,
    FindingIn,
    LookIn,
    LookOut,
    NextIn,
    ReportOut,
    RoundIn,
    RoundOut,
    RoundsOut,
    WallOut,
)
from api.storage import EvidenceStorage
from api.text import PlainText

router = APIRouter(prefix="/api/v1", tags=["patrol"])
RoundId = Annotated[PlainText, Path(max_length=32)]
LookId = Annotated[PlainText, Path(max_length=32)]
Days = Annotated[int, Query(ge=1, le=365)]
OWN = problems(401, 403, 404, 409, 422)


@router.post("/rounds", status_code=201, responses=problems(401, 403, 409, 413, 422))
def start_round(given: RoundIn, signed_in: ReviewerDep, database: DatabaseDep) -> RoundOut:
    """Begin a round; a person has one open at a time."""
    with database.writing() as session:
        return round_store.start_round(session, signed_in.person, given)


@router.get("/rounds", responses=problems(401, 403, 422))
def list_rounds(query: PageParam, signed_in: ReviewerDep, database: DatabaseDep) -> RoundsOut:
    """Rounds, newest first: one's own, and for supervisors everybody's in their scope."""
    with database.reading() as session:
        return round_store.list_rounds(session, signed_in.person, query)


@router.get("/rounds/{round_id}", responses=problems(401, 403, 404, 422))
def read_round(
    round_id: RoundId, signed_in: ReviewerDep, database: DatabaseDep, settings: SettingsDep
) -> ReportOut:
    """A round with every look, undone ones too, and the cameras nobody looked at."""
    with database.reading() as session:
        told = round_store.get_round(session, signed_in.person, round_id)
        looks = wall_store.list_looks(session, round_id, undone=True)
        left = wall_store.unlooked(session, round_id)
        tiles = wall_store.tiles(session, round_id, left, settings)
    return ReportOut(round=told, looks=looks, unlooked=tiles)


@router.post("/rounds/{round_id}/next", responses=problems(401, 403, 404, 409, 413, 422))
def next_cameras(
    round_id: RoundId,
    wanted: NextIn,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> WallOut:
    """The cameras whose turn it is, given to nobody else meanwhile; asking again renews that."""
    person = signed_in.person
    with database.writing() as session:
        row = round_store.running_round(session, person, round_id)
        given = wall_store.give_cameras(session, person, row, wanted, settings)
        told = round_store.get_round(session, person, round_id)
        return WallOut(round=told, items=wall_store.tiles(session, round_id, given, settings))


@router.post("/rounds/{round_id}/looks", status_code=201, responses=OWN | problems(413))
def add_look(
    round_id: RoundId,
    given: LookIn,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> LookOut:
    """Say what was seen; without a fresh picture the look counts as not seen, with the reason."""
    with database.writing() as session:
        return look_store.add_look(session, signed_in.person, round_id, given, settings)


@router.delete("/rounds/{round_id}/looks/{look_id}", responses=OWN)
def undo_look(
    round_id: RoundId, look_id: LookId, signed_in: ReviewerDep, database: DatabaseDep
) -> LookOut:
    """Take a look back; a report stays."""
    with database.writing() as session:
        return look_store.undo_look(session, signed_in.person, round_id, look_id)


@router.post(
    "/rounds/{round_id}/findings",
    status_code=201,
    responses=repeated(LookOut, "reported before") | OWN | problems(413, 507),
)
def add_finding(
    request: Request,
    response: Response,
    round_id: RoundId,
    given: FindingIn,
    signed_in: ReviewerDep,
    policy: PolicyDep,
) -> LookOut:
    """Report what is wrong: an alert of origin `patrol`, reviewed by another person.

    The picture that was seen goes into the evidence store first, under its hash.
    """
    kept, person = request.app.state, signed_in.person
    with kept.database.writing() as session:
        prepared = look_store.prepare_finding(session, person, round_id, given, kept.settings)
    _store(kept.snapshots, kept.storage, prepared)
    with kept.database.writing() as session:
        told, new = look_store.add_finding(session, person, round_id, prepared, policy)
    response.status_code = 201 if new else 200
    if new:
        alert = prepared.filed.alert
        kept.metrics.alerts.labels(alert.rule, alert.origin).inc()
    return told


def _store(
    snapshots: SnapshotStorage, storage: EvidenceStorage, prepared: look_store.Prepared
) -> None:
    """Write-once, and checked against the hash on the way, as a camera's own upload is."""
    picture = snapshots.read(prepared.camera.id, prepared.seen.sha256)
    bodies = [picture, *([prepared.filed.data] if prepared.filed.data else [])]
    for expected, body in zip(prepared.filed.alert.evidence, bodies, strict=True):
        from_thread.run(storage.add, expected, _whole(body))


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body


@router.post("/rounds/{round_id}/pause", responses=OWN)
def pause_round(round_id: RoundId, signed_in: ReviewerDep, database: DatabaseDep) -> RoundOut:
    """Stop the clock; the cameras may go to others."""
    with database.writing() as session:
        round_store.pause_round(session, signed_in.person, round_id)
        return _told(session, signed_in.person, round_id)


@router.post("/rounds/{round_id}/resume", responses=OWN)
def resume_round(round_id: RoundId, signed_in: ReviewerDep, database: DatabaseDep) -> RoundOut:
    """Go on with a paused round."""
    with database.writing() as session:
        round_store.resume_round(session, signed_in.person, round_id)
        return _told(session, signed_in.person, round_id)


@router.post("/rounds/{round_id}/end", responses=OWN)
def end_round(round_id: RoundId, signed_in: ReviewerDep, database: DatabaseDep) -> RoundOut:
    """Close the record of a round."""
    with database.writing() as session:
        round_store.end_round(session, signed_in.person, round_id)
        return _told(session, signed_in.person, round_id)


def _told(session: Session, person: Person, round_id: str) -> RoundOut:
    session.flush()
    return round_store.get_round(session, person, round_id)


@router.get("/coverage", responses=problems(401, 403, 422))
def read_coverage(signed_in: StaffDep, database: DatabaseDep, days: Days = 30) -> CoverageOut:
    """How much was looked at, by static class, and how often something was found."""
    with database.reading() as session:
        return coverage_store.coverage(session, signed_in.person, days)
