"""What is drawn on faces, and the states that follow from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.crops import HEAD_TOP_PX, STORED_PX, Crop, Shares, Views
from models.dataset import HAT_STATES, MASK_STATES
from models.drawn import Face, draw_beard, draw_mask, draw_visor, transplant
from models.drawn_hats import draw_bald, draw_hat

WORN, INCORRECT, MISSING, UNSEEN = (
    MASK_STATES.index(name) for name in ("worn", "incorrect", "missing", "unseen")
)
BARE, HATTED = HAT_STATES.index("missing"), HAT_STATES.index("worn")
SKIN = (120, 150, 200)
SEEDS = st.integers(0, 2**32 - 1)
NEVER = Shares(0, 0, 0, 0, 0, 0, 0)


def face(nose: float = 0.0) -> Face:
    """A face of 60 px in the middle of a crop, its nose ``nose`` half widths aside."""
    x, y = STORED_PX / 2, STORED_PX / 2
    points = [
        (x - 14, y - 8),
        (x + 14, y - 8),
        (x + nose * 30, y + 8),
        (x - 10, y + 22),
        (x + 10, y + 22),
    ]
    return Face(np.array(points, np.float32), (x - 30, y - 34, 60.0, 74.0))


def skin() -> np.ndarray:
    return np.full((STORED_PX, STORED_PX, 3), SKIN, np.uint8)


def crop(hat: int = BARE, mask: int = MISSING, image: np.ndarray | None = None) -> Crop:
    picture = skin() if image is None else image
    return Crop("set", "a", "g", False, picture, 93.0, hat, mask, face())


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(y, x) of the pixels that differ."""
    return np.argwhere(np.abs(before.astype(int) - after.astype(int)).sum(axis=2) > 30)


@pytest.mark.parametrize("nose", [-0.4, 0.0, 0.4])
def test_a_face_tells_which_way_it_looks(nose: float) -> None:
    assert face(nose).turn == pytest.approx(nose, abs=0.01)
    assert face(nose).mirrored(STORED_PX).turn == pytest.approx(-nose, abs=0.05)


@given(SEEDS)
def test_a_drawn_mask_is_worn_when_it_covers_the_nose_and_incorrect_when_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, state = draw_mask(np.zeros_like(skin()), face(), rng)
    nose = image[STORED_PX // 2 + 8, STORED_PX // 2]
    assert state in (WORN, INCORRECT)
    assert bool(nose.any()) == (state == WORN)


@given(SEEDS)
def test_a_hat_lies_above_the_eyes_and_tells_how_high_it_reaches(seed: int) -> None:
    drawn, top = draw_hat(skin(), face(), np.random.default_rng(seed))
    rows = changed(skin(), drawn)[:, 0]
    assert len(rows) and top < STORED_PX / 2 - 8
    assert rows.max() < STORED_PX / 2 + 22
    assert rows.min() >= top - 4


@given(SEEDS)
def test_bald_beard_and_visor_leave_the_picture_a_picture(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for draw in (draw_bald, draw_beard, draw_visor):
        assert draw(skin(), face(), rng).shape == skin().shape


def test_a_transplanted_mask_comes_from_the_donor() -> None:
    donor = skin()
    donor[STORED_PX // 2 :] = (250, 0, 0)
    moved = transplant(skin(), face(), donor, face())
    assert moved is not None
    mouth, brow = moved[STORED_PX // 2 + 22, STORED_PX // 2], moved[10, 10]
    assert mouth[0] > mouth[2] and tuple(brow) == SKIN


def test_faces_that_look_different_ways_give_each_other_nothing() -> None:
    assert transplant(skin(), face(0.5), skin(), face(0.0)) is None


@given(SEEDS, st.sampled_from([HATTED, BARE]), st.sampled_from([WORN, INCORRECT, UNSEEN]))
def test_only_a_bare_face_gets_another_mask_state(seed: int, hat: int, mask: int) -> None:
    shown = crop(hat, mask)
    _, hat_told, mask_told = Views([shown], Shares(), np.random.default_rng(seed)).of(shown)
    assert mask_told == mask
    assert hat_told == hat or (hat == BARE and hat_told == HATTED)


@given(SEEDS)
def test_without_drawing_states_stay_as_labelled(seed: int) -> None:
    shown = crop()
    image, hat, mask = Views([shown], NEVER, np.random.default_rng(seed)).of(shown)
    assert (hat, mask) == (BARE, MISSING)
    assert image.shape == (112, 112, 3)


def test_every_bare_head_gets_a_hat_when_asked_for() -> None:
    always = Shares(0, 0, 0, 0, 1, 0, 0)
    shown = crop()
    assert Views([shown], always, np.random.default_rng(0)).of(shown)[1] == HATTED


def test_donors_are_heads_with_masks_only() -> None:
    views = Views([crop(), crop(mask=WORN)], Shares(1, 0, 0, 0, 0, 0, 0), np.random.default_rng(0))
    assert views.of(crop())[2] == WORN


def test_the_head_of_a_stored_crop_begins_where_its_margin_ends() -> None:
    assert pytest.approx(STORED_PX * 0.4 / 1.8) == HEAD_TOP_PX
