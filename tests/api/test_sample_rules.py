"""Which minutes are drawn, and what they say about what was missed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.samples.rules import (
    PARTS,
    Looked,
    Slot,
    allocate,
    draw,
    exposure,
    merged,
    missed,
    part_of_day,
    recall,
    spread,
)

DAY = datetime(2026, 11, 24, tzinfo=UTC)
sizes = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3000), max_size=6)
spreads = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 10), max_size=6)
looked = st.builds(Looked, st.floats(1, 1e5), st.integers(0, 200), st.integers(0, 5)).map(
    lambda one: Looked(max(one.free, one.reviewed), one.reviewed, one.missed if one.reviewed else 0)
)
strata = st.lists(looked, max_size=6)


def frame(cameras: int, hours: int = 24) -> list[Slot]:
    return [
        Slot(f"cam{c:02}", "r", DAY + timedelta(hours=h), f"food/{part_of_day(h % 24)}")
        for c in range(cameras)
        for h in range(hours)
    ]


@given(sizes, spreads, st.integers(0, 400))
def test_the_budget_is_spent_and_no_stratum_gets_more_than_it_has(
    size: dict[str, int], spread_: dict[str, float], budget: int
) -> None:
    got = allocate(size, spread_, budget)
    assert sum(got.values()) == min(budget, sum(size.values()))
    assert all(0 <= got[name] <= size[name] for name in size)
    if budget >= len(size):
        assert all(got[name] >= 1 for name in size if size[name])


@given(sizes, st.integers(1, 400))
def test_equal_spread_means_proportional(size: dict[str, int], budget: int) -> None:
    got, whole = allocate(size, {}, budget), sum(size.values())
    filled = sum(1 for value in size.values() if value)
    for name, value in size.items():
        if whole:
            assert abs(got[name] - budget * value / whole) <= filled + 1 or got[name] == value


def test_where_minutes_differ_more_more_are_drawn() -> None:
    got = allocate({"calm": 1000, "lively": 1000}, {"calm": 0.1, "lively": 0.4}, 50)
    assert got == {"calm": 10, "lively": 40}
    assert spread(3, 100) > spread(0, 100) > 0


@given(st.integers(1, 12), st.integers(0, 60), st.text(max_size=8))
def test_a_draw_can_be_repeated_and_holds_different_minutes_of_its_frame(
    cameras: int, budget: int, seed: str
) -> None:
    slots = frame(cameras)
    one, strata_ = draw(slots, budget, {}, seed)
    again, _ = draw(list(reversed(slots)), budget, {}, seed)
    assert one == again
    assert len({(d.slot.camera_id, d.minute_at) for d in one}) == len(one) == budget
    assert all(d.slot.hour_at <= d.minute_at < d.slot.hour_at + timedelta(hours=1) for d in one)
    assert sum(s.frame for s in strata_.values()) == cameras * 1440
    assert Counter(d.slot.stratum for d in one) == Counter(
        {name: s.drawn for name, s in strata_.items() if s.drawn}
    )


def test_over_many_seeds_every_minute_is_as_likely_as_any_other() -> None:
    slots = frame(2, hours=6)
    times: Counter[str] = Counter()
    for seed in range(3000):
        times.update(
            d.slot.camera_id + f"{d.minute_at:%H}" for d in draw(slots, 6, {}, str(seed))[0]
        )
    assert len(times) == 12
    assert max(times.values()) / min(times.values()) < 1.2


def test_a_draw_spreads_over_cameras() -> None:
    one, _ = draw(frame(10), 50, {}, "seed")
    assert min(Counter(d.slot.camera_id for d in one).values()) >= 3


def test_zones_and_hours_have_their_strata() -> None:
    assert exposure(["cooking", "specialised_room"]) == "clean"
    assert (exposure(["service"]), exposure(["storage"])) == ("food", "other")
    assert exposure([]) == "unknown"
    assert {part_of_day(hour) for hour in range(24)} == {name for name, _ in PARTS}


@given(strata)
def test_the_estimate_lies_in_its_interval(told: list[Looked]) -> None:
    result = missed(told)
    if result is None:
        assert not any(one.reviewed for one in told)
        return
    assert 0 <= result.low <= result.estimate + 1e-6 and result.estimate <= result.high + 1e-6
    assert result.at_most <= result.high + 1e-6


@given(strata)
def test_no_minute_of_the_frame_is_forgotten(told: list[Looked]) -> None:
    kept = merged(told)
    if kept:
        assert sum(one.free for one in kept) == pytest.approx(sum(one.free for one in told))
        assert sum(one.missed for one in kept) == sum(one.missed for one in told)


@given(strata, st.integers(1, 500))
def test_recall_lies_in_its_interval_and_one_more_miss_never_raises_it(
    told: list[Looked], found: int
) -> None:
    before = recall(found, missed(told))
    if before is None:
        return
    assert 0 <= before.low <= before.value + 1e-9 <= before.high + 2e-9 <= 1 + 3e-9
    assert before.low <= before.at_least + 1e-9
    index = next(i for i, one in enumerate(told) if one.reviewed)
    more = [Looked(o.free, o.reviewed, o.missed + (i == index)) for i, o in enumerate(told)]
    after = recall(found, missed(more))
    assert after is not None and after.value <= before.value + 1e-9


def test_no_miss_in_few_minutes_is_no_proof() -> None:
    few, many = (recall(40, missed([Looked(60_000, n, 0)])) for n in (10, 3000))
    assert few is not None and many is not None
    assert few.value == many.value == 1
    assert few.at_least < 0.01
    # The rule of three: at most 2.996 misses among 3,000 of 60,000 minutes.
    assert many.at_least == pytest.approx(40 / (40 + 2.9957 * 20), rel=1e-3)


def test_nothing_found_or_nothing_looked_at_gives_no_share() -> None:
    assert recall(0, missed([Looked(100, 10, 1)])) is None
    assert recall(5, missed([Looked(100, 0, 0)])) is None
    assert recall(5, missed([])) is None


def test_the_interval_covers_the_truth_as_often_as_it_promises() -> None:
    """Two strata, one rare and large: the true number of misses lies inside in 95 % of draws."""
    chance = random.Random(7)
    sizes_, rates, reviewed = (40_000, 4_000), (0.002, 0.03), (60, 60)
    truth = sum(size * rate for size, rate in zip(sizes_, rates, strict=True))
    covered = 0
    for _ in range(400):
        told = [
            Looked(size, n, sum(chance.random() < rate for _ in range(n)))
            for size, rate, n in zip(sizes_, rates, reviewed, strict=True)
        ]
        result = missed(told)
        assert result is not None
        covered += result.low <= truth <= result.high
    assert covered >= 0.94 * 400
