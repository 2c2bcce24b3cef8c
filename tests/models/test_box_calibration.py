"""A box's confidence is the chance that the box is right."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.box_calibration import Line, calibration_tables, fit_lines, line_of, lines_in
from models.calibrate import reliability
from models.labels import MEANINGS, Label, Picture
from models.seen import Seen
from vision.detections import Detections
from vision.model import DEFAULT_MODEL, load_model

TOO_MODEST = Line(0.6, -0.5)
LINES = st.builds(Line, st.floats(0.5, 3), st.floats(-2, 2))


def a_modest_network(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Confidences told too modestly, and whether each box was right."""
    rng = np.random.default_rng(4)
    chances = rng.uniform(0.05, 0.98, count).astype(np.float32)
    return TOO_MODEST.of(chances), rng.random(count) < chances


def test_the_fitted_line_undoes_what_the_network_does_to_chances() -> None:
    told, right = a_modest_network(20_000)
    fitted = line_of(told, right)
    assert fitted.scale == pytest.approx(1 / TOO_MODEST.scale, rel=0.1)
    assert reliability(told, right).gap > 0.1
    assert reliability(fitted.of(told), right).gap < 0.02


@given(LINES, st.lists(st.floats(1 / 64, 63 / 64, width=32), min_size=2, max_size=20))
def test_no_line_changes_the_order_of_boxes_and_each_can_be_undone(
    line: Line, confidences: list[float]
) -> None:
    own = np.array(sorted(confidences), np.float32)
    told = line.of(own)
    assert (np.diff(told) >= 0).all()
    sure = (told > 0.001) & (told < 0.999)
    assert np.abs(line.back(told)[sure] - own[sure]).max(initial=0) < 0.01


@pytest.mark.parametrize("right", [True, False])
def test_boxes_that_are_all_alike_change_nothing(right: bool) -> None:
    assert line_of(np.full(9, 0.4, np.float32), np.full(9, right)) == Line()


def pictures_of_rats() -> list[Seen]:
    """A picture a box, in as many groups; right boxes lie on a rat, wrong ones beside it."""
    told, right = a_modest_network(600)
    label = Label(MEANINGS["rat"], (0.5, 0.5, 0.2, 0.2))
    shown = Picture("rat-dpk", Path("a.jpg"), "g", (label,), frozenset({"rodent"}))
    boxes = np.where(right[:, None], [[40, 40, 60, 60]], [[0, 0, 20, 20]]).astype(np.float32)
    rodent = np.ones(1, np.int64)
    return [
        Seen(
            replace(shown, group=f"g{n}"),
            100,
            100,
            Detections.of(boxes[n : n + 1], told[n : n + 1], rodent),
        )
        for n in range(len(told))
    ]


def test_the_tables_tell_the_gap_before_after_and_on_the_other_half() -> None:
    seen = pictures_of_rats()
    before = calibration_tables(seen, {})["rodent"]
    assert before["network"] == before["ships"]
    assert before["other_half"]["gap"] < before["network"]["gap"] / 2
    line = fit_lines(seen, ["rodent"])["rodent"]
    told = [
        replace(one, found=one.found.with_columns(confidence=line.of(one.found.confidence)))
        for one in seen
    ]
    after = calibration_tables(told, {"rodent": line})["rodent"]
    assert after["network"]["gap"] == pytest.approx(before["network"]["gap"], abs=0.002)
    assert after["ships"]["gap"] < before["network"]["gap"] / 2


def test_a_bundle_without_lines_speaks_for_itself() -> None:
    manifest = load_model(DEFAULT_MODEL).manifest
    bare = manifest.model_copy(update={"training": {}})
    assert set(lines_in(bare).values()) == {Line()}
