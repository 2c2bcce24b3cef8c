import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.synthesis.surfaces import Capsule, body_mesh, skin_of
from models.synthesis.ways import Way

UP, OUT = (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)
CLIMB = Way(
    points=((0, 0, 0), (1, 0.5, 0), (1, 0.6, 0.4), (1, 0.6, 1.0)),
    ups=(UP, UP, OUT, OUT),
    clock=[(0, 0.0), (2, 1.2), (3, 1.2), (5, 2.0)],
)


def test_the_way_passes_its_points() -> None:
    for point in CLIMB.points:
        assert min(abs(CLIMB.line - point).sum(axis=1)) == pytest.approx(0, abs=1e-9)


def test_an_animal_stands_still_while_its_clock_does() -> None:
    assert CLIMB.speed(2.5) == pytest.approx(0)
    assert CLIMB.speed(1.0) > 0.3


def test_on_a_wall_the_back_is_turned_to_the_room_and_the_nose_up() -> None:
    frame = CLIMB.frame(CLIMB.length_m)
    assert frame[:3, 2] == pytest.approx(OUT, abs=0.05)
    assert frame[2, 0] > 0.95


@given(st.floats(-1, 4))
def test_an_animal_is_turned_and_never_stretched(metres: float) -> None:
    turn = CLIMB.frame(metres)[:3, :3]
    assert turn.T @ turn == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1)


@given(st.floats(0, 5), st.floats(0, 5))
def test_an_animal_never_runs_backwards(first: float, second: float) -> None:
    early, late = sorted((first, second))
    assert CLIMB.travelled(early) <= CLIMB.travelled(late) + 1e-9


def test_the_mesh_of_a_ball_is_closed_and_as_large_as_the_ball() -> None:
    ball = Capsule(0, (0.1, 0, 0), (0.1, 0, 0), 0.05, 0.05)
    mesh = body_mesh([ball], 0.006)
    radius = np.linalg.norm(mesh.vertices - (0.1, 0, 0), axis=1)
    assert radius == pytest.approx(0.05, abs=0.002)
    edges = np.sort(np.stack([mesh.faces, np.roll(mesh.faces, 1, axis=1)], axis=-1), axis=-1)
    _, count = np.unique(edges.reshape(-1, 2), axis=0, return_counts=True)
    assert set(count.tolist()) == {2}


def test_skin_is_carried_most_by_the_bone_it_lies_on() -> None:
    bones = [Capsule(k, (0.2 * k, 0, 0), (0.2 * k + 0.1, 0, 0), 0.03, 0.03) for k in range(3)]
    skin = skin_of(np.array([[0.45, 0, 0.03]]), bones, 0.01)
    assert skin.bones[0, skin.weights[0].argmax()] == 2
