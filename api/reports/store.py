"""Reports in the database: made once a period and place, never changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import new_id, now
from api.reports.models import ReportRow
from api.reports.rules import last_period
from api.reports.schemas import Kind, ReportFigures, ReportOut, ReportSummary
from api.restaurants.models import DistrictRow, StationRow
from api.restaurants.store import sees_everything
from api.stats.asking import Asked
from api.stats.board import in_order
from api.stats.board_store import available, open_cases
from api.stats.figure_schemas import By, FigureItem
from api.stats.figure_store import tallies
from api.stats.figures import figures, has_generated, names_of
from api.stats.ranking import rankings
from vision.errors import NotFoundError

KINDS: Final[tuple[Kind, ...]] = ("weekly", "monthly")
LISTED: Final = 100
WORST: Final = 15
OFFICE: Final = Person("system", "system", "admin")


def make_due(session: Session, zone: ZoneInfo, at: datetime | None = None) -> list[str]:
    """Make what is due and not made: the city, each district, each station; gives the ids."""
    at = at or now()
    today, made = at.astimezone(zone).date(), []
    for kind in KINDS:
        days = last_period(kind, today, zone)
        taken = select(ReportRow.place).where(
            ReportRow.kind == kind, ReportRow.first_day == days.first
        )
        known = set(session.scalars(taken))
        for place, name, narrowed in _places(session):
            if place not in known:
                asked = replace(Asked(OFFICE, days, at), **narrowed)
                made.append(_make(session, kind, asked, (place, name)))
    return made


def _places(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    districts = session.execute(select(DistrictRow.id, DistrictRow.name).order_by(DistrictRow.id))
    stations = session.execute(select(StationRow.id, StationRow.name).order_by(StationRow.id))
    return [
        ("city", "", {}),
        *((f"district:{row[0]}", row[1], {"district": row[0]}) for row in districts),
        *((f"station:{row[0]}", row[1], {"station": row[0]}) for row in stations),
    ]


def _make(session: Session, kind: Kind, asked: Asked, place: tuple[str, str]) -> str:
    told = _figures(session, asked, place[1]).model_dump_json()
    row = ReportRow(
        id=new_id(),
        kind=kind,
        first_day=asked.days.first,
        last_day=asked.days.last,
        place=place[0],
        district_id=asked.district,
        station_id=asked.station,
        figures=told,
        sha256=hashlib.sha256(told.encode()).hexdigest(),
        made_at=asked.now,
        made_by=audit.SYSTEM,
    )
    session.add(row)
    session.flush()
    detail = {"kind": kind, "place": place[0], "sha256": row.sha256}
    audit.append(session, audit.SYSTEM, "report.made", row.id, **detail)
    return row.id


def _figures(session: Session, asked: Asked, place: str) -> ReportFigures:
    earlier = replace(asked, days=asked.days.before)
    return ReportFigures(
        place=place,
        generated=has_generated(session, asked),
        total=figures(tallies(session, asked).get("", Counter()), None),
        before=figures(tallies(session, earlier).get("", Counter()), None),
        before_first_day=earlier.days.first,
        before_last_day=earlier.days.last,
        available=available(session, asked, asked.days),
        available_before=available(session, asked, earlier.days),
        by_rule=_parted(session, asked, "rule"),
        by_station=_parted(session, asked, "station"),
        cases=open_cases(session, asked),
        worst=rankings(session, asked, WORST)[1],
    )


def _parted(session: Session, asked: Asked, by: By) -> list[FigureItem]:
    groups = tallies(session, replace(asked, by=by))
    names = names_of(session, by, groups, "en") if by != "rule" else {}
    items = [
        FigureItem(key=key, name=names.get(key, key), figures=figures(groups[key], by))
        for key in sorted(groups, key=lambda key: (names.get(key, key), key))
    ]
    return in_order(items) if by == "rule" else items


def _scope(person: Person) -> ColumnElement[bool]:
    """A station's supervisor reads the station's, a district's those within the district."""
    if sees_everything(person):
        return true()
    if person.station_id is not None:
        return ReportRow.station_id == person.station_id
    within = select(StationRow.id).where(StationRow.district_id == person.district_id)
    return (ReportRow.district_id == person.district_id) | ReportRow.station_id.in_(within)


def list_reports(session: Session, person: Person) -> list[ReportSummary]:
    """The newest ones of this person's places, the widest place first."""
    wanted = select(ReportRow).where(_scope(person))
    newest = wanted.order_by(ReportRow.last_day.desc(), ReportRow.place, ReportRow.id)
    return [_summary(row) for row in session.scalars(newest.limit(LISTED))]


def get_report(session: Session, person: Person, report_id: str) -> ReportOut:
    """One report, or NotFoundError when there is none that this person may read."""
    row = session.scalar(select(ReportRow).where(_scope(person), ReportRow.id == report_id))
    if row is None:
        raise NotFoundError(f"there is no report {report_id} for you")
    told = ReportFigures.model_validate_json(row.figures)
    return ReportOut(**_summary(row).model_dump(), figures=told)


def _summary(row: ReportRow) -> ReportSummary:
    return ReportSummary(
        id=row.id,
        kind=cast("Kind", row.kind),
        first_day=row.first_day,
        last_day=row.last_day,
        place=ReportFigures.model_validate_json(row.figures).place,
        made_at=row.made_at,
        sha256=row.sha256,
    )
