"""What each episode of a restaurant costs in points, and how that is won back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np

from api.policy.rules import FAMILIES, Policy
from api.scores.evidence import best_of, decay_of, evidence, factors
from api.scores.explain import DIGITS, panel_at
from api.scores.facts import Episode, Handling, Log, Moment, number, seconds
from api.scores.kcs import figures
from api.scores.panel import Floats, Ints, Panel, end_of
from api.scores.schemas import EpisodeCost, EpisodeState, Score


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The episodes of one log at a moment: columns, and what each weighs then."""

    log: Log
    moment: Moment
    policy: Policy
    panel: Panel
    age: Ints
    factor: Floats
    decay: Floats

    def episode(self, row: int) -> Episode:
        """The one in that row."""
        name = self.panel.episodes.ids[row]
        return next(one for one in self.log.episodes if one.id == name)


def with_costs(
    score: Score, log: Log, moment: Moment, policy: Policy, hours: Floats | None = None
) -> Score:
    """The same score with what each episode of the window costs, the dearest first."""
    ledger = _ledger(log, moment, policy, hours)
    rows = _counted(ledger)
    chosen = _chosen(ledger, rows)
    groups = {row: [row, *_shadows(ledger, row, chosen, rows)] for row in chosen}
    points = _points(ledger, groups)
    same = {other: row for row, group in groups.items() for other in group[1:]}
    costs = [_cost(ledger, row, same.get(row), points.get(row, (0.0, 0.0))) for row in rows]
    costs.sort(key=lambda one: (-one.points, one.day, str(one.alert_id)))
    return score.model_copy(update={"episodes": tuple(costs)})


def _ledger(log: Log, moment: Moment, policy: Policy, hours: Floats | None) -> _Ledger:
    panel = panel_at([log], moment, policy, hours)
    told = panel.episodes
    age = number(moment.day) - told.day
    factor = factors(told, moment.at.timestamp(), policy.score)
    return _Ledger(
        log, moment, policy, panel, age, factor, decay_of(told.family, age, policy.score)
    )


def _counted(ledger: _Ledger) -> list[int]:
    told, at_s = ledger.panel.episodes, ledger.moment.at.timestamp()
    inside = (ledger.age >= 0) & (ledger.age < ledger.policy.score.window_days)
    return [
        int(row) for row in np.flatnonzero(inside & (told.start <= at_s) & (told.settled <= at_s))
    ]


def _chosen(ledger: _Ledger, rows: Sequence[int]) -> list[int]:
    """The rows that count where several saw one thing: those of the greatest weight together."""
    told = ledger.panel.episodes
    weight = np.zeros(len(told.ids))
    weight[list(rows)] = (told.weight * ledger.factor * ledger.decay)[list(rows)]
    best = best_of(told, weight)
    chosen = []
    for last in told.last:
        row = int(last)
        while row >= 0:
            if told.rank[row] > 0 and best[row] <= best[row - 1]:
                row -= 1
                continue
            chosen += [row] if weight[row] > 0 else []
            row = int(told.before[row])
    return sorted(chosen)


def _shadows(ledger: _Ledger, row: int, chosen: Sequence[int], rows: Sequence[int]) -> list[int]:
    """Rows that count together with this one: they overlap it and are not chosen themselves."""
    own = ledger.episode(row)
    same_kind = (own.rule, own.zone_type)
    found = []
    for other in rows:
        one = ledger.episode(other)
        if other in chosen or (one.rule, one.zone_type) != same_kind:
            continue
        if seconds(one.started_at) < end_of(own) and seconds(own.started_at) < end_of(one):
            found.append(other)
    return found


def _points(ledger: _Ledger, groups: dict[int, list[int]]) -> dict[int, tuple[float, float]]:
    """What each costs now, and what it would cost had its look-back passed."""
    names = ledger.panel.episodes.ids
    told = [{names[row] for row in group} for group in groups.values()]
    logs = [ledger.log]
    logs += [ledger.log.without(ids) for ids in told]
    logs += [ledger.log.passed(ids, ledger.moment.at) for ids in told]
    hours = np.repeat(ledger.panel.hours, len(logs), axis=1)
    panel = panel_at(logs, ledger.moment, ledger.policy, hours)
    score = ledger.policy.score
    points = figures(panel, evidence(panel, ledger.moment, score), score).uncapped
    without, passed = points[1 : len(told) + 1], points[len(told) + 1 :]
    return {
        row: (float(without[index] - points[0]), float(without[index] - passed[index]))
        for index, row in enumerate(groups)
    }


def _cost(
    ledger: _Ledger, row: int, same_as: int | None, points: tuple[float, float]
) -> EpisodeCost:
    episode, told = ledger.episode(row), ledger.panel.episodes
    name = FAMILIES[told.family[row]]
    weight = float(told.weight[row] * ledger.factor[row] * ledger.decay[row])
    handling = episode.handling or Handling("")
    return EpisodeCost(
        alert_id=UUID(episode.id),
        rule=episode.rule,
        family=name,
        day=episode.day,
        weight=round(weight, DIGITS),
        extent=round(float(told.weight[row]) * episode.review_probability, DIGITS),
        factor=round(float(ledger.factor[row]), DIGITS),
        decay=round(float(ledger.decay[row]), DIGITS),
        state="same" if same_as is not None else _state(ledger, row),
        same_as=None if same_as is None else UUID(told.ids[same_as]),
        case_id=handling.case_id or None,
        due_at=handling.due_at,
        points=round(points[0], DIGITS),
        points_if_passed=round(points[1], DIGITS),
        half_life_days=ledger.policy.score.family(name).half_life_days,
        gone_on=episode.day + timedelta(days=ledger.policy.score.window_days),
    )


def _state(ledger: _Ledger, row: int) -> EpisodeState:
    told, at_s = ledger.panel.episodes, ledger.moment.at.timestamp()
    if told.passed[row] <= at_s:
        return "passed"
    if told.repeated[row]:
        return "repeated"
    late = told.due[row] <= at_s and told.met[row] > told.due[row]
    return "overdue" if late else "open"
