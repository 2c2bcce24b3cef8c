"""Contact sheets: where a person should look first."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels import MEANINGS, Label, Picture
from models.sheets import (
    COLUMNS,
    ROWS,
    contact_sheet,
    disagreement,
    labelled_boxes,
    write_sheets,
)
from vision.detections import FloatArray

NOTHING = np.zeros((0, 4), np.float32)
SIDES = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40), st.integers(1, 40))


def boxes(*xywh: tuple[float, float, float, float]) -> FloatArray:
    rows = [(x, y, x + w, y + h) for x, y, w, h in xywh]
    return np.array(rows, np.float32).reshape(-1, 4)


@given(st.lists(SIDES, max_size=5))
def test_the_same_boxes_are_no_disagreement(rows: list[tuple[int, int, int, int]]) -> None:
    same = boxes(*rows)
    assert disagreement(same, same[::-1]) == pytest.approx(0, abs=1e-5)


@given(st.lists(SIDES, max_size=4), st.lists(SIDES, max_size=4))
def test_disagreement_is_a_share_and_takes_no_side(
    one: list[tuple[int, int, int, int]], two: list[tuple[int, int, int, int]]
) -> None:
    told = disagreement(boxes(*one), boxes(*two))
    assert -1e-6 <= told <= 1
    assert told == pytest.approx(disagreement(boxes(*two), boxes(*one)), abs=1e-5)


def test_one_thing_missed_counts_however_well_the_rest_fits() -> None:
    both = boxes((0, 0, 10, 10), (50, 50, 10, 10))
    assert disagreement(both, both[:1]) == 1
    assert disagreement(both[:1], both) == 1
    assert disagreement(NOTHING, both) == 1


def test_labels_become_pixels() -> None:
    label = Label(MEANINGS["rat"], (0.5, 0.25, 0.2, 0.5))
    picture = Picture("set", Path("a.jpg"), "g", (label,))
    assert labelled_boxes(picture, 100, 40)[0] == pytest.approx([40, 0, 60, 20])
    assert labelled_boxes(picture.with_labels(()), 100, 40).shape == (0, 4)


def test_a_sheet_holds_every_tile_in_full_rows() -> None:
    tiles = [np.full((30, 50, 3), 9, np.uint8)] * 5
    assert contact_sheet(tiles, columns=4, side=20).shape == (40, 80, 3)


def test_sheets_are_numbered_and_none_is_left_out(tmp_path: Path) -> None:
    tiles = [np.full((20, 20, 3), 9, np.uint8)] * (COLUMNS * ROWS + 1)
    write_sheets(tiles, tmp_path / "sheets", "rats")
    names = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert names == ["rats-000.jpg", "rats-001.jpg"]
