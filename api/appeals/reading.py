"""Appeals read for somebody: with what they are about, and who may do what now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.appeals.models import AppealFileRow, AppealRow
from api.appeals.rules import DECIDERS, clock_state, may_decide
from api.appeals.schemas import AppealFileOut, AppealOut, AppealQuery
from api.cameras.models import CameraRow
from api.database import now
from api.pages import Page, decode_cursor, encode_cursor
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.reviews.overturn import involved_in
from vision.errors import NotFoundError

ABOUT: Final = ("rule", "severity", "zone", "zone_type", "started_at", "ended_at", "subjects")
OWN: Final = ("id", "alert_id", "restaurant_id", "state", "statement", "verdict_at", "filed_at",
              "due_at", "ground", "decision")  # fmt: skip
# Open ones are shown at once; more than this nobody works through on one page.
MOST_OPEN: Final = 200
FILER, DECIDER = aliased(UserRow), aliased(UserRow)
Columns = tuple[Any, ...]


def get_appeal(session: Session, person: Person, appeal_id: str) -> AppealOut:
    """One appeal, or NotFoundError when there is none that this person may see."""
    found = _read(session, person, _shown(person).where(AppealRow.id == appeal_id))
    if not found:
        raise NotFoundError(f"there is no appeal {appeal_id} for you")
    return found[0]


def one_appeal(session: Session, person: Person, which: ColumnElement[bool]) -> AppealOut:
    """The one appeal that this is true of."""
    return _read(session, person, _shown(person).where(which))[0]


def list_appeals(session: Session, person: Person, query: AppealQuery) -> Page[AppealOut]:
    """Appeals that fit the query, newest first."""
    wanted = _shown(person)
    if query.state is not None:
        wanted = wanted.where(AppealRow.state == query.state)
    if query.restaurant is not None:
        wanted = wanted.where(AppealRow.restaurant_id == query.restaurant)
    if query.cursor is not None:
        at, after = decode_cursor(query.cursor)
        same = and_(AppealRow.filed_at == at, AppealRow.id < f"{after.int:016x}")
        wanted = wanted.where(AppealRow.filed_at <= at, or_(AppealRow.filed_at < at, same))
    newest = wanted.order_by(AppealRow.filed_at.desc(), AppealRow.id.desc())
    found = _read(session, person, newest.limit(query.limit + 1))
    items, last = found[: query.limit], found[query.limit - 1 : query.limit]
    more = len(found) > query.limit
    cursor = encode_cursor(last[0].filed_at, UUID(int=int(last[0].id, 16))) if more else None
    return Page(items=items, next_cursor=cursor)


def open_appeals(session: Session, person: Person) -> list[AppealOut]:
    """Appeals that wait for their decision, the one due first at the head."""
    waiting = _shown(person).where(AppealRow.state == "filed")
    return _read(session, person, waiting.order_by(AppealRow.due_at, AppealRow.id).limit(MOST_OPEN))


def _shown(person: Person) -> Select[*Columns]:
    """Appeals in scope with what is told beside them.

    The alert's own scope would hide it from its restaurant once the appeal was granted.
    """
    return (
        select(AppealRow, AlertRow, CameraRow.name, RestaurantRow.name, FILER.name, DECIDER.name)
        .join(AlertRow, AlertRow.id == AppealRow.alert_id)
        .join(CameraRow, CameraRow.id == AlertRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == AppealRow.restaurant_id)
        .join(FILER, FILER.id == AppealRow.filed_by)
        .outerjoin(DECIDER, DECIDER.id == AppealRow.ended_by)
        .where(in_care(person))
    )


def _read(session: Session, person: Person, wanted: Select[*Columns]) -> list[AppealOut]:
    rows = session.execute(wanted).all()
    files = _files(session, [row[0].id for row in rows])
    return [_out(session, person, row, files.get(row[0].id, [])) for row in rows]


def _files(session: Session, appeal_ids: Collection[str]) -> dict[str, list[AppealFileRow]]:
    wanted = select(AppealFileRow).where(AppealFileRow.appeal_id.in_(appeal_ids))
    found: defaultdict[str, list[AppealFileRow]] = defaultdict(list)
    for row in session.scalars(wanted.order_by(AppealFileRow.appeal_id, AppealFileRow.position)):
        found[row.appeal_id].append(row)
    return found


def _out(
    session: Session, person: Person, row: Row[*Columns], files: Sequence[AppealFileRow]
) -> AppealOut:
    appeal, alert, camera, restaurant, filer, decider = row
    waits, office = appeal.state == "filed", person.role != "restaurant"
    asked = waits and person.role in DECIDERS
    involved = involved_in(session, alert.id) if asked else set()
    return AppealOut.model_validate(
        {name: getattr(appeal, name) for name in OWN}
        | {name: getattr(alert, name) for name in ABOUT}
        | {
            "alert_status": alert.status,
            "camera_name": camera,
            "restaurant_name": restaurant,
            "filed_by": filer,
            "closed_at": appeal.ended_at,
            "decided_by": decider if office and appeal.state in ("granted", "refused") else None,
            "clock": clock_state(appeal.filed_at, appeal.due_at, now()) if waits else None,
            "files": [_file_out(file) for file in files],
            "may_decide": asked and may_decide(person.id, person.role, involved),
            "may_withdraw": waits and not office,
        }
    )


def _file_out(file: AppealFileRow) -> AppealFileOut:
    told = {name: getattr(file, name) for name in ("sha256", "media_type", "added_at")}
    return AppealFileOut.model_validate(
        told | {"bytes": file.size_bytes, "deleted": file.deleted_at is not None}
    )
