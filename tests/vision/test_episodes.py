"""One violation is one episode, counted in seconds of evidence, whatever the frame rate."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.episodes import Change, Watch
from vision.suspects import Box, Sighting, Timing, Verdict

WEARING = Timing(on_delay_s=3.0, off_delay_s=20.0)
PEST = Timing(on_delay_s=1.0, off_delay_s=30.0, drains_unseen=True, min_travel=0.5)
HERE: Box = (100.0, 100.0, 140.0, 150.0)


def seen(
    verdict: Verdict = "violates", track_id: int = 0, box: Box = HERE, confidence: float = 0.9
) -> Sighting:
    return Sighting(track_id, box, verdict, confidence)


def shifted(x: float) -> Box:
    return (HERE[0] + x, HERE[1], HERE[2] + x, HERE[3])


def play(
    frames: Iterable[Sequence[Sighting]], step_s: float, timing: Timing = WEARING
) -> list[tuple[float, Change]]:
    """Every change with the second it came at; the last one closes what was open."""
    watch, changes, time_s = Watch(), [], 0.0
    for index, sightings in enumerate(frames):
        time_s = index * step_s
        watch, change = watch.step(sightings, time_s, timing)
        if change:
            changes.append((time_s, change))
    last = watch.finish()
    return changes + ([(time_s, last)] if last else [])


def times(changes: list[tuple[float, Change]], kind: str) -> list[float]:
    return [time_s for time_s, change in changes if change.kind == kind]


@given(st.floats(0.02, 1.0))
def test_the_on_delay_is_the_same_at_any_frame_rate(step_s: float) -> None:
    (raised_s,) = times(play([[seen()]] * 250, step_s), "opened")
    assert WEARING.on_delay_s - 1e-4 <= raised_s <= WEARING.on_delay_s + step_s + 1e-4


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=150, max_size=150), st.floats(0.1, 0.5))
def test_a_static_violator_with_forced_track_losses_is_one_episode(
    breaks: list[bool], step_s: float
) -> None:
    track_id, frames = 0, []
    for broken in breaks:
        track_id += broken
        frames.append([seen(track_id=-1 if broken else track_id)])
    changes = play(frames, step_s)
    assert len(times(changes, "opened")) == 1 == len(times(changes, "closed"))
    assert changes[-1][1].episode.start_s == 0 and changes[-1][1].episode.subjects == 1


def test_one_missed_sighting_in_five_costs_nothing_but_its_own_time() -> None:
    pattern = [[seen()], [seen()], [seen()], [seen()], []]
    (raised_s,) = times(play(pattern * 20, 0.2), "opened")
    assert raised_s == pytest.approx(WEARING.on_delay_s / 0.8, abs=0.45)


def test_rare_wrong_verdicts_never_raise() -> None:
    pattern = [[seen("violates")], *[[seen("complies")]] * 4]
    assert play(pattern * 200, 0.2) == []


def test_unclear_neither_raises_nor_clears() -> None:
    assert play([[seen("unclear")]] * 500, 0.2) == []
    frames = [[seen()]] * 10 + [[seen("unclear")]] * 50 + [[seen()]] * 10
    assert len(times(play(frames, 0.2), "opened")) == 1


def test_a_clean_hour_earns_no_credit() -> None:
    frames = [[seen("complies")]] * 3600 + [[seen()]] * 10
    (raised_s,) = times(play(frames, 1.0), "opened")
    assert raised_s == pytest.approx(3600 + WEARING.on_delay_s, abs=1.1)


def test_a_gap_in_the_stream_is_not_evidence() -> None:
    watch, _ = Watch().step([seen()], 0.0, WEARING)
    _, change = watch.step([seen()], 600.0, WEARING)
    assert change is None


def test_it_ends_at_the_last_violation_once_the_off_delay_has_passed() -> None:
    frames = [[seen()]] * 50 + [[seen("complies")]] * 200
    changes = play(frames, 0.2)
    (closed_s,) = times(changes, "closed")
    assert changes[-1][1].episode.last_s == pytest.approx(49 * 0.2)
    assert closed_s == pytest.approx(49 * 0.2 + WEARING.off_delay_s, abs=0.25)


def test_two_who_violate_together_are_one_episode_of_two_subjects() -> None:
    frames = [[seen(), seen(track_id=1, box=shifted(300))]] * 40
    changes = play(frames, 0.2)
    assert len(times(changes, "opened")) == 1
    assert changes[-1][1].episode.subjects == 2


def test_a_colleague_with_a_hat_does_not_clear_who_has_none() -> None:
    frames = [[seen(), seen("complies", track_id=1, box=shifted(300))]] * 40
    assert len(times(play(frames, 0.2), "opened")) == 1


def test_the_best_moment_is_the_surest_and_largest() -> None:
    near: Box = (100.0, 100.0, 180.0, 200.0)
    frames = [[seen()]] * 20 + [[seen(box=near, confidence=0.95)]] + [[seen()]] * 10
    episode = play(frames, 0.2)[-1][1].episode
    assert episode.box == near and episode.best_s == pytest.approx(4.0)


def test_a_still_spot_is_not_a_pest() -> None:
    assert play([[seen()]] * 300, 0.2, PEST) == []


def test_a_pest_that_moves_is() -> None:
    frames = [[seen(box=shifted(k * 6.0))] for k in range(20)]
    (raised_s,) = times(play(frames, 0.2, PEST), "opened")
    assert raised_s == pytest.approx(PEST.on_delay_s, abs=0.21)


def test_a_pest_flickering_in_one_frame_of_four_is_noise() -> None:
    frames = [[seen(box=shifted(k * 6.0))] if k % 4 == 0 else [] for k in range(400)]
    assert play(frames, 0.2, PEST) == []


def test_spots_that_come_and_go_do_not_add_up_to_a_way_gone() -> None:
    frames = []
    for place in (0.0, 30.0):
        frames += [[seen(box=shifted(place))]] * 4 + [[]] * 10
    frames += [[seen(box=shifted(30.0))]] * 50
    assert play(frames, 0.2, PEST) == []


@given(st.lists(st.sampled_from(["violates", "complies", "unclear", None]), max_size=200))
def test_episodes_never_overlap_and_lie_within_the_footage(
    verdicts: list[Verdict | None],
) -> None:
    changes = play([[seen(v)] if v else [] for v in verdicts], 0.5)
    closed = [change.episode for _, change in changes if change.kind == "closed"]
    assert len(closed) == len(times(changes, "opened"))
    for episode in closed:
        assert 0 <= episode.start_s <= episode.best_s <= episode.last_s <= 100
    for earlier, later in pairwise(closed):
        assert earlier.last_s < later.start_s


def test_the_curve_shows_evidence_growing_to_the_delay() -> None:
    curve = play([[seen()]] * 40, 0.2)[-1][1].episode.curve
    assert curve[0] == (0.0, 0.0, "violates")
    assert max(evidence_s for _, evidence_s, _ in curve) == WEARING.on_delay_s
