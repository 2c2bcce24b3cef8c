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
from api.stats.asking import Asked, Tallies, Tally
from api.stats.board_schemas import Board, BoardQuery, Span
from api.stats.figure_schemas import FigureItem, Table
from api.stats.figure_store import tallies
from api.stats.figures import figures, has_generated, names_of
from api.stats.periods import DAY, Days
from api.stats.ranking import rankings
from api.web.language import LanguageCode
from vision.names import RULE_IDS

RANKED: Final = 6
MONTHS: Final = 12
# What the page shows of each; the total is put together from rules and stations.
OF_RULES: Final[frozenset[Table]] = frozenset({"alerts", "opened", "issued"})
OF_STATIONS: Final[frozenset[Table]] = frozenset({"visits", "issued", "due", "stock"})
OF_MONTHS: Final[frozenset[Table]] = frozenset({"visits", "issued", "due"})
OF_BEFORE: Final[frozenset[Table]] = frozenset({"visits", "issued"})


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
    earlier = replace(asked, days=before(span, asked.days), tables=OF_BEFORE)
    rules = replace(asked, by="rule", tables=OF_RULES)
    stations = replace(asked, by="station", tables=OF_STATIONS)
    by_rule, by_station = tallies(session, rules), tallies(session, stations)
    year = _year(asked)
    best, worst = rankings(session, asked, RANKED)
    available, by_day = now_store.availability(session, asked)
    return Board(
        span=span,
        first_day=asked.days.first,
        last_day=asked.days.last,
        before_first_day=earlier.days.first,
        before_last_day=earlier.days.last,
        time_zone=asked.days.zone.key,
        as_of=asked.now,
        generated=has_generated(session, asked),
        # Orders are in both, and as many: ``|`` takes the larger.
        total=figures(_sum(by_rule) | _sum(by_station), None, OF_RULES | OF_STATIONS),
        before=figures(tallies(session, earlier).get("", Counter()), None, OF_BEFORE),
        available=available,
        by_rule=in_order(_items(session, rules, by_rule, code)),
        by_station=_items(session, stations, by_station, code),
        by_month=_items(session, year, tallies(session, year), code),
        backlog=now_store.backlog(session, asked),
        today=now_store.today(session, asked),
        cases=now_store.open_cases(session, asked),
        cameras=now_store.cameras_now(session, asked, settings.camera_offline_s),
        availability=by_day,
        best=best,
        worst=worst,
    )


def _sum(groups: Tallies) -> Tally:
    return sum(groups.values(), Counter())


def _items(session: Session, asked: Asked, groups: Tallies, code: LanguageCode) -> list[FigureItem]:
    by, tables = asked.by, asked.tables
    names = names_of(session, by, groups, code)
    return [
        FigureItem(key=key, name=names.get(key, key), figures=figures(groups[key], by, tables))
        for key in sorted(groups, key=lambda key: (names.get(key, key), key))
    ]


def in_order(items: list[FigureItem]) -> list[FigureItem]:
    """Rules as they stand everywhere; what is only an item of a checklist comes last."""
    order = {str(rule): place for place, rule in enumerate(RULE_IDS)}
    return sorted(items, key=lambda item: order.get(item.key, len(order)))


def _year(asked: Asked) -> Asked:
    """Twelve months up to now, parted by month."""
    first = asked.days.last.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - DAY).replace(day=1)
    days = Days(first, asked.days.last, asked.days.zone)
    return replace(asked, by="month", days=days, tables=OF_MONTHS)
