"""Thresholds of head states: as low as the promises allow, and faces nobody sees left alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.choose import ALARMS, MOST_UNSEEN, detector_thresholds, state_thresholds
from models.crops import Crop
from models.dataset import MASK_STATES
from models.judged import Judged
from models.labels import MEANINGS, Label, Picture
from models.seen import Seen
from vision.detections import KINDS, Detections

WORN, INCORRECT, MISSING, UNSEEN = range(4)
HEAD = Crop("scut-head", "a", "g", True, np.zeros((1, 1, 3), np.uint8), 60.0, -1, WORN)


def rows(true: int, told: int, confidence: float, count: int) -> tuple[list[Crop], np.ndarray]:
    """So many heads of one state, all told alike."""
    chances = np.full((count, 4), (1 - confidence) / 3, np.float32)
    chances[:, told] = confidence
    return [replace(HEAD, mask=true)] * count, chances


def view(*parts: tuple[list[Crop], np.ndarray]) -> Judged:
    crops = [crop for heads, _ in parts for crop in heads]
    mask = np.concatenate([chances for _, chances in parts])
    hat = np.zeros((len(crops), 2), np.float32)
    return Judged(crops, 0, hat, mask, np.full(len(crops), 100, np.float32))


def unseen_told(judged: Judged, limits: dict[str, float]) -> float:
    best = judged.mask.argmax(axis=1)
    hidden = np.array([crop.mask for crop in judged.crops]) == UNSEEN
    needed = np.array([limits.get(name, 2.0) for name in MASK_STATES])
    alarm = np.isin(best, (INCORRECT, MISSING)) & (judged.mask.max(axis=1) >= needed[best])
    return float(alarm[hidden].mean())


SURE = (
    rows(WORN, WORN, 0.9, 50),
    rows(MISSING, MISSING, 0.7, 30),
    rows(MISSING, MISSING, 0.95, 50),
    rows(INCORRECT, INCORRECT, 0.6, 10),
    rows(INCORRECT, INCORRECT, 0.9, 30),
)


def test_what_is_always_right_needs_no_high_threshold() -> None:
    limits = state_thresholds([view(*SURE, rows(UNSEEN, UNSEEN, 0.9, 50))], "mask")
    assert max(limits.values()) <= 0.4


@pytest.mark.parametrize("state", [MISSING, INCORRECT])
def test_a_threshold_rises_until_faces_nobody_sees_are_left_alone(state: int) -> None:
    hidden = (rows(UNSEEN, state, 0.65, 5), rows(UNSEEN, UNSEEN, 0.9, 50))
    judged = view(*SURE, *hidden)
    limits = state_thresholds([judged], "mask")
    assert unseen_told(judged, limits) <= MOST_UNSEEN
    assert limits[MASK_STATES[state]] == pytest.approx(0.66, abs=0.011)
    (other,) = set(ALARMS) - {MASK_STATES[state]}
    assert limits[other] <= 0.4


def test_of_two_ways_to_silence_them_the_one_that_costs_fewer_verdicts_is_taken() -> None:
    hidden = (
        rows(UNSEEN, MISSING, 0.65, 1),
        rows(UNSEEN, INCORRECT, 0.8, 1),
        rows(UNSEEN, UNSEEN, 0.9, 62),
    )
    limits = state_thresholds([view(*SURE, *hidden)], "mask")
    # One of 64 may stay: silencing missing costs nothing, incorrect a quarter of its verdicts.
    assert limits["missing"] >= 0.65
    assert limits["incorrect"] <= 0.4


def test_a_part_without_unseen_faces_is_not_touched_by_them() -> None:
    crops = [replace(HEAD, hat=1)] * 20 + [replace(HEAD, hat=0)] * 20
    hat = np.repeat(np.array([[0.1, 0.9], [0.9, 0.1]], np.float32), 20, axis=0)
    judged = Judged(crops, 0, hat, np.zeros((40, 4), np.float32), np.full(40, 100, np.float32))
    assert state_thresholds([judged], "hat") == {"worn": 0.4, "missing": 0.4}


def shown(kind: str, found: list[tuple[str, float]], set_name: str) -> Seen:
    """A picture with one pest (or none), found boxes on it where it is, beside it otherwise."""
    label = Label(MEANINGS[kind], (0.5, 0.5, 0.2, 0.2)) if kind else None
    picture = Picture(
        set_name, Path("a.jpg"), "g", (label,) if label else (), frozenset({"rodent", "cockroach"})
    )
    boxes = np.tile(np.array([[40, 40, 60, 60]], np.float32), (len(found), 1))
    sure = np.array([confidence for _, confidence in found], np.float32)
    ids = np.array([[str(k) for k in KINDS].index(name) for name, _ in found], np.int64)
    return Seen(picture, 100, 100, Detections.of(boxes, sure, ids))


def test_pests_in_empty_rooms_are_limited_both_kinds_together() -> None:
    pests = [shown("rat", [("rodent", 0.9)], "rat-dpk")] * 40
    pests += [shown("cockroach", [("cockroach", 0.52)], "cockroach-zonebug")] * 20
    pests += [shown("cockroach", [("cockroach", 0.9)], "cockroach-zonebug")] * 20
    rooms = [shown("", [], "empty-rooms")] * 398
    rooms += [shown("", [("rodent", 0.5)], "empty-rooms")]
    rooms += [shown("", [("cockroach", 0.51)], "empty-rooms")]
    limits = detector_thresholds([*pests, *rooms])
    # One of 400 may stay: silencing the rodent costs no pest, the cockroach twenty.
    assert limits["rodent"] == 0.55
    assert limits["cockroach"] < 0.5
