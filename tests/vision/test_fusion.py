"""Head states over time: one wrong frame is harmless, and what is unclear stays unclear."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_detections
from vision.detections import Detections, HatState, MaskState
from vision.fusion import HALF_LIFE_S, MAX_GAP_S, SUREST, Evidence, HeadFusion

HEAD_BOX = (40.0, 20.0, 60.0, 45.0)
STATES = st.integers(0, 3)
CONFIDENCES = st.floats(0, 1)
SIGHTINGS = st.lists(st.tuples(STATES, CONFIDENCES, st.floats(0.01, 3)), max_size=40)


def seen(sightings: list[tuple[int, float, float]]) -> Evidence:
    """Evidence for three states after sightings (state, confidence, seconds since the last)."""
    evidence, time_s = Evidence.none(3), 0.0
    for state, confidence, gap_s in sightings:
        time_s += gap_s
        evidence = evidence.see(state, confidence, time_s)
    return evidence


def head(hat: HatState, mask: MaskState = MaskState.UNCLEAR, confidence: float = 0.9) -> Detections:
    rows = make_detections(HEAD_BOX, hat=hat, mask=mask, confidence=confidence)
    return rows.with_columns(track_id=np.array([7], np.int64))


def hats(states: list[HatState], step_s: float = 0.2) -> list[HatState]:
    """What is gone by in each frame."""
    fusion = HeadFusion()
    told = [fusion.update(head(state), k * step_s).hat[0] for k, state in enumerate(states)]
    return [HatState(state) for state in told]


@given(SIGHTINGS)
def test_chances_are_chances_and_evidence_is_bounded(
    sightings: list[tuple[int, float, float]],
) -> None:
    evidence = seen(sightings)
    assert evidence.chances.sum() == pytest.approx(1, abs=1e-5)
    assert (evidence.nats >= 0).all() and np.isfinite(evidence.nats).all()
    most_a_second = 2.0 * np.log(SUREST * 2 / (1 - SUREST))
    assert evidence.nats.max() <= most_a_second * (MAX_GAP_S + HALF_LIFE_S / np.log(2)) + 1e-3


@given(SIGHTINGS, st.floats(0.01, 3))
def test_an_unclear_sighting_only_lets_time_pass(
    sightings: list[tuple[int, float, float]], gap_s: float
) -> None:
    before = seen(sightings)
    after = seen([*sightings, (0, 0.9, gap_s)])
    assert (after.nats <= before.nats + 1e-6).all()
    assert (np.argsort(after.nats) == np.argsort(before.nats)).all() or after.nats.max() < 1e-6


@given(st.integers(1, 3), st.floats(0.5, 1), st.floats(0.01, 1))
def test_a_sighting_makes_its_state_likelier_and_no_other(
    state: int, confidence: float, gap_s: float
) -> None:
    before = seen([(1, 0.8, 0.5), (2, 0.8, 0.5), (3, 0.8, 0.5)])
    waited = before.see(0, 0.0, 1.5 + gap_s)
    after = before.see(state, confidence, 1.5 + gap_s)
    others = [k for k in range(3) if k != state - 1]
    assert after.chances[state - 1] > waited.chances[state - 1]
    assert (after.chances[others] <= waited.chances[others] + 1e-6).all()


@given(st.integers(1, 3), st.floats(0.5, 0.85), st.floats(0.9, 0.97))
def test_the_surer_sighting_weighs_more(state: int, less: float, more: float) -> None:
    unsure, sure = seen([(state, less, 0.5)]), seen([(state, more, 0.5)])
    assert sure.nats[state - 1] > unsure.nats[state - 1]


@given(st.floats(1, 30))
def test_a_gap_forgets_half_in_each_half_life(gap_s: float) -> None:
    before = seen([(2, 0.9, 1.0)])
    after = before.see(0, 0.0, 1.0 + gap_s)
    assert after.nats[1] == pytest.approx(before.nats[1] * 0.5 ** (gap_s / HALF_LIFE_S), rel=1e-4)


@given(st.sampled_from([2.0, 5.0, 10.0, 25.0]))
def test_more_frames_of_the_same_second_are_no_more_evidence(fps: float) -> None:
    count = round(4 * fps)
    evidence = seen([(1, 0.9, 1 / fps)] * count)
    slow = seen([(1, 0.9, 0.5)] * 8)
    assert evidence.nats[0] == pytest.approx(slow.nats[0], rel=0.15)


@pytest.mark.parametrize("true", [HatState.WORN, HatState.MISSING])
def test_a_single_wrong_frame_is_harmless(true: HatState) -> None:
    wrong = HatState.WORN if true == HatState.MISSING else HatState.MISSING
    states = [true] * 10 + [wrong] + [true] * 5
    assert hats(states) == [true] * 16


def test_a_hat_that_is_taken_off_is_believed_within_two_seconds() -> None:
    told = hats([HatState.WORN] * 20 + [HatState.MISSING] * 20)
    assert told[:20] == [HatState.WORN] * 20 and told[30:] == [HatState.MISSING] * 10


def test_what_is_unclear_stays_unclear() -> None:
    told = hats([HatState.MISSING] * 5 + [HatState.UNCLEAR] * 3)
    assert told[5:] == [HatState.UNCLEAR] * 3


def test_which_wrong_state_a_mask_is_in_is_left_to_the_moment() -> None:
    fusion = HeadFusion()
    for k in range(10):
        fusion.update(head(HatState.UNCLEAR, MaskState.INCORRECT), k * 0.2)
    after = fusion.update(head(HatState.UNCLEAR, MaskState.MISSING), 2.0)
    assert after.mask[0] == MaskState.MISSING


def test_an_animal_and_a_head_without_a_track_pass_as_they_are() -> None:
    fusion = HeadFusion()
    untracked = make_detections(HEAD_BOX, hat=HatState.MISSING)
    rat = make_detections(HEAD_BOX, kind="rodent")
    assert fusion.update(untracked, 0.0).hat[0] == HatState.MISSING
    assert fusion.update(rat, 0.2).confidence[0] == rat.confidence[0]
    assert len(fusion.update(Detections.empty(), 0.4)) == 0


def test_a_head_that_comes_back_after_long_begins_anew() -> None:
    fusion = HeadFusion()
    for k in range(20):
        fusion.update(head(HatState.WORN), k * 0.2)
    assert fusion.update(head(HatState.MISSING), 60.0).hat[0] == HatState.MISSING
