import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.synthesis.running import Run

RUN = Run(
    waypoints=((0, 0), (1, 0.2), (1.5, 1.0), (0.5, 1.5)),
    clock=[(0, 0.0), (2, 1.2), (3, 1.2), (5, 2.9)],
)


def test_the_path_passes_its_waypoints() -> None:
    for waypoint in RUN.waypoints:
        assert min(abs(RUN.line - waypoint).sum(axis=1)) == pytest.approx(0, abs=1e-9)


def test_a_rat_stands_still_while_its_clock_does() -> None:
    assert RUN.speed(2.5) == pytest.approx(0)
    assert RUN.speed(1.0) > 0.3


@given(st.floats(0, 5), st.floats(0, 5))
def test_a_rat_never_runs_backwards(first: float, second: float) -> None:
    early, late = sorted((first, second))
    assert RUN.travelled(early) <= RUN.travelled(late) + 1e-9


@given(st.floats(0.2, 2.6))
def test_a_rat_looks_where_it_goes(metres: float) -> None:
    ahead = RUN.place(metres + 0.12) - RUN.place(metres - 0.12)
    heading = RUN.heading(metres)
    assert -180 <= heading <= 180
    assert (ahead**2).sum() > 0
