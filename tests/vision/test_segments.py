import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.segments import WHOLE, plan


@pytest.mark.parametrize("duration_s", [None, 0.0, 10.0, 2699.0, math.nan])
def test_a_short_recording_or_one_of_unknown_length_stays_whole(duration_s: float | None) -> None:
    assert plan(duration_s) == (WHOLE,)


def test_a_short_rest_goes_with_the_piece_before_it() -> None:
    assert [segment.start_s for segment in plan(4400)] == [0, 1800]
    assert [segment.start_s for segment in plan(4600)] == [0, 1800, 3600]


@given(st.floats(0, 500), st.floats(1, 1e4))
def test_the_pieces_follow_each_other_without_a_gap_to_the_end(
    segments: float, segment_s: float
) -> None:
    duration_s = segments * segment_s
    pieces = plan(duration_s, segment_s)
    assert pieces[0].start_s == 0 and pieces[-1].end_s == math.inf
    assert all(left.end_s == right.start_s for left, right in pairwise(pieces))
    assert [piece.index for piece in pieces] == list(range(len(pieces)))
    assert len(pieces) == 1 or duration_s - pieces[-1].start_s >= segment_s / 2 - 1e-6 * duration_s
