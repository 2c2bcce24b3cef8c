"""Figures counted in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    String,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.cameras.models import CameraRow
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import in_care
from api.stats.schemas import (
    AlertFilter,
    Dimension,
    PrecisionQuery,
    Verdict,
)

SETTLED: Final = ("upheld", "dismissed")
MODELS_OWN: Final = ("camera", "batch")
# Hours and weeks are local, and the databases do not agree on zones: they count quarters of
# an hour in UTC, which every zone's hours are made of.
# Literal, since PostgreSQL takes two parameters of one value for two different expressions.
QUARTER_S: Final = literal_column("900", Integer)
BLANK: Final = literal_column("' '", String)
TIMED: Final[frozenset[Dimension]] = frozenset({"hour", "week"})
COLUMNS: Final[dict[Dimension, ColumnElement[Any]]] = {
    "rule": AlertRow.rule.expression,
    "camera": AlertRow.camera_id.expression,
    "restaurant": AlertRow.restaurant_id.expression,
    "model": AlertRow.model_sha256.expression,
    "zone_type": AlertRow.zone_type.expression,
    "pack": AlertRow.rules_name + BLANK + AlertRow.rules_version + BLANK + AlertRow.rules_sha256,
}
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Alerts of one group by where they stand."""

    upheld: int = 0
    dismissed: int = 0
    open: int = 0


def count(
    session: Session,
    person: Person,
    wanted: AlertFilter,
    dimensions: Sequence[Dimension],
    zone: ZoneInfo,
) -> dict[Key, Counts]:
    """Alerts of each group by where they stand; alerts that people raised are left out."""
    plain = [name for name in dimensions if name not in TIMED]
    columns = [COLUMNS[name] for name in plain]
    quarters = [quarter()] if len(plain) < len(dimensions) else []
    rows = session.execute(
        select(*columns, *quarters, AlertRow.status, func.count())
        .where(*counted(person, wanted))
        .group_by(*columns, *quarters, AlertRow.status)
    )
    totals: Counter[tuple[Key, str]] = Counter()
    for row in rows:
        at = datetime.fromtimestamp(row[len(columns)], UTC).astimezone(zone) if quarters else None
        told = dict(zip(plain, map(str, row), strict=False))
        key = tuple(told[name] if name in told else _timed(name, at) for name in dimensions)
        status: str = row[-2] if row[-2] in SETTLED else "open"
        totals[key, status] += row[-1]
    keys = {key for key, _ in totals}
    return {key: Counts(*(totals[key, status] for status in (*SETTLED, "open"))) for key in keys}


def counted(person: Person, wanted: AlertFilter) -> list[ColumnElement[bool]]:
    """The alerts that figures are made of."""
    given: dict[Any, Any] = {
        AlertRow.rule: wanted.rule,
        AlertRow.camera_id: wanted.camera,
        AlertRow.restaurant_id: wanted.restaurant,
        AlertRow.model_sha256: wanted.model,
    }
    conditions = [in_scope(person), AlertRow.origin.in_(MODELS_OWN)]
    conditions += [column == value for column, value in given.items() if value is not None]
    if wanted.below is not None:
        conditions.append(AlertRow.confidence < wanted.below)
    if wanted.since:
        conditions.append(AlertRow.started_at >= wanted.since)
    if wanted.until:
        conditions.append(AlertRow.started_at < wanted.until)
    return conditions


class _Second(FunctionElement[int]):
    """The whole second since 1970 in which a moment lies."""

    type = BigInteger()
    inherit_cache = True


@compiles(_Second, "postgresql")
def _second_postgresql(second: _Second, compiler: SQLCompiler, **options: Any) -> str:
    return (
        f"CAST(floor(extract(epoch FROM {compiler.process(second.clauses, **options)})) AS BIGINT)"
    )


@compiles(_Second, "sqlite")
def _second_sqlite(second: _Second, compiler: SQLCompiler, **options: Any) -> str:
    # Without its fraction, whose last half of a millisecond SQLite rounds into the next second.
    moment = compiler.process(second.clauses, **options)
    return f"CAST(strftime('%s', substr({moment}, 1, 19)) AS INTEGER)"


def quarter() -> ColumnElement[int]:
    """The quarter of an hour in which an alert began, as seconds since 1970."""
    second = _Second(AlertRow.started_at)
    return second - second % QUARTER_S


def _timed(name: Dimension, at: datetime | None) -> str:
    """``07`` for an hour of the day, ``2026-W48`` for an ISO week."""
    assert at is not None
    return f"{at:%H}" if name == "hour" else f"{at:%G-W%V}"


@dataclass(frozen=True, slots=True)
class CountedAlert:
    """One of the alerts behind a figure."""

    id: UUID
    started_at: datetime
    rule: str
    status: str
    confidence: float
    restaurant_name: str
    camera_name: str
    district_id: str | None


def counted_alerts(
    session: Session,
    person: Person,
    query: PrecisionQuery,
    key: Mapping[Dimension, str],
    verdict: Verdict | None,
    zone: ZoneInfo,
) -> Iterator[CountedAlert]:
    """The alerts behind one figure, newest first; whoever reads takes as many as they show."""
    conditions = counted(person, query)
    conditions += [COLUMNS[name] == value for name, value in key.items() if name not in TIMED]
    shown = (AlertRow.id, AlertRow.started_at, AlertRow.rule, AlertRow.status, AlertRow.confidence)
    rows = session.execute(
        select(*shown, RestaurantRow.name, CameraRow.name, StationRow.district_id)
        .join(CameraRow, CameraRow.id == AlertRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .where(*conditions, *_standing(verdict))
        .order_by(AlertRow.started_at.desc(), AlertRow.id)
        .execution_options(yield_per=200)
    )
    timed = {name: value for name, value in key.items() if name in TIMED}
    for row in rows:
        at = row[1].astimezone(zone)
        if all(_timed(name, at) == value for name, value in timed.items()):
            yield CountedAlert(*row)


def _standing(verdict: Verdict | None) -> list[ColumnElement[bool]]:
    if verdict is None:
        return []
    settled = AlertRow.status.in_(SETTLED)
    return [~settled if verdict == "open" else AlertRow.status == verdict]


@dataclass(frozen=True, slots=True)
class Choice:
    """A camera to narrow figures to."""

    id: str
    restaurant_name: str
    name: str


def choosable(session: Session, person: Person, most: int, chosen: str | None) -> list[Choice]:
    """The cameras to choose from; only the chosen one where they are more than a list can hold."""
    told = (
        select(CameraRow.id, RestaurantRow.name, CameraRow.name)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person))
    )
    rows = session.execute(
        told.order_by(RestaurantRow.name, CameraRow.name, CameraRow.id).limit(most + 1)
    ).all()
    if len(rows) > most:
        rows = session.execute(told.where(CameraRow.id == chosen)).all()
    return [Choice(*row) for row in rows]
