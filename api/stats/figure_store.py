"""The office's figures, counted in the database: one statement a source, read from its index."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.cases.models import CaseRow, OrderRow
from api.inspections.models import VisitRow
from api.restaurants.models import RestaurantRow, StationRow
from api.stats.asking import Asked, Tallies, Tally
from api.stats.counting import kind_of
from api.stats.figure_days import by_days, day_rows
from api.stats.figure_schemas import Count, Table
from api.stats.periods import Days

NOT_MET: Final = ("not_met", "partly")


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: when they count, whose they are, what else tells them apart."""

    at: ColumnElement[Any]
    restaurant: ColumnElement[str]
    rule: ColumnElement[str] | None
    kind: ColumnElement[str]
    wanted: tuple[ColumnElement[bool], ...]
    join: Any = None


def tallies(session: Session, asked: Asked) -> Tallies:
    """Every count by group; ``""`` is the group of those that ask for no parting."""
    found: defaultdict[str, Tally] = defaultdict(Counter)
    homes = _homes(session) if asked.by in ("station", "district") else {}
    daily = "alerts" in asked.tables and by_days(session, asked)
    for group, kind, count in day_rows(session, asked) if daily else ():
        _note(found[group], ALERT_NAMES, kind, count)
    for table, source, names in _sources(asked, daily=daily):
        if table not in asked.tables:
            continue
        for key, kind, count in _rows(session, asked, source):
            _note(found[_group(asked, key, homes)], names, kind, count)
    if "visited" in asked.tables and asked.by != "rule":
        _count_visited(session, asked, homes, found)
    if "stock" in asked.tables and asked.by in (None, "station", "district"):
        _count_stock(session, asked, homes, found)
    return dict(found)


def _note(tally: Tally, names: Names, kind: str, count: int) -> None:
    for name in names.get(kind, ()):
        tally[name] += count


Names = dict[str, tuple[Count, ...]]
ALERT_NAMES: Final[Names] = {
    "upheld": ("alerts", "upheld"),
    "dismissed": ("alerts", "dismissed"),
    "open": ("alerts", "open"),
    "patrol": ("reported",),
}


def _sources(asked: Asked, *, daily: bool) -> Iterable[tuple[Table, Source, Names]]:
    if not daily:
        yield "alerts", _alerts(), ALERT_NAMES
    yield "issued", _orders_issued(), {"": ("orders",)}
    yield (
        "due",
        _orders_due(asked.now),
        {"met": ("orders_due", "orders_on_time"), "late": ("orders_due",)},
    )
    opened, closed = _cases()
    yield "opened", opened, {"": ("cases_opened",)}
    yield "closed", closed, {"": ("cases_closed",)}
    if asked.rule is None and asked.by != "rule":
        yield "visits", _visits(), {"met": ("visits",), "not_met": ("visits", "visits_not_met")}


def _alerts() -> Source:
    return Source(
        AlertRow.started_at.expression,
        AlertRow.restaurant_id.expression,
        AlertRow.rule.expression,
        kind_of(),
        (),
    )


def _visits() -> Source:
    kind = case((VisitRow.outcome.in_(NOT_MET), "not_met"), else_="met")
    done = VisitRow.state == "done"
    return Source(
        VisitRow.finished_at.expression, VisitRow.restaurant_id.expression, None, kind, (done,)
    )


def _orders_issued() -> Source:
    return Source(
        OrderRow.issued_at.expression,
        OrderRow.restaurant_id.expression,
        CaseRow.rule.expression,
        literal(""),
        (OrderRow.withdrawn_at.is_(None),),
        (CaseRow, CaseRow.id == OrderRow.case_id),
    )


def on_time() -> ColumnElement[bool]:
    """Whether an order was met by its deadline, for good."""
    return and_(
        OrderRow.met_at.is_not(None),
        OrderRow.met_at <= OrderRow.due_at,
        OrderRow.failed_at.is_(None),
        OrderRow.replaced_at.is_(None),
    )


def fell_due(now: datetime) -> ColumnElement[bool]:
    """Whether an order's deadline says something about it."""
    stands = or_(
        OrderRow.replaced_at.is_(None),
        OrderRow.failed_at.is_not(None),
        OrderRow.replaced_at > OrderRow.due_at,
    )
    over = or_(OrderRow.due_at < now, OrderRow.met_at.is_not(None))
    return and_(OrderRow.withdrawn_at.is_(None), stands, over)


def _orders_due(now: datetime) -> Source:
    return Source(
        OrderRow.due_at.expression,
        OrderRow.restaurant_id.expression,
        CaseRow.rule.expression,
        case((on_time(), "met"), else_="late"),
        (fell_due(now),),
        (CaseRow, CaseRow.id == OrderRow.case_id),
    )


def _cases() -> tuple[Source, Source]:
    place, rule = CaseRow.restaurant_id.expression, CaseRow.rule.expression
    stands = CaseRow.state != "withdrawn"
    closed = CaseRow.state == "closed"
    opened = Source(CaseRow.opened_at.expression, place, rule, literal(""), (stands,))
    return opened, Source(CaseRow.ended_at.expression, place, rule, literal(""), (closed,))


def _rows(session: Session, asked: Asked, source: Source) -> Iterable[tuple[str, str, int]]:
    """Key, kind and count; places are counted by restaurant, which a caller puts together."""
    inner = select(_key(asked, source).label("k"), source.kind.label("kind"))
    if source.join is not None and (asked.by == "rule" or asked.rule is not None):
        inner = inner.select_from(OrderRow).join(*source.join)
    wanted = _narrowed(asked, source, inner).subquery()
    counted = select(wanted.c.k, wanted.c.kind, func.count()).group_by(wanted.c.k, wanted.c.kind)
    return [(str(key), str(kind), int(count)) for key, kind, count in session.execute(counted)]


def _narrowed(asked: Asked, source: Source, wanted: Select[Any]) -> Select[Any]:
    wanted = wanted.where(
        source.at >= asked.days.since,
        source.at < asked.days.until,
        asked.within(source.restaurant),
        *source.wanted,
    )
    if asked.rule is not None and source.rule is not None:
        wanted = wanted.where(source.rule == asked.rule)
    return wanted


def _key(asked: Asked, source: Source) -> ColumnElement[Any]:
    if asked.by is None:
        return literal("")
    if asked.by == "rule":
        assert source.rule is not None
        return source.rule
    if asked.by == "month":
        return month_of(source.at, asked.days)
    return source.restaurant


def month_of(at: ColumnElement[Any], days: Days) -> ColumnElement[Any]:
    """Which of the local months something happened in, from 0: databases do not agree on zones.

    A number, since PostgreSQL would sort texts to count them, and hashes numbers.
    """
    ends = [(at < month.until, number) for number, month in enumerate(days.months)]
    return case(*ends)


def _homes(session: Session) -> dict[str, tuple[str, str]]:
    """Each restaurant's station and district; empty where it has none."""
    rows = session.execute(
        select(RestaurantRow.id, RestaurantRow.station_id, StationRow.district_id).outerjoin(
            StationRow, StationRow.id == RestaurantRow.station_id
        )
    )
    return {row[0]: (row[1] or "", row[2] or "") for row in rows}


def _group(asked: Asked, key: str, homes: dict[str, tuple[str, str]]) -> str:
    if asked.by == "month":
        return f"{asked.days.months[int(key)].first:%Y-%m}"
    if asked.by == "station":
        return homes[key][0]
    return homes[key][1] if asked.by == "district" else key


def _count_visited(
    session: Session, asked: Asked, homes: dict[str, tuple[str, str]], found: Any
) -> None:
    """Restaurants once each, within each group."""
    if asked.rule is not None:
        return
    source = _visits()
    inner = select(_key(asked, source).label("k"), source.restaurant.label("place")).distinct()
    for key, place in session.execute(_narrowed(asked, source, inner)):
        whose = str(place) if asked.by in ("station", "district") else str(key)
        found[_group(asked, whose, homes)]["restaurants_visited"] += 1


def _count_stock(
    session: Session, asked: Asked, homes: dict[str, tuple[str, str]], found: Any
) -> None:
    places = select(RestaurantRow.id).where(
        asked.places(), RestaurantRow.created_at < asked.days.until
    )
    for (place,) in session.execute(places):
        found[_group(asked, place, homes) if asked.by else ""]["restaurants"] += 1
    cameras = (
        select(CameraRow.restaurant_id, func.count())
        .where(CameraRow.active, asked.within(CameraRow.restaurant_id.expression))
        .group_by(CameraRow.restaurant_id)
    )
    for place, count in session.execute(cameras):
        found[_group(asked, place, homes) if asked.by else ""]["cameras"] += count
