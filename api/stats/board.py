"""The office's board, put together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.settings import Settings
from api.stats import board_store as now_store
from api.stats.board_schemas import Board, BoardQuery, Span
from api.stats.figure_schemas import By, FigureItem
from api.stats.figure_store import Asked, tallies
from api.stats.figures import figures, has_generated, names_of
from api.stats.periods import DAY, Days
from api.stats.ranking import rankings
from api.web.language import LanguageCode
from vision.names import RULE_IDS

RANKED: Final = 6
MONTHS: Final = 12


def span_of(span: Span, today: date, zone: ZoneInfo) -> Days:
    """From the calendar's beginning of the span to today."""
    first = {
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "quarter": today.replace(month=today.month - (today.month - 1) % 3, day=1),
        "year": today.replace(month=1, day=1),
    }[span]
    return Days(first, today, zone)


def before(span: Span, days: Days) -> Days:
    """As many days of the span before."""
    start = span_of(span, days.first - DAY, days.zone).first
    return Days(start, min(days.first - DAY, start + (days.last - days.first)), days.zone)


def asked_by(query: BoardQuery, person: Person, now: datetime, zone: ZoneInfo) -> Asked:
    """What the query means."""
    days = span_of(query.span, now.astimezone(zone).date(), zone)
    return Asked(person, days, now, station=query.station, district=query.district)


def board(
    session: Session, asked: Asked, span: Span, settings: Settings, code: LanguageCode
) -> Board:
    """Everything that the office's first page shows."""
    earlier = replace(asked, days=before(span, asked.days))
    best, worst = rankings(session, asked, RANKED)
    return Board(
        span=span,
        first_day=asked.days.first,
        last_day=asked.days.last,
        before_first_day=earlier.days.first,
        before_last_day=earlier.days.last,
        time_zone=asked.days.zone.key,
        as_of=asked.now,
        generated=has_generated(session, asked),
        total=figures(tallies(session, asked).get("", Counter()), None),
        before=figures(tallies(session, earlier).get("", Counter()), None),
        available=now_store.available(session, asked, asked.days),
        available_before=now_store.available(session, asked, earlier.days),
        by_rule=_in_order(_parted(session, asked, "rule", code)),
        by_station=_parted(session, asked, "station", code),
        by_month=_parted(session, _year(asked), "month", code),
        backlog=now_store.backlog(session, asked),
        today=now_store.today(session, asked),
        cases=now_store.open_cases(session, asked),
        cameras=now_store.cameras_now(session, asked, settings.camera_offline_s),
        availability=now_store.station_days(session, asked),
        best=best,
        worst=worst,
    )


def _parted(session: Session, asked: Asked, by: By, code: LanguageCode) -> list[FigureItem]:
    groups = tallies(session, replace(asked, by=by))
    names = names_of(session, by, groups, code)
    return [
        FigureItem(key=key, name=names.get(key, key), figures=figures(groups[key], by))
        for key in sorted(groups, key=lambda key: (names.get(key, key), key))
    ]


def _in_order(items: list[FigureItem]) -> list[FigureItem]:
    """Rules as they stand everywhere; what is only an item of a checklist comes last."""
    order = {str(rule): place for place, rule in enumerate(RULE_IDS)}
    return sorted(items, key=lambda item: order.get(item.key, len(order)))


def _year(asked: Asked) -> Asked:
    """Twelve months up to now, without alerts: a year of them would take its time."""
    first = asked.days.last.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - DAY).replace(day=1)
    return replace(asked, days=Days(first, asked.days.last, asked.days.zone), with_alerts=False)
