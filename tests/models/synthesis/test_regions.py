import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.synthesis.projection import Camera
from models.synthesis.regions import FEATHER_PX, Region, composed, merged, pinhole_region


@st.composite
def regions(draw: st.DrawFn) -> Region:
    x1, y1 = draw(st.integers(0, 800)), draw(st.integers(0, 400))
    return x1, y1, x1 + draw(st.integers(90, 160)), y1 + draw(st.integers(90, 140))


@given(st.lists(regions(), max_size=6))
def test_merged_regions_lie_apart_and_cover_what_they_came_from(found: list[Region]) -> None:
    apart = merged(found)
    for region in found:
        assert any(
            a[0] <= region[0] and a[1] <= region[1] and a[2] >= region[2] and a[3] >= region[3]
            for a in apart
        )
    for k, a in enumerate(apart):
        for b in apart[k + 1 :]:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]


def test_a_patch_replaces_the_still_picture_softly_at_its_edge() -> None:
    still = np.zeros((200, 300, 3), np.uint8)
    patch = np.full((100, 120, 3), 200, np.uint8)
    picture = composed(still, [((50, 60, 170, 160), patch)])
    assert picture[110, 110].tolist() == [200, 200, 200]
    assert picture[110, 50, 0] < 20
    assert (picture[:, : 50 - 1] == 0).all()


def test_a_patch_is_hard_where_the_picture_ends() -> None:
    still = np.zeros((200, 300, 3), np.uint8)
    patch = np.full((100, 120, 3), 200, np.uint8)
    picture = composed(still, [((180, 100, 300, 200), patch)])
    assert picture[199, 299, 0] == 200
    assert picture[199, 180 + FEATHER_PX, 0] == 200


def test_what_is_out_of_sight_needs_no_render() -> None:
    camera = Camera((0, -3, 2), (0, 0, 1), 60, 960, 540)
    assert pinhole_region(camera, np.array([[30.0, 0.0, 1.0], [31.0, 0.0, 1.2]])) is None
    assert pinhole_region(camera, np.array([[0.0, -9.0, 1.0]])) is None
    assert pinhole_region(camera, np.array([[-0.2, 0.0, 0.8], [0.2, 0.0, 1.2]])) is not None
