"""Video passes what was seen long enough without a violation, and never an animal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cases.look_back import Seen, decide, needed_h
from api.cases.rules import BY_VIDEO
from vision.names import RULE_IDS

hours = st.floats(0, 5000, allow_nan=False)
seens = st.builds(
    Seen,
    seen_h=hours,
    needed_h=st.none() | hours,
    upheld=st.integers(0, 3),
    waiting=st.integers(0, 3),
    waited=st.booleans(),
)


def test_the_hours_are_those_of_the_product() -> None:
    assert needed_h(5 / 100) == pytest.approx(46.05, abs=0.01)
    assert needed_h(1 / 1000) == pytest.approx(2302.6, abs=0.1)


@given(st.sampled_from(RULE_IDS), seens)
def test_only_hats_and_masks_pass_and_only_with_all_that_is_needed(rule: str, seen: Seen) -> None:
    result = decide(rule, seen)
    assert (result == "failed") == (seen.upheld > 0)
    if result == "passed":
        assert rule in BY_VIDEO and seen.waited and not seen.waiting
        assert seen.needed_h is not None and seen.seen_h >= seen.needed_h


@given(seens)
def test_one_hour_more_never_takes_a_pass_away(seen: Seen) -> None:
    more = Seen(seen.seen_h + 1, seen.needed_h, seen.upheld, seen.waiting, seen.waited)
    if decide("missing_hat", seen) == "passed":
        assert decide("missing_hat", more) == "passed"
