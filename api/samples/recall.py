"""Recall, counted from sampled minutes and settled alerts."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.database import now
from api.restaurants.models import RestaurantRow, StationRow
from api.restaurants.store import in_care
from api.samples.models import PlanRow, SampleMarkRow, SampleReviewRow, SampleRow
from api.samples.plans import WITHOUT
from api.samples.rules import Looked, missed, recall
from api.samples.schemas import RecallItem, RecallOut, RecallQuery
from api.samples.store import in_alert
from api.stats.counting import counts_in, upheld_by_day
from api.stats.precision import by_days, day_conditions
from api.stats.schemas import AlertFilter
from api.stats.store import counted, quarter
from vision.names import RULE_IDS, RuleId

# Fewer give an interval, and no figure beside it.
ENOUGH_MINUTES: Final = 100
ENOUGH_EPISODES: Final = 5
Stratum = tuple[str, str]


@dataclass(slots=True)
class _Stratum:
    """A stratum over the days asked about: its frame, and what became of its draws here."""

    frame: int = 0
    drawn: int = 0
    here: int = 0
    void: int = 0
    reviewed: int = 0
    not_assessable: int = 0
    missed: Counter[str] = field(default_factory=Counter)

    def looked(self, rule: str) -> Looked:
        """For the estimate: the frame's share that lies here and was free and assessable."""
        usable = self.here - self.void
        judged = self.reviewed + self.not_assessable
        shows = self.reviewed / judged if judged else 1.0
        free = self.frame * usable / self.drawn * shows if self.drawn else 0.0
        return Looked(free, self.reviewed, self.missed[rule])


@dataclass(slots=True)
class _Sampling:
    """Everything that was drawn for the time and place asked about."""

    strata: dict[Stratum, _Stratum] = field(default_factory=lambda: defaultdict(_Stratum))
    days: set[tuple[str, date]] = field(default_factory=set)
    ongoing: Counter[str] = field(default_factory=Counter)
    supplied: int = 0


def measured(session: Session, person: Person, query: RecallQuery, zone: ZoneInfo) -> RecallOut:
    """Recall of every rule that was found or missed, in this person's scope."""
    sampling = _sampling(session, person, query, zone)
    found = _found(session, person, query, sampling.days, zone)
    told = sampling.strata.values()
    seen = {rule for one in told for rule in one.missed} | set(found) | set(sampling.ongoing)
    return RecallOut(
        drawn=sum(one.here for one in told),
        void=sum(one.void for one in told),
        supplied=sampling.supplied,
        reviewed=sum(one.reviewed for one in told),
        not_assessable=sum(one.not_assessable for one in told),
        free_minutes=sum(one.looked("").free for one in told),
        items=[_item(rule, sampling, found[rule]) for rule in RULE_IDS if rule in seen],
    )


def _item(rule: RuleId, sampling: _Sampling, found: int) -> RecallItem:
    strata = [one.looked(rule) for one in sampling.strata.values()]
    unseen = missed(strata)
    share = recall(found, unseen)
    seen = sum(one.missed for one in strata)
    minutes = sum(one.reviewed for one in strata)
    enough = minutes >= ENOUGH_MINUTES and seen + found >= ENOUGH_EPISODES
    return RecallItem(
        rule=rule,
        found=found,
        missed_seen=seen,
        ongoing_seen=sampling.ongoing[rule],
        missed=unseen.estimate if unseen else None,
        recall=share.value if share and enough else None,
        low=share.low if share else None,
        high=share.high if share else None,
        at_least=share.at_least if share else None,
    )


def _sampling(session: Session, person: Person, query: RecallQuery, zone: ZoneInfo) -> _Sampling:
    sampling = _Sampling()
    districts: dict[str, str] = {}
    for plan in session.scalars(select(PlanRow).where(*_days(query, zone))):
        districts[plan.id] = plan.district
        sampling.days.add((plan.district, plan.day))
        for name, (frame, drawn) in json.loads(plan.strata).items():
            stratum = sampling.strata[plan.district, name]
            stratum.frame += frame
            stratum.drawn += drawn
    _note_draws(session, _here(person, query), districts, sampling)
    _note_marks(session, _here(person, query), districts, sampling)
    return sampling


def sampled_days(session: Session, query: RecallQuery, zone: ZoneInfo) -> set[tuple[str, date]]:
    """District and day of every draw of that time."""
    rows = session.execute(select(PlanRow.district, PlanRow.day).where(*_days(query, zone)))
    return {(district, day) for district, day in rows}


def _days(query: RecallQuery, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """Whole local days that are over; the day in which ``until`` falls is not whole."""
    days = [PlanRow.day < now().astimezone(zone).date()]
    if query.since:
        days.append(PlanRow.day >= query.since.astimezone(zone).date())
    if query.until:
        days.append(PlanRow.day < query.until.astimezone(zone).date())
    return days


def _here(person: Person, query: RecallQuery) -> list[ColumnElement[bool]]:
    places = [in_care(person)]
    if query.camera:
        places.append(SampleRow.camera_id == query.camera)
    if query.restaurant:
        places.append(SampleRow.restaurant_id == query.restaurant)
    return places


def _note_draws(
    session: Session,
    here: Iterable[ColumnElement[bool]],
    districts: dict[str, str],
    sampling: _Sampling,
) -> None:
    void = in_alert().label("void")
    standing = SampleReviewRow.undone_at.is_(None)
    rows = session.execute(
        select(
            SampleRow.plan_id, SampleRow.stratum, SampleRow.status, void, SampleReviewRow.verdict
        )
        .join(RestaurantRow, RestaurantRow.id == SampleRow.restaurant_id)
        .outerjoin(SampleReviewRow, (SampleReviewRow.sample_id == SampleRow.id) & standing)
        .where(*here)
    )
    for plan, name, status, in_an_alert, verdict in rows:
        if plan not in districts:
            continue
        stratum = sampling.strata[districts[plan], name]
        stratum.here += 1
        sampling.supplied += status in ("supplied", "reviewed")
        if in_an_alert:
            stratum.void += 1
        elif verdict == "not_assessable":
            stratum.not_assessable += 1
        elif verdict is not None:
            stratum.reviewed += 1


def _note_marks(
    session: Session,
    here: Iterable[ColumnElement[bool]],
    districts: dict[str, str],
    sampling: _Sampling,
) -> None:
    rows = session.execute(
        select(SampleRow.plan_id, SampleRow.stratum, SampleMarkRow.rule, SampleMarkRow.ongoing)
        .join(RestaurantRow, RestaurantRow.id == SampleRow.restaurant_id)
        .join(SampleReviewRow, SampleReviewRow.sample_id == SampleRow.id)
        .join(SampleMarkRow, SampleMarkRow.review_id == SampleReviewRow.id)
        .where(SampleReviewRow.undone_at.is_(None), ~in_alert(), *here)
    )
    for plan, name, rule, ongoing in rows:
        if plan not in districts:
            continue
        if ongoing:
            sampling.ongoing[rule] += 1
        else:
            sampling.strata[districts[plan], name].missed[rule] += 1


def _found(
    session: Session,
    person: Person,
    query: RecallQuery,
    days: set[tuple[str, date]],
    zone: ZoneInfo,
) -> Counter[str]:
    """Upheld alerts of the districts and days that were sampled, by rule."""
    wanted = AlertFilter(**query.model_dump())
    found: Counter[str] = Counter()
    if not days:
        return found
    daily = by_days(wanted, (), zone) and counts_in(session, zone)
    rows = (
        upheld_by_day(session, day_conditions(person, wanted, zone))
        if daily
        else _upheld(session, person, wanted, zone)
    )
    for rule, district, day, count in rows:
        if (district or WITHOUT, day) in days:
            found[rule] += count
    return found


def _upheld(
    session: Session, person: Person, wanted: AlertFilter, zone: ZoneInfo
) -> Iterable[tuple[str, str | None, date, int]]:
    """The same from the alerts, for single cameras and restaurants."""
    columns: tuple[Any, ...] = (AlertRow.rule, StationRow.district_id, quarter())
    rows: Any = session.execute(
        select(*columns, func.count())
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
        .outerjoin(StationRow, StationRow.id == RestaurantRow.station_id)
        .where(*counted(person, wanted), AlertRow.status == "upheld")
        .group_by(*columns)
    )
    for rule, district, second, count in rows:
        yield rule, district, datetime.fromtimestamp(second, UTC).astimezone(zone).date(), count
