"""Scores of days: written down as they were given, made anew where a verdict was overturned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.database import now
from api.policy.rules import FAMILIES, Family, Policy
from api.policy.store import current_policy
from api.restaurants.models import RestaurantRow
from api.scores.district_store import count_rates, districts_of, keep_rates, rates_on
from api.scores.explain import scored, sha256_of, told
from api.scores.facts import Log, Moment, Rate
from api.scores.loading import Rates, Reading, load
from api.scores.models import DistrictRateRow, ScoreDayRow
from api.scores.panel import panel_of
from api.scores.schemas import Score
from api.scores.store import last_grades

Required = Mapping[str, frozenset[Family]]
NOTHING: Final[Required] = {}


def zone_now(session: Session) -> ZoneInfo:
    """The zone of local days."""
    return ZoneInfo(current_policy(session).calendar.time_zone)


def today(session: Session) -> date:
    """The local day."""
    return now().astimezone(zone_now(session)).date()


def scores_on(
    session: Session,
    ids: Sequence[str],
    moment: Moment,
    required: Required = NOTHING,
    policy: Policy | None = None,
) -> list[Score]:
    """The scores of many restaurants at once; ``required`` where it is not as it is now."""
    policy = policy or current_policy(session, moment.at)
    reading = Reading(moment, policy)
    districts = districts_of(session, RestaurantRow.id.in_(ids))
    rates = rates_on(session, sorted(set(districts.values())), moment.day, policy)
    known, hours = load(session, ids, reading)
    logs = [
        replace(
            known[name],
            rates=rates[districts[name]],
            required=required.get(name, known[name].required),
        )
        for name in ids
    ]
    return _scored(ids, logs, panel_of(logs, policy.score, reading.first, moment.day, hours),
                   reading, last_grades(session, ids, moment.day, policy))  # fmt: skip


def _scored(
    ids: Sequence[str], logs: Sequence[Log], panel: Any, reading: Reading, before: Mapping[str, Any]
) -> list[Score]:
    grades = [before.get(name) for name in ids]
    made = scored(panel, reading.moment, reading.policy, grades)
    return [told(name, n, logs[n], made) for n, name in enumerate(ids)]


def keep(session: Session, scores: Sequence[Score]) -> None:
    """Write scores down as those of their days."""
    if not scores:
        return
    rows = [_row(one) for one in scores]
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(ScoreDayRow)
    key = ("restaurant_id", "day")
    changed = {name: insert.excluded[name] for name in rows[0] if name not in key}
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=changed), rows)
    session.expire_all()


def _row(score: Score) -> dict[str, Any]:
    interval = score.interval
    return {
        "restaurant_id": score.restaurant_id,
        "day": score.day,
        "value": score.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "grade": score.grade,
        "evidence": score.evidence,
        "policy_version": score.policy.version,
        "policy_sha256": score.policy.sha256,
        "detail": score.model_dump_json(),
        "sha256": sha256_of(score),
        "made_at": now(),
        "generated": False,
    }


def close_day(session: Session, day: date) -> int:
    """Write down every restaurant's score at the end of a local day; how many.

    And what the districts looked like then: from there the next day starts. A generated score
    stays.
    """
    moment = Moment.end_of(day, zone_now(session))
    made_up = select(ScoreDayRow.restaurant_id).where(ScoreDayRow.day == day, ScoreDayRow.generated)
    ids = list(districts_of(session, RestaurantRow.id.not_in(made_up)))
    keep(session, scores_on(session, ids, moment))
    note_rates(session, day + timedelta(days=1), current_policy(session, moment.at))
    return len(ids)


def note_rates(session: Session, day: date, policy: Policy) -> None:
    """Write down what the districts look like before that day, by a policy."""
    districts = sorted(set(districts_of(session).values()))
    keep_rates(session, day, policy, count_rates(session, districts, day, policy))


def refresh(session: Session, ids: Sequence[str]) -> None:
    """Write down today's scores so far."""
    at = now()
    keep(session, scores_on(session, ids, Moment.of(at, zone_now(session))))


def recompute(session: Session, restaurant_id: str, since: date) -> int:
    """Make the scores of past days anew from what is known now; how many changed.

    Each by the policy that was in force then, and for the zones that were watched then. What the
    districts looked like follows by the difference.
    """
    zone, at = zone_now(session), now()
    rows = session.scalars(
        select(ScoreDayRow)
        .where(
            ScoreDayRow.restaurant_id == restaurant_id,
            ScoreDayRow.day >= since,
            ScoreDayRow.day < at.astimezone(zone).date(),
            ScoreDayRow.generated.is_(False),
        )
        .order_by(ScoreDayRow.day)
    ).all()
    days = [(row.day, row.sha256, Score.model_validate_json(row.detail)) for row in rows]
    changed = 0
    for day, sha256, before in days:
        required = {restaurant_id: frozenset(before.required)}
        (after,) = scores_on(session, [restaurant_id], Moment.end_of(day, zone), required)
        if sha256_of(after) != sha256:
            changed += 1
            keep(session, [after])
            _shift_rates(session, before, after)
    refresh(session, [restaurant_id])
    return changed


def _shift_rates(session: Session, before: Score, after: Score) -> None:
    """The district of the next day without what is gone."""
    district = districts_of(session, RestaurantRow.id == after.restaurant_id)[after.restaurant_id]
    old, new = _counted(before), _counted(after)
    rows = session.scalars(
        select(DistrictRateRow).where(
            DistrictRateRow.day == after.day + timedelta(days=1),
            DistrictRateRow.district_id == district,
        )
    )
    for row in rows:
        name = next(one for one in FAMILIES if one == row.family)
        if name in old and name in new:
            row.episodes = max(0.0, row.episodes + new[name].episodes - old[name].episodes)
            row.hours = max(0.0, row.hours + new[name].hours - old[name].hours)
    session.flush()


def _counted(score: Score) -> Rates:
    return {
        part.name: Rate(part.terms.episodes, part.terms.hours)  # type: ignore[misc]  # has terms
        for part in score.parts
        if part.terms is not None
    }
