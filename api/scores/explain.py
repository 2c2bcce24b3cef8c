"""Restaurants' scores term by term. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import numpy as np

from api.policy.rules import FAMILIES, Family, Grade, Policy
from api.scores.evidence import Evidence, evidence
from api.scores.facts import Episode, Handling, Log, Moment
from api.scores.kcs import GRADES, NO_GRADE, Figures, figures, graded
from api.scores.panel import Floats, Panel, panel_of
from api.scores.schemas import Cap, FamilyTerms, IntervalOut, Need, Part, PartName, PolicyRef, Score

# Figures are told with so many digits: what a computer adds up in another order stays the same.
DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Scored:
    """Everything that was computed about some restaurants at a moment."""

    panel: Panel
    moment: Moment
    policy: Policy
    evidence: Evidence
    figures: Figures
    grades: Sequence[Grade | None]
    before: Sequence[Grade | None]


def scored(panel: Panel, moment: Moment, policy: Policy, before: Sequence[Grade | None]) -> Scored:
    """Score every restaurant of a panel; ``before`` are their last grades."""
    told = evidence(panel, moment, policy.score)
    made = figures(panel, told, policy.score)
    places = np.array([NO_GRADE if one is None else GRADES.index(one) for one in before], np.int64)
    given = graded(made, told.hours.seen, places, policy.score, policy.grades)
    names: list[Grade | None] = [None if one == NO_GRADE else GRADES[one] for one in given]
    return Scored(panel, moment, policy, told, made, names, before)


def score_log(
    restaurant_id: str, log: Log, moment: Moment, policy: Policy, before: Grade | None = None
) -> Score:
    """The score of one restaurant, without its episodes' costs."""
    return told(
        restaurant_id, 0, log, scored(panel_at([log], moment, policy), moment, policy, [before])
    )


def panel_at(
    logs: Sequence[Log], moment: Moment, policy: Policy, hours: Floats | None = None
) -> Panel:
    """The columns that a score at one moment looks at."""
    back = timedelta(days=policy.score.window_days + policy.score.previous_days - 1)
    return panel_of(logs, policy.score, moment.day - back, moment.day, hours)


def told(restaurant_id: str, index: int, log: Log, made: Scored) -> Score:
    """The score of the restaurant at that place of the panel."""
    all_, policy = made.figures, made.policy
    value = _optional(all_.value[index])
    low, high = _optional(all_.low[index]), _optional(all_.high[index])
    interval = None
    if low is not None and high is not None:
        interval = IntervalOut(low=low, high=high, share=policy.score.interval.share)
    return Score(
        restaurant_id=restaurant_id,
        at=made.moment.at,
        day=made.moment.day,
        policy=PolicyRef(version=policy.version, name=policy.name, sha256=policy.sha256),
        value=value,
        interval=interval,
        grade=made.grades[index],
        grade_before=made.before[index],
        evidence=_digits(all_.share[index]),
        seen=_digits(made.evidence.hours.seen[index]),
        uncapped=None if value is None else _digits(all_.uncapped[index]),
        parts=_parts(index, made),
        required=tuple(name for name in FAMILIES if name in log.required),
        caps=_caps(index, log, made),
        waiting=_waiting(log, made),
    )


def sha256_of(score: Score) -> str:
    """The hash of a score's canonical text: the same log gives the same one."""
    return hashlib.sha256(score.model_dump_json().encode()).hexdigest()


def _digits(value: float) -> float:
    return round(float(value), DIGITS)


def _optional(value: float) -> float | None:
    return None if np.isnan(value) else _digits(value)


def _parts(index: int, made: Scored) -> tuple[Part, ...]:
    all_, counted = made.figures, made.evidence
    families = [
        _part(name, all_.weights[index, place], all_.families.points[index, place]).model_copy(
            update={"terms": _terms(name, place, index, made)}
        )
        for place, name in enumerate(FAMILIES)
        if made.panel.required[index, place]
    ]
    due, on_time = int(counted.due[index]), int(counted.on_time[index])
    seen = _digits(counted.hours.seen[index])
    return (
        *families,
        _part("rectification", all_.weights[index, 3], all_.rectification[index]).model_copy(
            update={"due": due, "on_time": on_time}
        ),
        _part("observability", all_.weights[index, 4], all_.observability[index]).model_copy(
            update={"seen": seen}
        ),
    )


def _part(name: PartName, weight: float, points: float) -> Part:
    lost = weight * (100 - points)
    return Part(name=name, weight=_digits(weight), points=_digits(points), lost=_digits(lost))


def _terms(name: Family, place: int, index: int, made: Scored) -> FamilyTerms:
    all_, counted = made.figures.families, made.evidence
    settings = made.policy.score.family(name)
    return FamilyTerms(
        episodes=_digits(counted.episodes[index, place]),
        hours=_digits(counted.hours.decayed[index, place]),
        plain_hours=_digits(counted.hours.plain[index, place]),
        prior_episodes=_digits(all_.prior[index, place]),
        prior_hours=settings.prior_h,
        rate=float(f"{all_.shape[index, place] / all_.rate[index, place]:.{DIGITS}g}"),
        rate_60=settings.rate_60,
        district_rate=float(f"{made.panel.rates[index, place]:.{DIGITS}g}"),
        low=_digits(all_.low[index, place]),
        high=_digits(all_.high[index, place]),
        evidence=_digits(all_.share[index, place]),
        needs=_needs(name, place, index, made),
    )


def _needs(name: Family, place: int, index: int, made: Scored) -> tuple[Need, ...]:
    least, hours = made.policy.score.evidence, made.evidence.hours
    needed_h = least.camera_h if name == "pests" else least.person_h
    return (
        Need(what="days", have=int(hours.days[index]), need=least.days),
        Need(what="hours", have=_digits(hours.plain[index, place]), need=needed_h),
        Need(what="reviewed", have=_digits(hours.reviewed[index, place]), need=least.reviewed),
    )


def _waiting(log: Log, made: Scored) -> int:
    at = made.moment.at
    return sum(
        one.started_at <= at and (one.settled_at is None or one.settled_at > at)
        for one in log.episodes
        if made.policy.score.family_of(one.rule)
    )


def _caps(index: int, log: Log, made: Scored) -> tuple[Cap, ...]:
    limits, counted = made.policy.score.caps, made.evidence
    found = []
    if counted.open_pest[index]:
        ids = _ids(one for one in _recent(log, made) if _open_pest(one, made))
        found.append(Cap(name="open_pest", limit=limits.open_pest, episode_ids=ids))
    if counted.repeated_overdue[index]:
        ids = _ids(one for one in _recent(log, made) if _overdue(one, made))
        found.append(Cap(name="repeated_overdue", limit=limits.repeated_overdue, episode_ids=ids))
    return tuple(found)


def _recent(log: Log, made: Scored) -> list[Episode]:
    """Upheld by then and inside the window."""
    first = made.moment.day - timedelta(days=made.policy.score.window_days - 1)
    return [
        one
        for one in log.episodes
        if one.settled_at is not None
        and one.settled_at <= made.moment.at
        and first <= one.day <= made.moment.day
    ]


def _open_pest(one: Episode, made: Scored) -> bool:
    passed_at = one.handling.passed_at if one.handling else None
    pest = made.policy.score.family_of(one.rule) == "pests"
    return pest and (passed_at is None or passed_at > made.moment.at)


def _overdue(one: Episode, made: Scored) -> bool:
    at, done = made.moment.at, one.handling or Handling("")
    late = done.due_at is not None and done.due_at <= at
    return late and (done.met_at is None or done.met_at > at)


def _ids(episodes: Iterable[Episode]) -> tuple[UUID, ...]:
    return tuple(UUID(name) for name in sorted(one.id for one in episodes))
