import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_detections
from vision.detections import Detections, HatState, MaskState
from vision.health import STATES
from vision.looks import COLUMNS, Look, from_bytes, to_bytes


def make_look(time_s: float, heads: int, state: str = "ok", digest: int = 7) -> Look:
    boxes = [(float(n), 1.5, n + 10.25, 20.0) for n in range(heads)]
    seen = make_detections(*boxes, hat=HatState.MISSING, mask=MaskState.WORN)
    return Look(time_s, 640, 360, state, time_s - 1, seen, (time_s, -0.5), digest)  # type: ignore[arg-type]  # drawn from STATES


def same(one: Detections, other: Detections) -> bool:
    pairs = ((getattr(one, name), getattr(other, name)) for name in COLUMNS)
    return all(left.dtype == right.dtype and np.array_equal(left, right) for left, right in pairs)


@given(
    st.lists(
        st.builds(
            make_look,
            st.floats(0, 1e6),
            st.integers(0, 4),
            st.sampled_from(STATES),
            st.integers(0, 2**32 - 1),
        ),
        max_size=6,
    )
)
def test_what_is_kept_comes_back_to_the_last_bit(looks: list[Look]) -> None:
    back = from_bytes(to_bytes(looks))
    assert len(back) == len(looks)
    for one, other in zip(looks, back, strict=True):
        assert same(one.detections, other.detections)
        for name in ("time_s", "width", "height", "state", "since_s", "ground", "digest"):
            assert getattr(one, name) == getattr(other, name)


@pytest.mark.parametrize("content", [b"", b"not looks", to_bytes([make_look(0, 1)])[:-40]])
def test_what_was_broken_off_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no file of looks"):
        from_bytes(content)
