"""The office's figures put together: shares with intervals, names, definitions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.stats.asking import Asked, Tallies, Tally
from api.stats.figure_schemas import (
    COUNTS,
    GIVES,
    TABLES,
    By,
    DefinitionOut,
    FigureItem,
    FigureQuery,
    Figures,
    ShareOut,
    StatsOut,
    Table,
)
from api.stats.figure_store import tallies
from api.stats.periods import Days, month_so_far
from api.web.dashboard_words import DEFINITION, LABEL, NOWHERE
from api.web.language import LanguageCode, translations
from api.web.words import RULE
from vision.intervals import wilson

# Names of generated restaurants begin so: nobody shall take them for real ones.
GENERATED: Final = "GENERATED 生成数据 "
UNPARTED: Final[dict[By | None, tuple[str, ...]]] = {
    "rule": ("visits", "restaurants_visited", "visits_not_met", "restaurants", "cameras"),
    "month": ("restaurants", "cameras"),
    "restaurant": ("restaurants", "cameras"),
}

# What the sum of the groups is not the total of.
APART: Final[dict[By | None, frozenset[Table]]] = {
    None: TABLES,
    "rule": frozenset({"visits", "visited", "stock"}),
    "month": frozenset({"visited", "stock"}),
    "station": frozenset(),
    "district": frozenset(),
    "restaurant": frozenset({"stock"}),
}


def asked_of(query: FigureQuery, person: Person, now: datetime, zone: ZoneInfo) -> Asked:
    """What the query means: this month so far when it names no days."""
    today = now.astimezone(zone).date()
    so_far = month_so_far(today, zone)
    until = query.until or max(query.from_ or so_far.first, so_far.last)
    days = Days(query.from_ or until.replace(day=1), until, zone)
    return Asked(
        person,
        days,
        now,
        query.by,
        station=query.station,
        district=query.district,
        restaurant=query.restaurant,
        rule=query.rule,
    )


def stats(session: Session, asked: Asked, code: LanguageCode) -> StatsOut:
    """The total and every group, with definitions in that language."""
    groups = tallies(session, asked) if asked.by else {}
    names = names_of(session, asked.by, groups, code)
    total = _total(session, asked, groups)
    return StatsOut(
        from_=asked.days.first,
        until=asked.days.last,
        time_zone=asked.days.zone.key,
        as_of=asked.now,
        language=code,
        by=asked.by,
        generated=has_generated(session, asked),
        total=figures(total, whole_rule(asked)),
        items=[
            FigureItem(key=key, name=names.get(key, key), figures=figures(groups[key], asked.by))
            for key in sorted(groups, key=lambda key: (names.get(key, key), key))
        ],
        definitions=definitions(code),
    )


def _total(session: Session, asked: Asked, groups: Tallies) -> Tally:
    """The groups together, and what they cannot tell: each restaurant counts once in all."""
    alone = APART[asked.by]
    rest = tallies(session, replace(asked, by=None, tables=alone)).get("", Counter())
    told = (name for table in TABLES - alone for name in GIVES[table])
    return rest + Counter(
        {name: sum(tally[name] for tally in groups.values()) for name in told if name in COUNTS}
    )


def whole_rule(asked: Asked) -> By | None:
    """Figures of one rule alone lack what has no rule."""
    return "rule" if asked.rule is not None else None


def figures(tally: Tally, by: By | None, tables: frozenset[Table] = TABLES) -> Figures:
    """Counts with their shares; what cannot be parted so, or was not counted, is null."""
    counts: dict[str, int | ShareOut | None] = {
        name: tally[name]  # type: ignore[index]  # names of counts
        for name in Figures.model_fields
        if name not in ("on_time", "precision")
    }
    untold = (name for table in TABLES - tables for name in GIVES[table])
    counts |= dict.fromkeys([*UNPARTED.get(by, ()), *untold])
    counts["on_time"] = share(tally["orders_on_time"], tally["orders_due"])
    counts["precision"] = share(tally["upheld"], tally["upheld"] + tally["dismissed"])
    return Figures.model_validate(counts)


def share(part: int, whole: int) -> ShareOut | None:
    """The share with its interval; None of nothing."""
    measured = wilson(part, whole)
    if measured is None:
        return None
    return ShareOut(value=measured.value, low=measured.low, high=measured.high, of=whole)


def definitions(code: LanguageCode) -> dict[str, DefinitionOut]:
    """Each figure's name and definition."""
    gettext = translations(code).gettext
    return {
        name: DefinitionOut(label=gettext(LABEL[name]), definition=gettext(DEFINITION[name]))
        for name in Figures.model_fields
    }


def names_of(session: Session, by: By | None, keys: object, code: LanguageCode) -> dict[str, str]:
    """What groups are called; whoever asks saw the ids within their own scope already."""
    gettext = translations(code).gettext
    if by == "rule":
        return {str(rule): gettext(name) for rule, name in RULE.items()}
    tables: dict[By, Any] = {
        "station": StationRow,
        "district": DistrictRow,
        "restaurant": RestaurantRow,
    }
    if by is None or by not in tables:
        return {}
    rows = session.execute(select(tables[by].id, tables[by].name))
    named = {row[0]: row[1] for row in rows}
    return named | ({"": gettext(NOWHERE[by])} if by in NOWHERE else {})


def has_generated(session: Session, asked: Asked) -> bool:
    """Whether a generated restaurant is among those that are counted."""
    made = RestaurantRow.name.startswith(GENERATED)
    return bool(session.scalar(select(exists().where(asked.places(), made))))
