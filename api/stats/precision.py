"""Measured precision, group by group: of days where they tell enough, else of alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.restaurants.models import RestaurantRow
from api.stats.counting import counts_in, stations_of
from api.stats.models import AlertCountRow
from api.stats.schemas import AlertFilter, Dimension, IntervalKind, PrecisionItem, PrecisionQuery
from api.stats.store import SETTLED, Counts, Key, count
from vision.errors import InvalidError
from vision.intervals import beta_interval, wilson

MOST_GROUPS: Final = 5_000
# What days of stations tell; everything else is counted from the alerts.
DAILY: Final[dict[Dimension, ColumnElement[Any]]] = {
    "rule": AlertCountRow.rule.expression,
    "model": AlertCountRow.model_sha256.expression,
    "week": AlertCountRow.day.expression,
}


def precision(
    session: Session, person: Person, query: PrecisionQuery, zone: ZoneInfo
) -> list[PrecisionItem]:
    """Measured precision in this person's scope, by the dimensions asked for, in their order."""
    counted = _count(session, person, query, zone)
    if len(counted) > MOST_GROUPS:
        raise InvalidError(
            f"more than {MOST_GROUPS} groups; narrow the period or ask for less", "by"
        )
    dimensions = query.dimensions
    names = _names(session, dimensions, counted)
    return [
        item(dict(zip(dimensions, key, strict=True)), counts, names, query.interval)
        for key, counts in sorted(counted.items())
    ]


def _count(
    session: Session, person: Person, query: PrecisionQuery, zone: ZoneInfo
) -> dict[Key, Counts]:
    if by_days(query, query.dimensions, zone) and counts_in(session, zone):
        return _count_days(session, person, query, zone)
    return count(session, person, query, query.dimensions, zone)


def by_days(wanted: AlertFilter, dimensions: Iterable[Dimension], zone: ZoneInfo) -> bool:
    """Whether whole local days of stations answer it."""
    single = (wanted.camera, wanted.restaurant, wanted.below)
    ends = (wanted.since, wanted.until)
    return (
        all(one is None for one in single)
        and all(name in DAILY for name in dimensions)
        and all(at is None or at.astimezone(zone).time() == time.min for at in ends)
    )


def day_conditions(
    person: Person, wanted: AlertFilter, zone: ZoneInfo
) -> list[ColumnElement[bool]]:
    """As ``store.counted``, of counts by day."""
    conditions = [stations_of(person), AlertCountRow.kind != "patrol"]
    if wanted.rule is not None:
        conditions.append(AlertCountRow.rule == wanted.rule)
    if wanted.model is not None:
        conditions.append(AlertCountRow.model_sha256 == wanted.model)
    if wanted.since:
        conditions.append(AlertCountRow.day >= wanted.since.astimezone(zone).date())
    if wanted.until:
        conditions.append(AlertCountRow.day < wanted.until.astimezone(zone).date())
    return conditions


def _count_days(
    session: Session, person: Person, query: PrecisionQuery, zone: ZoneInfo
) -> dict[Key, Counts]:
    columns = [DAILY[name] for name in query.dimensions]
    rows = session.execute(
        select(*columns, AlertCountRow.kind, func.sum(AlertCountRow.alerts))
        .where(*day_conditions(person, query, zone))
        .group_by(*columns, AlertCountRow.kind)
    )
    totals: Counter[tuple[Key, str]] = Counter()
    for *told, kind, alerts in rows:
        key = tuple(
            f"{value:%G-W%V}" if name == "week" else str(value)
            for name, value in zip(query.dimensions, told, strict=True)
        )
        totals[key, kind] += int(alerts)
    keys = {key for (key, _), alerts in totals.items() if alerts}
    return {key: Counts(*(totals[key, kind] for kind in (*SETTLED, "open"))) for key in keys}


def item(
    group: dict[Dimension, str],
    counts: Counts,
    names: dict[Dimension, dict[str, str]],
    interval: IntervalKind,
) -> PrecisionItem:
    """One group's figure."""
    decided = counts.upheld + counts.dismissed
    measured = wilson(counts.upheld, decided)
    if interval == "beta" and measured:
        measured = beta_interval(counts.upheld, counts.dismissed)
    named = {name: names[name][value] for name, value in group.items() if name in names}
    return PrecisionItem(
        group=group,
        names=named,
        upheld=counts.upheld,
        dismissed=counts.dismissed,
        decided=decided,
        open=counts.open,
        precision=measured.value if measured else None,
        low=measured.low if measured else None,
        high=measured.high if measured else None,
    )


def _names(
    session: Session, dimensions: Sequence[Dimension], keys: Iterable[Key]
) -> dict[Dimension, dict[str, str]]:
    """What ids are called; whoever asks saw the id in their own scope already."""
    wanted: dict[Dimension, Any] = {
        "camera": select(CameraRow.id, RestaurantRow.name + " · " + CameraRow.name).join(
            RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id
        ),
        "restaurant": select(RestaurantRow.id, RestaurantRow.name),
    }
    names = {
        name: {row[0]: row[1] for row in session.execute(wanted[name])}
        for name in dimensions
        if name in wanted
    }
    if "model" in dimensions:
        place = dimensions.index("model")
        names["model"] = _models(session, {key[place] for key in keys})
    return names


def _models(session: Session, known: set[str]) -> dict[str, str]:
    """The few models by name, each from one of its alerts: all of them are too many to read."""
    one = select(AlertRow.model_name).limit(1)
    found = {sha256: session.scalar(one.where(AlertRow.model_sha256 == sha256)) for sha256 in known}
    return {sha256: name for sha256, name in found.items() if name is not None}
