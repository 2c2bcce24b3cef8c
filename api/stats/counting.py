"""Alerts counted by local day and station: kept by triggers, summed up, proven, made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, delete, false, func, insert, select, text, true
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import sees_everything
from api.stats.models import AlertCountRow, CountOffsetRow
from api.stats.periods import offsets
from api.stats.store import MODELS_OWN, SETTLED, quarter

CHUNK: Final = 5_000
LOCK: Final = "LOCK TABLE alerts, restaurants, alert_counts IN SHARE ROW EXCLUSIVE MODE"
UNSYNCED: Final = {"synchronize_session": False}
# All of a cell but its count; the triggers write the same.
CELL: Final[tuple[ColumnElement[Any], ...]] = (
    AlertCountRow.day.expression,
    AlertCountRow.station_id.expression,
    AlertCountRow.rule.expression,
    AlertCountRow.model_sha256.expression,
    AlertCountRow.kind.expression,
)


class Cell(NamedTuple):
    """What alerts are counted by."""

    day: date
    station_id: str
    rule: str
    model_sha256: str
    kind: str


class Difference(NamedTuple):
    """A cell whose counted figure is not that of its alerts."""

    cell: Cell
    counted: int
    alerts: int


def kind_of() -> ColumnElement[str]:
    """Where an alert stands, for figures."""
    return case(
        (AlertRow.origin.not_in(MODELS_OWN), "patrol"),
        (AlertRow.status.in_(SETTLED), AlertRow.status),
        else_="open",
    )


def counts_in(session: Session, zone: ZoneInfo) -> bool:
    """Whether days are counted in that zone; until they are, figures come from the alerts."""
    counted = select(CountOffsetRow.zone).order_by(CountOffsetRow.since_at).limit(1)
    return session.scalar(counted) == zone.key


def stations_of(person: Person) -> ColumnElement[bool]:
    """Counts in the office's people's scope; it is ``in_care`` for what knows only its station."""
    if sees_everything(person):
        return true()
    if person.role == "restaurant":
        return false()
    if person.station_id is not None:
        return AlertCountRow.station_id == person.station_id
    if person.district_id is not None:
        return in_district(person.district_id)
    return false()


def in_district(district_id: str) -> ColumnElement[bool]:
    """Counts of the district's stations."""
    lies = select(StationRow.id).where(StationRow.district_id == district_id)
    return AlertCountRow.station_id.in_(lies)


def keep(session: Session, zone: ZoneInfo) -> None:
    """Sum up what was added since, or count anew where the office's zone is another now."""
    if counts_in(session, zone):
        sum_up(session)
    else:
        count_anew(session, zone)


def sum_up(session: Session) -> None:
    """Replace the rows of each day to which some were added by one row a cell.

    Whoever reads sees the rows of before or of after, and the same figure in both.
    """
    new = select(AlertCountRow.day).where(~AlertCountRow.summed).distinct()
    days = list(session.scalars(new))
    gone = delete(AlertCountRow).where(AlertCountRow.day.in_(days))
    totals: Counter[Cell] = Counter()
    told = gone.returning(*CELL, AlertCountRow.alerts)
    for *cell, alerts in session.execute(told, execution_options=UNSYNCED):
        totals[Cell(*cell)] += alerts
    _write(session, totals)


def _write(session: Session, totals: Counter[Cell]) -> None:
    rows = [
        {**cell._asdict(), "alerts": count, "summed": True}
        for cell, count in totals.items()
        if count
    ]
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(AlertCountRow), rows[start : start + CHUNK])


def count_anew(session: Session, zone: ZoneInfo, actor: str = audit.SYSTEM) -> int:
    """Count every alert, in that zone's days; gives how many cells there are."""
    if session.get_bind().dialect.name == "postgresql":
        # Nobody adds an alert, or sums up, while they are counted.
        session.execute(text(LOCK))
    totals = from_alerts(session, zone)
    for table in (AlertCountRow, CountOffsetRow):
        session.execute(delete(table), execution_options=UNSYNCED)
    told = [{"since_at": at, "offset_s": s, "zone": zone.key} for at, s in offsets(zone)]
    session.execute(insert(CountOffsetRow), told)
    _write(session, totals)
    audit.append(session, actor, "counts.made", zone.key, cells=len(totals))
    return len(totals)


def from_alerts(session: Session, zone: ZoneInfo) -> Counter[Cell]:
    """The figures of every cell, counted from the alerts themselves."""
    columns: tuple[ColumnElement[Any], ...] = (
        quarter(),
        func.coalesce(RestaurantRow.station_id, ""),
        AlertRow.rule.expression,
        AlertRow.model_sha256.expression,
        kind_of(),
    )
    inner = select(*(column.label(f"c{place}") for place, column in enumerate(columns))).join(
        RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id
    )
    told = inner.subquery()
    rows = session.execute(
        select(*told.c, func.count()).group_by(*told.c), execution_options={"yield_per": CHUNK}
    )
    totals: Counter[Cell] = Counter()
    for second, *rest, count in rows:
        day = datetime.fromtimestamp(second, UTC).astimezone(zone).date()
        totals[Cell(day, *rest)] += count
    return totals


def differences_now(session: Session, zone: ZoneInfo) -> list[Difference]:
    """As ``differences``, in a new session beside others who write."""
    # Both statements have to see one moment; SQLite's transactions always do.
    if session.get_bind().dialect.name == "postgresql":
        session.rollback()
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return differences(session, zone)


def differences(session: Session, zone: ZoneInfo) -> list[Difference]:
    """Where counts and alerts differ: nowhere, unless somebody got past the triggers."""
    rows = session.execute(select(*CELL, func.sum(AlertCountRow.alerts)).group_by(*CELL))
    counted = {Cell(*row[:-1]): int(row[-1]) for row in rows}
    alerts = from_alerts(session, zone)
    return [
        Difference(cell, counted.get(cell, 0), alerts[cell])
        for cell in sorted(counted.keys() | alerts.keys())
        if counted.get(cell, 0) != alerts[cell]
    ]


def by_kind(
    session: Session, key: ColumnElement[Any], wanted: Iterable[ColumnElement[bool]]
) -> Iterable[tuple[Any, str, int]]:
    """Key, kind and how many alerts."""
    rows = session.execute(
        select(key, AlertCountRow.kind, func.sum(AlertCountRow.alerts))
        .where(*wanted)
        .group_by(key, AlertCountRow.kind)
    )
    return [(told, kind, int(alerts)) for told, kind, alerts in rows if alerts]


def upheld_by_day(
    session: Session, wanted: Iterable[ColumnElement[bool]]
) -> Iterable[tuple[str, str | None, date, int]]:
    """Rule, district, local day and how many were upheld."""
    columns = (AlertCountRow.rule, StationRow.district_id, AlertCountRow.day)
    rows = session.execute(
        select(*columns, func.sum(AlertCountRow.alerts))
        .outerjoin(StationRow, StationRow.id == AlertCountRow.station_id)
        .where(AlertCountRow.kind == "upheld", *wanted)
        .group_by(*columns)
    )
    return [(rule, district, day, int(count)) for rule, district, day, count in rows]
