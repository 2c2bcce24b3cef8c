"""The invariants of the score, for whatever log."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from api.policy.rules import FAMILIES, shipped
from api.scores.costs import with_costs
from api.scores.explain import sha256_of
from api.scores.facts import Episode, Handling, Log, Order
from api.scores.kcs import GRADES
from api.scores.schemas import Score
from tests.api.scoring import DISTRICT, NOW, at, days, episode, log, score

T = TypeVar("T")
RULES = ("missing_hat", "missing_mask", "mask_worn_wrong", "pest_rodent", "pest_cockroach")
ROUNDING = 1e-5
quick = settings(max_examples=20, deadline=None)


@st.composite
def handlings(draw: st.DrawFn, began_ago: int) -> Handling | None:
    """An order with a deadline, met or not, in time or not, its look-back passed or not."""
    if draw(st.booleans()):
        return None
    due, met, passed = (draw(st.none() | st.integers(0, began_ago)) for _ in range(3))
    times = [None if ago is None else at(ago, 20) for ago in (due, met, passed)]
    return Handling(str(draw(st.integers(1, 3))), *times)


@st.composite
def episodes(draw: st.DrawFn, waiting: bool | None = False) -> Episode:
    """One upheld alert, or one that waits."""
    ago, hour = draw(st.integers(0, 280)), draw(st.integers(0, 18))
    began = at(ago, hour + draw(st.sampled_from((0.0, 0.01, 0.02, 0.5))))
    long_s = draw(st.none() | st.integers(0, 1500))
    waits = draw(st.booleans()) if waiting is None else waiting
    return episode(
        ago,
        id=str(uuid.UUID(int=draw(st.integers(0, 2**96)))),
        rule=draw(st.sampled_from(RULES)),
        zone_type=draw(st.sampled_from(("cooking", "storage"))),
        camera_id=draw(st.sampled_from("123")),
        started_at=began,
        ended_at=None if long_s is None else began + timedelta(seconds=long_s),
        subjects=draw(st.integers(1, 5)),
        settled_at=None if waits else began + timedelta(hours=draw(st.integers(0, 72))),
        review_probability=draw(st.sampled_from((1.0, 0.5))),
        handling=draw(handlings(ago)),
    )


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """A restaurant with some months of everything."""
    told = draw(st.lists(episodes(waiting=None), max_size=12, unique_by=lambda one: one.id))
    some = days(
        draw(st.sampled_from((10, 40, 180, 270))), hat_person_s=draw(st.integers(900, 90_000))
    )
    orders = [
        Order(str(n), at(ago, 17), at(ago, 17).date(), at(ago, 17 if kept else 18))
        for n, (ago, kept) in enumerate(
            draw(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=4))
        )
    ]
    required = draw(st.sets(st.sampled_from(FAMILIES), min_size=1))
    return Log(frozenset(required), some, tuple(told), tuple(orders), DISTRICT)


def assert_not_better(after: Score, before: Score) -> None:
    """Neither the value, nor its interval, nor the grade."""
    if before.value is None:
        assert after.value is None
    if after.value is None or before.value is None:
        return
    assert after.value <= before.value + ROUNDING
    assert after.interval and before.interval
    assert after.interval.low <= before.interval.low + ROUNDING
    assert after.interval.high <= before.interval.high + ROUNDING
    if after.grade and before.grade:
        assert GRADES.index(after.grade) <= GRADES.index(before.grade)


@quick
@given(logs(), episodes(), st.sampled_from((None, *GRADES)))
def test_one_more_upheld_episode_never_raises_the_score(
    told: Log, more: Episode, before: Any
) -> None:
    after = replace(told, episodes=(*told.episodes, more))
    assert_not_better(score(after, before=before), score(told, before=before))


@quick
@given(logs(), st.lists(episodes(waiting=True), min_size=1, max_size=4))
def test_a_backlog_of_alerts_does_not_flatter(told: Log, waiting: list[Episode]) -> None:
    after = replace(told, episodes=(*told.episodes, *waiting))
    assert_not_better(score(after), score(told))


@quick
@given(logs(), st.data())
def test_less_availability_never_raises_the_score(told: Log, data: st.DataObject) -> None:
    shares = data.draw(st.lists(st.sampled_from((0.0, 0.3, 1.0)), min_size=7, max_size=7))
    fewer = tuple(
        replace(
            day,
            effective_s=day.effective_s * shares[n % 7],
            hat_person_s=day.hat_person_s * shares[n % 7],
            mask_person_s=day.mask_person_s * shares[n % 7],
        )
        for n, day in enumerate(told.days)
    )
    assert_not_better(score(replace(told, days=fewer)), score(told))


@quick
@given(logs(), st.randoms(use_true_random=False))
def test_replaying_the_log_in_any_order_gives_the_same_bytes(
    told: Log, chance: random.Random
) -> None:
    again = replace(
        told,
        days=_shuffled(told.days, chance),
        episodes=_shuffled(told.episodes, chance),
        orders=_shuffled(told.orders, chance),
    )
    first = with_costs(score(told), told, NOW, shipped())
    second = with_costs(score(again), again, NOW, shipped())
    assert first.model_dump_json() == second.model_dump_json()
    assert sha256_of(first) == sha256_of(second)


def _shuffled(items: Sequence[T], chance: random.Random) -> tuple[T, ...]:
    return tuple(chance.sample(items, len(items)))


@quick
@given(
    st.integers(1, 100),
    st.integers(0, 1500),
    st.lists(st.integers(-40, 40), min_size=2, max_size=2),
)
def test_what_three_cameras_see_counts_once(ago: int, long_s: int, shifts: list[int]) -> None:
    began = at(ago)
    one = episode(ago, ended_at=began + timedelta(seconds=long_s))
    shifted = [_moved(one, timedelta(seconds=by), str(n)) for n, by in enumerate(shifts, 2)]
    assert score(log(one, *shifted)).model_dump_json() == score(log(one)).model_dump_json()


def _moved(one: Episode, by: timedelta, camera_id: str) -> Episode:
    assert one.ended_at
    began, ended = one.started_at + by, one.ended_at + by
    fresh = str(uuid.uuid4())
    return replace(one, id=fresh, camera_id=camera_id, started_at=began, ended_at=ended)


def test_an_episode_that_bridges_two_others_does_not_make_them_one() -> None:
    first, second = episode(3, 12.0), episode(3, 12.1)
    bridge = episode(3, 12.0, camera_id="2", ended_at=at(3, 12.2))
    both, with_bridge = score(log(first, second)), score(log(first, bridge, second))
    assert both.parts[1].points == with_bridge.parts[1].points


@quick
@given(logs())
def test_an_overturned_verdict_is_as_if_it_had_never_been(told: Log) -> None:
    ids = [one.id for one in told.episodes[::2]]
    kept = Log(told.required, told.days, told.episodes[1::2], told.orders, told.rates)
    assert score(told.without(ids)).model_dump_json() == score(kept).model_dump_json()


def test_an_order_for_overturned_episodes_alone_goes_with_them() -> None:
    wrong, right = episode(9), episode(8)
    late = Order("1", at(3), at(3).date(), None, frozenset({wrong.id}))
    shared = Order("2", at(3), at(3).date(), None, frozenset({wrong.id, right.id}))
    assert log(wrong, right, orders=(late, shared)).without([wrong.id]).orders == (shared,)


@quick
@given(st.integers(3, 100), st.sampled_from(RULES))
def test_an_episode_that_is_handled_in_time_never_raises_a_score_without_late_orders(
    ago: int, rule: str
) -> None:
    done = Handling("c", due_at=at(ago - 2), met_at=at(ago - 1), passed_at=at(ago - 3))
    one = episode(ago, rule=rule, handling=done)
    order = Order("1", at(ago - 2), at(ago - 2).date(), at(ago - 1), frozenset({one.id}))
    assert_not_better(score(log(one, orders=(order,))), score(log()))
