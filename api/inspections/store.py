"""Visits in the database: who sees which, planning, starting, cancelling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.database import now
from api.inspections.checklists import read_checklist
from api.inspections.models import CampaignRow, VisitRow
from api.inspections.rules import require_open, share
from api.inspections.schemas import CancelIn, ResultOut, VisitIn, VisitOut, VisitQuery
from api.pages import Page, decode_cursor, encode_cursor
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import in_care
from vision.errors import ConflictError, InvalidError, NotFoundError

Columns = tuple[Any, ...]
Assigned: Final = aliased(UserRow)
Inspector: Final = aliased(UserRow)
MADE_BY: Final = func.coalesce(VisitRow.finished_by, VisitRow.started_by)
PLANNED_FIELDS: Final = ("restaurant_id", "kind", "checklist", "case_id", "reason")


def visible(person: Person) -> ColumnElement[bool]:
    """Which visits are this person's to know; a restaurant learns of those that were made."""
    theirs = VisitRow.restaurant_id.in_(select(RestaurantRow.id).where(in_care(person)))
    return and_(theirs, VisitRow.state == "done") if person.role == "restaurant" else theirs


def today_of(zone: str) -> dt.date:
    """The date where the office is."""
    return now().astimezone(ZoneInfo(zone)).date()


def plan(session: Session, person: Person, visit_id: UUID, given: VisitIn, today: dt.date) -> bool:
    """Plan a visit under an id the caller made; whether it is new.

    ConflictError when that id is another visit's already.
    """
    require_restaurants(session, person, [given.restaurant_id])
    read_checklist(given.checklist)
    wanted = given.model_dump() | {"reason": given.reason.strip()}
    row = session.get(VisitRow, str(visit_id))
    if row is not None:
        if any(getattr(row, field) != wanted[field] for field in PLANNED_FIELDS):
            raise ConflictError("another visit has this id; make a new one")
        return False
    if given.assigned_to is not None:
        require_assignable(session, given.assigned_to, given.restaurant_id)
    planned_for = given.planned_for or today
    if planned_for < today:
        raise InvalidError("planned_for lies in the past; give today or later", "planned_for")
    add_visit(session, person, wanted | {"id": str(visit_id), "planned_for": planned_for})
    return True


def add_visit(session: Session, person: Person, facts: dict[str, Any]) -> None:
    """Write a planned visit and say so in the log."""
    row = VisitRow(state="planned", created_by=person.id, created_at=now(), **facts)
    session.add(row)
    session.flush()
    detail = {"restaurant": row.restaurant_id, "kind": row.kind, "for": str(row.planned_for)}
    more = {"campaign": row.campaign_id, "case": row.case_id}
    audit.append(session, person.id, "visit.planned", row.id, **detail, **more)


def require_restaurants(session: Session, person: Person, ids: Collection[str]) -> None:
    """NotFoundError unless every one is in this person's care."""
    wanted = select(RestaurantRow.id).where(in_care(person), RestaurantRow.id.in_(ids))
    missing = set(ids) - set(session.scalars(wanted))
    if missing:
        raise NotFoundError(f"there is no restaurant {min(missing)} for you")


def require_assignable(session: Session, user_id: str, restaurant_id: str) -> None:
    """InvalidError unless that person may visit that restaurant."""
    user = session.get(UserRow, user_id)
    if user is not None and user.role in ("inspector", "supervisor", "admin"):
        who = Person(user.id, user.name, user.role, None, user.station_id, user.district_id)  # type: ignore[arg-type]  # checked above
        wanted = select(RestaurantRow.id).where(in_care(who), RestaurantRow.id == restaurant_id)
        if session.scalar(wanted) is not None:
            return
    raise InvalidError("assigned_to is nobody who visits this restaurant", "assigned_to")


def locked(session: Session, person: Person, visit_id: UUID) -> VisitRow:
    """The visit for changing it; whoever else would waits."""
    wanted = select(VisitRow).where(VisitRow.id == str(visit_id), visible(person))
    row = session.scalar(wanted.with_for_update())
    if row is None:
        raise _no_visit(visit_id)
    return row


def start(session: Session, person: Person, visit_id: UUID) -> None:
    """Say that somebody is on the way; starting again does no harm, another's start is told."""
    row = locked(session, person, visit_id)
    require_open(row.state, "started")
    if row.state == "under_way":
        if row.started_by != person.id:
            raise ConflictError(
                f"{name_of(session, row.started_by)} started this visit; agree who makes it"
            )
        return
    row.state, row.started_at, row.started_by = "under_way", now(), person.id
    session.flush()
    audit.append(session, person.id, "visit.started", row.id)


def cancel(session: Session, person: Person, visit_id: UUID, given: CancelIn) -> None:
    """A visit that is not made; it stays in the list with its reason."""
    row = locked(session, person, visit_id)
    require_open(row.state, "cancelled")
    row.state, row.cancelled_at, row.cancelled_by = "cancelled", now(), person.id
    row.cancel_reason = given.reason.strip()
    session.flush()
    audit.append(session, person.id, "visit.cancelled", row.id, reason=row.cancel_reason)


def done_already(session: Session, row: VisitRow) -> ConflictError:
    """Says who was first, and what to do with what somebody else brings."""
    who, at = name_of(session, row.finished_by), row.finished_at
    return ConflictError(
        f"{who} finished this visit already ({at:%Y-%m-%d %H:%M} UTC);"
        " send this one as a visit of its own, or discard it"
    )


def name_of(session: Session, user_id: str | None) -> str:
    """What somebody is called."""
    name = session.scalar(select(UserRow.name).where(UserRow.id == user_id))
    return name or "somebody"


def get_visit(session: Session, person: Person, visit_id: UUID) -> VisitOut:
    """One visit, or NotFoundError when there is none that this person may see."""
    wanted = shown().where(VisitRow.id == str(visit_id), visible(person))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise _no_visit(visit_id)
    return visit_out(row, person)


def _no_visit(visit_id: UUID) -> NotFoundError:
    return NotFoundError(f"there is no visit {visit_id} for you")


def list_visits(session: Session, person: Person, query: VisitQuery) -> Page[VisitOut]:
    """Visits that fit, the newest first: by when they were done, else by when they were planned."""
    at = func.coalesce(VisitRow.finished_at, VisitRow.created_at)
    # Done ones alone have an index of their own in this order.
    ordered: Any = VisitRow.finished_at if query.state == "done" else at
    wanted = shown().where(visible(person), *_filters(query))
    if query.cursor is not None:
        moment, after = decode_cursor(query.cursor)
        same = and_(ordered == moment, VisitRow.id < str(after))
        wanted = wanted.where(or_(ordered < moment, same))
    wanted = wanted.add_columns(at).order_by(ordered.desc(), VisitRow.id.desc())
    rows = session.execute(wanted.limit(query.limit + 1)).all()
    items = [visit_out(row, person) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    last = rows[query.limit - 1] if more else None
    return Page(
        items=items,
        next_cursor=encode_cursor(last[-1], UUID(last[0].id)) if last is not None else None,
    )


def _filters(query: VisitQuery) -> list[ColumnElement[bool]]:
    columns = {
        VisitRow.state: query.state,
        VisitRow.kind: query.kind,
        VisitRow.outcome: query.outcome,
        VisitRow.restaurant_id: query.restaurant,
        VisitRow.campaign_id: query.campaign,
        VisitRow.case_id: query.case,
    }
    return [column == value for column, value in columns.items() if value is not None]


def shown() -> Select[*Columns]:
    """Visits with the names that belong to them."""
    return (
        select(
            VisitRow,
            RestaurantRow,
            StationRow.name,
            CampaignRow.name,
            Assigned.name,
            Inspector.name,
        )
        .join(RestaurantRow, RestaurantRow.id == VisitRow.restaurant_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .outerjoin(CampaignRow, CampaignRow.id == VisitRow.campaign_id)
        .outerjoin(Assigned, Assigned.id == VisitRow.assigned_to)
        .outerjoin(Inspector, Inspector.id == MADE_BY)
    )  # fmt: skip


SAME: Final = (
    "id",
    "restaurant_id",
    "kind",
    "state",
    "checklist",
    "checklist_version",
    "planned_for",
    "assigned_to",
    "campaign_id",
    "case_id",
    "reason",
    "started_at",
    "finished_at",
    "received_at",
    "finished_by",
    "cancel_reason",
    "ordered",
    "record_sha256",
)


def visit_out(row: Row[*Columns], person: Person) -> VisitOut:
    """A row of ``shown``; a restaurant does not learn what was complained about, and by whom."""
    visit, restaurant, station, campaign, assigned, inspector = row[:6]
    told = VisitOut.model_validate(
        {field: getattr(visit, field) for field in SAME}
        | {
            "restaurant_name": restaurant.name,
            "address": restaurant.address,
            "risk": restaurant.risk,
            "station_name": station,
            "campaign_name": campaign,
            "assigned_name": assigned,
            "inspector_name": inspector,
            "result": _result(visit),
        }
    )
    hidden = {"reason": "", "assigned_to": None, "assigned_name": None}
    return told.model_copy(update=hidden) if person.role == "restaurant" else told


def _result(visit: VisitRow) -> ResultOut | None:
    if visit.outcome is None:
        return None
    met, not_met = visit.met or 0, visit.not_met or 0
    return ResultOut.model_validate(
        {
            "met": met,
            "not_met": not_met,
            "not_applicable": visit.not_applicable or 0,
            "share": share(met, not_met),
            "outcome": visit.outcome,
        }
    )


def last_visits(session: Session, restaurant_ids: Sequence[str]) -> dict[str, datetime]:
    """When each restaurant was last visited; one that never was is missing."""
    wanted = (
        select(VisitRow.restaurant_id, func.max(VisitRow.finished_at))
        .where(VisitRow.restaurant_id.in_(restaurant_ids), VisitRow.finished_at.is_not(None))
        .group_by(VisitRow.restaurant_id)
    )
    return {name: at for name, at in session.execute(wanted) if at is not None}
