"""Imports in the database: checked, done, and the keys of their cameras given out once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api import audit
from api.cameras.detail_store import STREAM_SCHEMES
from api.cameras.keys import add_key
from api.cameras.models import CameraKeyRow, CameraRow
from api.database import new_id, now
from api.imports.applying import Ids, apply_plan
from api.imports.columns import Column
from api.imports.facts import read_known
from api.imports.models import ImportRow
from api.imports.planning import OUTCOMES, Outcome, Plan, Thing, plan
from api.imports.reading import Table, read_table
from api.imports.rows import Entry, StreamCheck, check_row
from api.imports.schemas import (
    ImportOut,
    ImportSummary,
    LineOut,
    ProblemOut,
    Status,
    ThingOut,
    Told,
)
from api.outbound import Policy, check_url
from api.settings import Settings
from vision.errors import ConflictError, InvalidError, NotFoundError

NEWEST: Final = 20
KEPT: Final = timedelta(days=7)
# What the office reads; a stream address may lead where not everybody may look.
UNTOLD: Final = "stream_url"
AT_ONCE: Final = 500


def stream_check(settings: Settings) -> StreamCheck:
    """The operator's rule for camera addresses."""
    return partial(check_url, policy=Policy.of(settings, schemes=STREAM_SCHEMES))


def check_import(
    session: Session, actor: str, file_name: str, content: bytes, check_stream: StreamCheck
) -> ImportOut:
    """Read the file and say what it would change: a dry run, kept for a week."""
    table = read_table(content)
    told = _told(table, _plan(session, table, check_stream))
    old = ImportRow.status != "done", ImportRow.made_at < now() - KEPT
    session.execute(delete(ImportRow).where(*old))
    row = ImportRow(
        id=new_id(),
        made_at=now(),
        made_by=actor,
        file_name=file_name[-200:] or "-",
        sha256=hashlib.sha256(content).hexdigest(),
        status="wrong" if told.problems else "checked",
        content=None if told.problems else content,
        told=told.model_dump_json(),
    )
    session.add(row)
    session.flush()
    audit.append(session, actor, "import.checked", row.id, sha256=row.sha256, status=row.status)
    return _out(session, row)


def do_import(session: Session, actor: str, import_id: str, check_stream: StreamCheck) -> ImportOut:
    """Do what was shown, whole or not at all; doing it again changes nothing.

    When something came between, so that lines are wrong now, they are told and nothing is done.
    """
    row = _row(session, import_id, lock=True)
    if row.status == "done":
        return _out(session, row)
    if row.content is None:
        raise ConflictError("lines of this table are wrong; mend them and send it again")
    table = read_table(row.content)
    made = _plan(session, table, check_stream)
    if made.problems:
        row.status, row.content, row.told = "wrong", None, _told(table, made).model_dump_json()
        session.flush()
        return _out(session, row)
    ids = apply_plan(session, actor, made, row.id)
    told = _told(table, made, ids)
    row.status, row.content, row.done_at = "done", None, now()
    row.told = told.model_dump_json()
    session.flush()
    counts = {"restaurants": told.restaurants, "cameras": told.cameras}
    audit.append(session, actor, "import.done", row.id, sha256=row.sha256, **counts)
    return _out(session, row)


def get_import(session: Session, import_id: str) -> ImportOut:
    """One import, or NotFoundError."""
    return _out(session, _row(session, import_id))


def list_imports(session: Session) -> list[ImportSummary]:
    """The newest ones."""
    newest = select(ImportRow).order_by(ImportRow.made_at.desc(), ImportRow.id).limit(NEWEST)
    return [_summary(row) for row in session.scalars(newest)]


def give_keys(session: Session, actor: str, import_id: str) -> dict[str, str]:
    """A first key for each camera of it that has none, by the camera's id; shown this once."""
    row = _row(session, import_id, lock=True)
    due = _keyless(session, _told_of(row))
    if not due:
        raise ConflictError("every camera of it has a key; make further ones under Camera keys")
    keys = {camera_id: add_key(session, camera_id) for camera_id in due}
    audit.append(session, actor, "import.keys_given", row.id, cameras=len(keys))
    return keys


def _row(session: Session, import_id: str, *, lock: bool = False) -> ImportRow:
    wanted = select(ImportRow).where(ImportRow.id == import_id)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError(f"there is no import {import_id} for you")
    return row


def _plan(session: Session, table: Table, check_stream: StreamCheck) -> Plan:
    entries: list[Entry] = []
    problems = []
    for row in table.rows:
        entry, wrong = check_row(row, check_stream)
        entries.append(entry)
        problems += wrong
    made = plan(entries, read_known(session))
    order = {row.line: place for place, row in enumerate(table.rows)}
    both = sorted([*problems, *made.problems], key=lambda problem: order[problem.line])
    return Plan(made.restaurants, made.cameras, made.stations, made.placed, tuple(both))


def _told(table: Table, made: Plan, ids: Ids | None = None) -> Told:
    return Told(
        problems=[
            ProblemOut(
                line=one.line,
                column=one.column,
                text=one.text % one.given,
                msgid=one.text,
                given=dict(one.given),
            )
            for one in made.problems
        ],
        unread=list(table.unread),
        stations=dict(made.stations),
        restaurants=_counts(made.restaurants),
        cameras=_counts(made.cameras),
        lines=[
            LineOut(
                line=one.line,
                restaurant=_thing(one.restaurant, "name", ids),
                camera=_thing(one.camera, "camera", ids) if one.camera else None,
            )
            for one in made.placed
        ],
    )


def _counts(things: Iterable[Thing]) -> dict[Outcome, int]:
    counted = Counter(thing.outcome for thing in things)
    return {outcome: counted[outcome] for outcome in OUTCOMES}


def _thing(thing: Thing, named: Column, ids: Ids | None) -> ThingOut:
    known = dict(thing.known.fields) if thing.known else {}
    fields = known | thing.fields
    changes: dict[str, str] = {
        name: "…" if name == UNTOLD else value
        for name, value in thing.changes.items()
        if thing.known is not None
    }
    return ThingOut(
        number=thing.number or (thing.known.number if thing.known else None),
        name=fields.get(named, ""),
        outcome=thing.outcome,
        changes=changes,
        id=ids[id(thing)] if ids else thing.known.id if thing.known else None,
    )


def _summary(row: ImportRow) -> ImportSummary:
    return ImportSummary(
        id=row.id,
        made_at=row.made_at,
        made_by=row.made_by,
        file_name=row.file_name,
        sha256=row.sha256,
        status=cast("Status", row.status),
        done_at=row.done_at,
    )


def _told_of(row: ImportRow) -> Told:
    return Told.model_validate_json(row.told)


def _out(session: Session, row: ImportRow) -> ImportOut:
    told = _told_of(row)
    due = len(_keyless(session, told)) if row.status == "done" else 0
    return ImportOut(**_summary(row).model_dump(), **told.model_dump(), keys_due=due)


def _keyless(session: Session, told: Told) -> list[str]:
    """Cameras of it that have no key, in the table's order."""
    ids = [line.camera.id for line in told.lines if line.camera and line.camera.id]
    free: set[str] = set()
    for start in range(0, len(ids), AT_ONCE):
        keyed = select(CameraKeyRow.camera_id).where(CameraKeyRow.camera_id == CameraRow.id)
        some = CameraRow.id.in_(ids[start : start + AT_ONCE])
        free.update(session.scalars(select(CameraRow.id).where(some, ~keyed.exists())))
    return [camera_id for camera_id in dict.fromkeys(ids) if camera_id in free]


def refuse_wrong(told: Told) -> None:
    """InvalidError when lines of it are wrong."""
    if told.problems:
        raise InvalidError(
            f"{told.wrong_lines} lines are wrong; nothing was imported: mend them and try again",
            "file",
        )
