"""Little is looked at while nothing happens, and nothing is missed when it does."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vision.live.sampling import Pace, Rates, Sampler, Tempo


def watched(
    seconds: float, sampler: Sampler, fps: int = 25, gop: int = 50, start_s: float = 0.0
) -> list[float]:
    """Times of the looks on a camera that sends ``fps`` pictures a second."""
    taken = []
    for k in range(int(seconds * fps)):
        time_s, key = start_s + k / fps, k % gop == 0
        sampler.sent(20_000 if key else 900, key, time_s)
        decoded = key or sampler.wants_all(time_s)
        if decoded and sampler.due(time_s):
            taken.append(time_s)
    return taken


def quiet() -> Sampler:
    return Sampler(Rates.of(5.0, ["cooking"]))


def test_while_nothing_moves_the_keys_are_enough() -> None:
    sampler = quiet()
    taken = watched(20, sampler)
    assert taken == [2.0 * k for k in range(10)]
    assert not sampler.wants_all(20.0)


def test_evidence_that_grows_is_looked_at_as_often_as_the_camera_was_set_to() -> None:
    sampler = quiet()
    watched(4, sampler)
    sampler.looked(4.0, people=True, asking=True)
    taken = watched(2.0, sampler, start_s=4.04, gop=10_000)
    assert len(taken) in (10, 11) and sampler.tempo(5.0) == Tempo.BURST


def test_a_burst_ends_when_nothing_asks_for_it_any_more() -> None:
    sampler = quiet()
    sampler.looked(0.0, people=False, asking=True)
    assert sampler.tempo(2.9) == Tempo.BURST and sampler.tempo(3.1) == Tempo.QUIET


def test_what_moves_where_nobody_was_gets_a_burst_and_where_people_work_it_is_expected() -> None:
    alone, busy = quiet(), quiet()
    alone.moved(10.0)
    busy.looked(9.0, people=True, asking=False)
    busy.moved(10.0)
    assert alone.tempo(10.1) == Tempo.BURST and busy.tempo(10.1) == Tempo.CALM


def test_keys_ten_seconds_apart_do_not_leave_a_camera_unwatched() -> None:
    taken = watched(40, quiet(), gop=250)
    gaps = [b - a for a, b in itertools.pairwise(taken)]
    assert max(gaps) <= 3.2


def test_coded_pictures_that_are_suddenly_large_wake_the_camera_between_its_keys() -> None:
    sampler = quiet()
    watched(10, sampler)
    for k in range(3):
        sampler.sent(6000, False, 10.5 + k / 25)
    assert sampler.tempo(10.6) == Tempo.BURST


def test_three_pictures_a_second_are_all_there_is_and_all_is_taken_in_a_burst() -> None:
    sampler = Sampler(Rates.of(5.0, ["cooking"], steady=True))
    assert len(watched(10, sampler, fps=3, gop=6)) == 30


def test_storage_rooms_are_looked_at_less_often_than_ranges() -> None:
    assert Rates.of(5.0, ["storage"]).floor_s > Rates.of(5.0, ["storage", "cooking"]).floor_s


@given(st.floats(0.5, 25), st.integers(3, 30))
def test_a_steady_camera_is_looked_at_at_its_rate_on_average(rate: float, fps: int) -> None:
    sampler = Sampler(Rates.of(rate, ["cooking"], steady=True))
    taken = watched(30, sampler, fps=fps, gop=fps)
    expected = 30 * min(rate, fps)
    assert 0.7 * expected - 2 <= len(taken) <= 1.15 * expected + 2


def test_overload_is_the_share_of_due_pictures_that_nobody_looked_at() -> None:
    pace = Pace()
    for k in range(60):
        pace.due(float(k))
        if k % 2:
            pace.lost(float(k))
    assert 0.45 <= pace.share_lost(59.5) <= 0.55
    assert pace.share_lost(500.0) == 0.0
