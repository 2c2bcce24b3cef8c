"""Cases as people see them: lists by urgency, and one with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.cases import parts
from api.cases.look_back import measure
from api.cases.models import CaseRow, OrderRow
from api.cases.rules import By, allowed
from api.cases.schemas import PERSON_ACTIONS, CaseDetail, CaseOut, CaseQuery, OrderOut, Turn
from api.cases.steps import standing_of
from api.cases.store import case_scope, no_case
from api.cases.transitions import RESTAURANT_MOVES
from api.database import now
from api.pages import Page
from api.patrols.pages import decode_place, encode_place
from api.restaurants.models import RestaurantRow, StationRow
from vision.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order's paper says."""

    case: CaseDetail
    order: OrderOut
    issuer: str
    address: str


SAME = tuple(name for name in CaseOut.model_fields if hasattr(CaseRow, name))


def list_cases(session: Session, person: Person, query: CaseQuery) -> Page[CaseOut]:
    """Cases that fit the query: open ones by what is due first, others by what changed last."""
    urgent = query.status == "open"
    wanted = _shown().where(case_scope(person), *_filters(query, now()))
    wanted = _in_order(wanted, urgent, query.cursor).limit(query.limit + 1)
    found = [case_out(row, person, *names) for row, *names in session.execute(wanted)]
    items, more = found[: query.limit], len(found) > query.limit
    last = items[-1] if more else None
    at = last and (last.due_at if urgent else last.changed_at)
    return Page(items=items, next_cursor=encode_place(at, last.id) if last and at else None)


def _in_order(wanted: Any, urgent: bool, cursor: str | None) -> Any:
    at, case_id = (CaseRow.due_at, CaseRow.id) if urgent else (CaseRow.changed_at, CaseRow.id)
    if cursor is not None:
        place = decode_place(cursor)
        if urgent:
            later = or_(at > place[0], and_(at == place[0], case_id > place[1]))
            wanted = wanted.where(at >= place[0], later)
        else:
            earlier = or_(at < place[0], and_(at == place[0], case_id < place[1]))
            wanted = wanted.where(at <= place[0], earlier)
    return wanted.order_by(*((at, case_id) if urgent else (at.desc(), case_id.desc())))


def _shown() -> Any:
    return (
        select(CaseRow, RestaurantRow.name, StationRow.name)
        .join(RestaurantRow, RestaurantRow.id == CaseRow.restaurant_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
    )


def _filters(query: CaseQuery, at: datetime) -> list[ColumnElement[bool]]:
    ended = CaseRow.ended_at.is_(None)
    restaurants = CaseRow.state.in_(RESTAURANT_MOVES)
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (query.status == "open", ended),
        (query.status == "ended", ~ended),
        (query.state, CaseRow.state == query.state),
        (query.turn == "restaurant", and_(ended, restaurants)),
        (query.turn == "office", and_(ended, ~restaurants)),
        (query.overdue, and_(ended, CaseRow.due_at < at)),
        (query.escalated, CaseRow.escalated_at.is_not(None)),
        (query.rule, CaseRow.rule == query.rule),
        (query.restaurant, CaseRow.restaurant_id == query.restaurant),
        (query.station, RestaurantRow.station_id == query.station),
        (query.number, CaseRow.number.startswith(query.number or "", autoescape=True)),
    ]
    return [condition for wanted, condition in asked if wanted]


def case_out(row: CaseRow, person: Person, restaurant: str, station: str | None) -> CaseOut:
    """A case as this person sees it."""
    overdue = row.ended_at is None and row.due_at is not None and row.due_at < now()
    told = {name: getattr(row, name) for name in SAME} | {
        "restaurant_name": restaurant,
        "station_name": station,
        "turn": turn_of(row),
        "overdue": overdue,
        "can": can_do(row, person),
    }
    return CaseOut.model_validate(told)


def turn_of(row: CaseRow) -> Turn | None:
    """Whose move it is."""
    if row.ended_at is not None:
        return None
    return "restaurant" if row.state in RESTAURANT_MOVES else "office"


def can_do(row: CaseRow, person: Person) -> Sequence[str]:
    """What this person may do with it now, by the names of the API."""
    able = allowed(standing_of(row), By(person.id, person.role))
    return [action for action in able if action in PERSON_ACTIONS]


def get_case(session: Session, person: Person, case_id: str) -> CaseDetail:
    """One case with all of it; NotFoundError when there is none that this person may see."""
    wanted = _shown().where(case_scope(person), CaseRow.id == case_id)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise no_case(case_id)
    row, *names = found
    told = case_out(row, person, *names).model_dump()
    rectified = row.state == "rectified"
    return CaseDetail.model_validate(
        told
        | {
            "alerts": parts.alerts_of(session, row),
            "actions": parts.actions_of(session, row, person),
            "orders": parts.orders_of(session, row, person),
            "look_backs": parts.look_backs_of(session, row),
            "look_back_now": measure(session, row, now()) if rectified else None,
            "files": parts.files_of(session, row, person),
        }
    )


def counts(session: Session, person: Person) -> dict[str, int]:
    """How many cases are open, overdue, and waiting for the restaurant or the office."""
    open_ones = CaseRow.ended_at.is_(None), case_scope(person)
    mine = CaseRow.state.in_(RESTAURANT_MOVES)
    told = session.execute(
        select(
            func.count(),
            func.count().filter(CaseRow.due_at < now()),
            func.count().filter(CaseRow.escalated_at.is_not(None)),
            func.count().filter(mine),
        ).where(*open_ones)
    ).one()
    names = ("open", "overdue", "escalated", "restaurant")
    return dict(zip(names, cast("tuple[int, ...]", tuple(told)), strict=True))


def get_order(session: Session, person: Person, case_id: str, number: str) -> OrderFacts:
    """An order with what its paper says; NotFoundError when it is not this person's to see."""
    case = get_case(session, person, case_id)
    order = next((one for one in case.orders if one.number == number), None)
    if order is None:
        raise NotFoundError(f"there is no order {number} for you")
    wanted = select(UserRow.name).join(OrderRow, OrderRow.issued_by == UserRow.id)
    issuer = session.scalars(wanted.where(OrderRow.number == number)).one()
    address = session.get_one(RestaurantRow, case.restaurant_id).address
    # It is an official paper: whoever gets it may know who signed it.
    return OrderFacts(case, order, issuer, address)
