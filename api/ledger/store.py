"""The ledger in the database: cases with their orders, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.cases.models import CaseAlertRow, CaseRow, OrderRow
from api.database import now
from api.ledger.schemas import LedgerQuery, LedgerRow, Outcome
from api.pages import Page
from api.patrols.pages import decode_place, encode_place
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.restaurants.store import in_care, sees_everything
from api.stats.figure_store import fell_due, on_time
from api.stats.periods import DAY, begins

AT_ONCE: Final = 200
First, Second = aliased(UserRow), aliased(UserRow)
Columns = tuple[Any, ...]


def list_ledger(
    session: Session, person: Person, query: LedgerQuery, zone: ZoneInfo
) -> Page[LedgerRow]:
    """Cases that fit, newest first."""
    at, key = _place(query)
    wanted = _wanted(person, query, zone).order_by(at.desc(), key.desc())
    if query.cursor is not None:
        place = decode_place(query.cursor)
        before = or_(at < place[0], and_(at == place[0], key < place[1]))
        # The first condition says nothing new, but it lets the index begin at the cursor.
        wanted = wanted.where(at <= place[0], before)
    rows = session.execute(wanted.limit(query.limit + 1)).all()
    shown = rows[: query.limit]
    cursor = None
    if len(rows) > query.limit:
        last = shown[-1]
        cursor = encode_place(last.place_at, last.place_key)
    return Page(items=_out(session, shown), next_cursor=cursor)


def every_line(
    session: Session, person: Person, query: LedgerQuery, zone: ZoneInfo
) -> Iterator[LedgerRow]:
    """All of them, some hundred at a time."""
    cursor: str | None = None
    while True:
        some = query.model_copy(update={"cursor": cursor, "limit": AT_ONCE})
        page = list_ledger(session, person, some, zone)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def count_lines(session: Session, person: Person, query: LedgerQuery, zone: ZoneInfo) -> int:
    """How many fit."""
    wanted = _wanted(person, query, zone).subquery()
    return int(session.scalar(select(func.count()).select_from(wanted)) or 0)


def _place(query: LedgerQuery) -> tuple[Any, Any]:
    """By when lines are ordered, and what tells those of one moment apart."""
    if query.by == "order":
        return OrderRow.issued_at, OrderRow.id
    if query.by == "due":
        return OrderRow.due_at, OrderRow.id
    return (CaseRow.ended_at if query.by == "closed" else CaseRow.opened_at), CaseRow.id


def _wanted(person: Person, query: LedgerQuery, zone: ZoneInfo) -> Select[Any]:
    at, key = _place(query)
    wanted = (
        select(
            CaseRow,
            OrderRow,
            RestaurantRow.name.label("restaurant"),
            StationRow.name.label("station"),
            DistrictRow.name.label("district"),
            First.name.label("first"),
            Second.name.label("second"),
            at.label("place_at"),
            key.label("place_key"),
        )
        .select_from(CaseRow)
        .join(RestaurantRow, RestaurantRow.id == CaseRow.restaurant_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .outerjoin(DistrictRow, DistrictRow.id == StationRow.district_id)
        .outerjoin(First, First.id == CaseRow.first_signer_id)
        .outerjoin(Second, Second.id == CaseRow.second_signer_id)
    )
    wanted = _with_orders(wanted, query)
    if query.from_ is not None:
        wanted = wanted.where(at >= begins(query.from_, zone))
    if query.until is not None:
        wanted = wanted.where(at < begins(query.until + DAY, zone))
    return wanted.where(_scope(person), *_filters(query, now()))


def _with_orders(wanted: Select[Any], query: LedgerQuery) -> Select[Any]:
    """A case with its newest order; or every order, exactly as the figures count them."""
    own = OrderRow.case_id == CaseRow.id
    if query.by == "order":
        return wanted.join(OrderRow, own).where(OrderRow.withdrawn_at.is_(None))
    if query.by == "due":
        return wanted.join(OrderRow, own).where(fell_due(now()))
    stands = OrderRow.withdrawn_at.is_(None), OrderRow.replaced_at.is_(None)
    return wanted.outerjoin(OrderRow, and_(own, *stands))


def _scope(person: Person) -> ColumnElement[bool]:
    if sees_everything(person):
        return CaseRow.id.is_not(None)
    return in_care(person)


def _filters(query: LedgerQuery, at: datetime) -> list[ColumnElement[bool]]:
    is_open = CaseRow.ended_at.is_(None)
    lies = select(StationRow.id).where(StationRow.district_id == query.district)
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (query.by == "closed", CaseRow.state == "closed"),
        (query.state, CaseRow.state == query.state),
        (query.rule, CaseRow.rule == query.rule),
        (query.source, CaseRow.source == query.source),
        (query.restaurant, CaseRow.restaurant_id == query.restaurant),
        (query.station, RestaurantRow.station_id == query.station),
        (query.district, RestaurantRow.station_id.in_(lies)),
        (query.open, is_open),
        (query.overdue, and_(is_open, CaseRow.due_at < at)),
        (query.met == "on_time", on_time()),
        (query.met == "late", and_(OrderRow.id.is_not(None), fell_due(at), ~on_time())),
        (not query.state, CaseRow.state != "withdrawn"),
    ]
    return [condition for wanted, condition in asked if wanted]


def _out(session: Session, rows: Sequence[Any]) -> list[LedgerRow]:
    firsts = first_alerts(session, [row[0].id for row in rows])
    at = now()
    return [_line(row, firsts.get(row[0].id), at) for row in rows]


def first_alerts(session: Session, case_ids: Sequence[str]) -> dict[str, UUID]:
    """The alert with which each case began, of those that still stand in it."""
    joined = select(CaseAlertRow.case_id, CaseAlertRow.alert_id).where(
        CaseAlertRow.case_id.in_(case_ids), CaseAlertRow.left_at.is_(None)
    )
    newest_first = joined.order_by(CaseAlertRow.joined_at.desc(), CaseAlertRow.alert_id)
    return {case_id: alert_id for case_id, alert_id in session.execute(newest_first)}  # noqa: C416 - the last one stays


def _line(row: Any, alert_id: UUID | None, at: datetime) -> LedgerRow:
    case, order = row[0], row[1]
    return LedgerRow(
        case_id=case.id,
        number=case.number,
        restaurant_id=case.restaurant_id,
        restaurant_name=row.restaurant,
        station_name=row.station,
        district_name=row.district,
        rule=case.rule,
        zone_type=case.zone_type,
        severity=case.severity,
        source=case.source,
        state=case.state,
        opened_at=case.opened_at,
        due_at=case.due_at,
        overdue=case.ended_at is None and case.due_at is not None and case.due_at < at,
        escalated=case.escalated_at is not None,
        repeats=case.repeats,
        alerts=case.upheld,
        order_number=order and order.number,
        ordered_at=order and order.issued_at,
        order_due_at=order and order.due_at,
        met_at=order and order.met_at,
        outcome=outcome(order, at),
        closed_at=case.ended_at if case.state == "closed" else None,
        signers=[name for name in (row.first, row.second) if name],
        alert_id=alert_id,
        generated=case.generated,
    )


def outcome(order: OrderRow | None, at: datetime) -> Outcome:
    """What became of an order; the figures count it the same way."""
    if order is None:
        return "none"
    if order.failed_at is not None:
        return "failed"
    if order.met_at is not None and order.replaced_at is None:
        return "on_time" if order.met_at <= order.due_at else "late"
    return "late" if order.due_at < at else "running"
