"""Alerts of a period from what was counted by day and station."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session

from api.restaurants.models import StationRow
from api.stats.asking import Asked
from api.stats.counting import by_kind, counts_in, in_district, stations_of
from api.stats.figure_schemas import By
from api.stats.models import AlertCountRow


def by_days(session: Session, asked: Asked) -> bool:
    """Whether alerts counted by day and station tell what is asked."""
    return (
        asked.restaurant is None
        and asked.by != "restaurant"
        and counts_in(session, asked.days.zone)
    )


def day_rows(session: Session, asked: Asked) -> Iterable[tuple[str, str, int]]:
    """Group, kind and count of alerts, from their days."""
    keys: dict[By | None, ColumnElement[Any]] = {
        None: literal(""),
        "rule": AlertCountRow.rule.expression,
        "month": AlertCountRow.day.expression,
    }
    key = keys.get(asked.by, AlertCountRow.station_id.expression)
    districts: dict[str, str] = {}
    if asked.by == "district":
        lies = session.execute(select(StationRow.id, StationRow.district_id))
        districts = {station: district or "" for station, district in lies}
    for told, kind, count in by_kind(session, key, _day_wanted(asked)):
        if asked.by == "month":
            yield f"{told:%Y-%m}", kind, count
        else:
            yield districts.get(told, "") if asked.by == "district" else told, kind, count


def _day_wanted(asked: Asked) -> list[ColumnElement[bool]]:
    wanted = [
        stations_of(asked.person),
        AlertCountRow.day.between(asked.days.first, asked.days.last),
    ]
    if asked.station is not None:
        wanted.append(AlertCountRow.station_id == asked.station)
    if asked.district is not None:
        wanted.append(in_district(asked.district))
    if asked.rule is not None:
        wanted.append(AlertCountRow.rule == asked.rule)
    return wanted
