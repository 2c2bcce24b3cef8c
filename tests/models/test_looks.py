"""What a kitchen camera does to a picture, and what lies about that is no pest."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.compose import boxes_of
from models.decoys import DRAWN, NOTHING, decoy, patch
from models.labels import MEANINGS, Label, Picture
from models.looks import LOOKS, Look, coded, dim, infrared, steam, wear
from models.pictures import CutOut, Image, Rng

SEEDS = st.integers(0, 2**31)
EACH_LOOK = [look for look, _ in LOOKS]


def a_room(height: int = 60, width: int = 80) -> Image:
    """A smooth gradient with a bright square: something to lose."""
    y, x = np.mgrid[0:height, 0:width]
    image = np.stack([x * 2, y * 3, x + y], axis=2).astype(np.uint8)
    image[10:30, 10:30] = 230
    return image


@pytest.mark.parametrize("look", EACH_LOOK, ids=lambda look: look.__name__)
@given(seed=SEEDS, height=st.integers(33, 90), width=st.integers(33, 90))
def test_a_look_changes_neither_shape_nor_type_nor_its_input(
    look: Look, seed: int, height: int, width: int
) -> None:
    room = a_room(height, width)
    before = room.copy()
    seen = look(room, np.random.default_rng(seed))
    assert seen.shape == room.shape and seen.dtype == np.uint8
    assert np.array_equal(room, before)


@pytest.mark.parametrize("look", EACH_LOOK, ids=lambda look: look.__name__)
def test_the_same_seed_gives_the_same_picture(look: Look) -> None:
    one, two = (look(a_room(), np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, two)


@given(SEEDS)
def test_infrared_has_no_colour(seed: int) -> None:
    seen = infrared(a_room(), np.random.default_rng(seed))
    assert np.array_equal(seen[..., 0], seen[..., 1]) and np.array_equal(seen[..., 1], seen[..., 2])


@given(SEEDS)
def test_a_night_lamp_lights_the_middle_more_than_the_corners(seed: int) -> None:
    wall = np.full((80, 80, 3), 120, np.uint8)
    seen = infrared(wall, np.random.default_rng(seed)).astype(int)
    corners = [seen[y, x, 0] for y in (0, 79) for x in (0, 79)]
    assert seen[30:50, 30:50].max() > np.mean(corners)


@given(SEEDS)
def test_dim_is_darker_and_steam_is_brighter(seed: int) -> None:
    room = a_room()
    assert dim(room, np.random.default_rng(seed)).mean() < room.mean()
    assert steam(room, np.random.default_rng(seed)).mean() > room.mean()


def test_a_starved_video_loses_detail() -> None:
    grain = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    seen = coded(grain, np.random.default_rng(1)).astype(float)
    assert (
        np.abs(np.diff(seen, axis=1)).mean() < np.abs(np.diff(grain.astype(float), axis=1)).mean()
    )


def test_without_a_share_nothing_is_worn_and_with_much_something_is() -> None:
    room = a_room()
    assert np.array_equal(wear(room, np.random.default_rng(0), 0.0), room)
    assert not np.array_equal(wear(room, np.random.default_rng(0), 1.0), room)


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
@given(seed=SEEDS)
def test_a_decoy_has_a_shape_and_no_label(draw: Callable[[Rng], CutOut], seed: int) -> None:
    drawn = draw(np.random.default_rng(seed))
    assert drawn.class_id == NOTHING
    assert drawn.image.shape[:2] == drawn.mask.shape
    assert drawn.mask.min() >= 0 and 0.3 < drawn.mask.max() <= 1.0001


@given(seed=SEEDS, height=st.integers(8, 200), width=st.integers(8, 200))
def test_a_patch_can_be_taken_of_a_room_of_any_size(seed: int, height: int, width: int) -> None:
    taken = patch(a_room(height, width), np.random.default_rng(seed))
    assert taken.image.shape[:2] == taken.mask.shape


@given(SEEDS)
def test_every_seed_gives_a_decoy(seed: int) -> None:
    assert decoy(a_room(), np.random.default_rng(seed)).class_id == NOTHING


def test_faces_and_cats_are_no_boxes_of_the_detector() -> None:
    labels = (
        Label(MEANINGS["with_mask"], (0.5, 0.5, 0.1, 0.1)),
        Label(MEANINGS["rat"], (0.2, 0.2, 0.1, 0.1)),
    )
    picture = Picture("set", Path("a.jpg"), "g", labels)
    assert boxes_of(picture) == [(1, 0.2, 0.2, 0.1, 0.1)]
