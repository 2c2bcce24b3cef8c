"""Keyframes where nothing happens, everything where something does, and the seams hold."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.vision.clips import FPS, noisy, numbered, render_clip
from vision import watching
from vision.batch import Options, analyse
from vision.containers import groups_of
from vision.detections import FloatArray
from vision.footage import Footage
from vision.model import DEFAULT_MODEL
from vision.quiet import RESTLESS_OVER, Gate, Group, LeftOut, quiet_groups
from vision.recordings import everywhere
from vision.segments import plan
from vision.watching import Seen, look_at, pieces_of
from vision.zones import whole_picture

ADAPTIVE = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("storage")]))
EVEN = replace(ADAPTIVE, sampling="even")


def small(level: float = 100.0, spot: tuple[int, int] | None = None) -> FloatArray:
    """A grey picture, brighter at one patch."""
    picture = np.full((90, 160), level, np.float32)
    if spot:
        picture[spot] += 30
    return picture


def group(number: int, picture: FloatArray, sizes: tuple[int, ...] = (40,) * 49) -> Group:
    return Group(number * 50, (number + 1) * 50, 2.0, picture, sizes)


def quiet(groups: list[Group]) -> list[int]:
    return [one.begins // 50 for one in quiet_groups(groups)]


def test_a_still_room_is_quiet_but_for_its_ends() -> None:
    assert quiet([group(n, small()) for n in range(10)]) == [*range(1, 8)]


def test_what_moves_between_two_keyframes_makes_their_neighbours_busy_too() -> None:
    pictures = [small(spot=(40, 80) if n >= 5 else None) for n in range(10)]
    assert quiet([group(n, picture) for n, picture in enumerate(pictures)]) == [1, 2, 6, 7]


def test_what_goes_by_between_the_keyframes_shows_in_the_bytes() -> None:
    loud = (40,) * 20 + (900, 950, 900) + (40,) * 26
    groups = [group(n, small(), loud if n == 5 else (40,) * 49) for n in range(10)]
    assert quiet(groups) == [1, 2, 3, 7]


def test_a_clock_in_the_picture_is_left_alone_after_a_while() -> None:
    ticking = [small() for _ in range(12)]
    for n, picture in enumerate(ticking):
        picture[2:4, 5:15] = 40 * (n % 2)
    gate = Gate()
    told = [gate.moved(picture) for picture in ticking]
    assert all(told[: RESTLESS_OVER + 1]) and not any(told[RESTLESS_OVER + 1 :])


def test_a_picture_of_which_much_is_restless_is_never_quiet() -> None:
    gate = Gate()
    told = [gate.moved(small(100.0 + 20 * (n % 2))) for n in range(20)]
    assert all(told)


def test_only_what_follows_the_keyframe_of_a_quiet_group_is_left_out() -> None:
    class Packet:
        def __init__(self, pts: int | None, key: bool = False) -> None:
            self.pts, self.is_keyframe = pts, key

    left_out = LeftOut([group(1, small()), group(3, small())])
    skipped = [n for n in range(250) if left_out.skips(Packet(n, key=n % 50 == 0))]
    assert skipped == [*range(51, 100), *range(151, 200)]
    assert not left_out.skips(Packet(None))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of a still room, in which something happens from 14 to 16 s."""
    path = tmp_path_factory.mktemp("clip") / "room.mp4"
    pictures = [numbered(0)] * (30 * FPS)
    pictures[14 * FPS : 16 * FPS] = noisy(2 * FPS)
    return render_clip(path, pictures, g="50", bf="0")


def seen(clip: Path, options: Options) -> Seen:
    (task,) = pieces_of(Footage(clip, clip.name), options)
    return look_at(task)


def test_quiet_time_is_looked_at_by_keyframes_and_what_happens_at_every_tick(clip: Path) -> None:
    even, adaptive = seen(clip, EVEN), seen(clip, ADAPTIVE)
    times = [look.time_s for look in adaptive.looks]
    assert [look.time_s for look in even.looks if 12 <= look.time_s < 18] == [
        time_s for time_s in times if 12 <= time_s < 18
    ]
    assert {look.time_s for look in even.looks} >= set(times)
    assert max(b - a for a, b in pairwise(times)) == pytest.approx(2.0)
    assert adaptive.frames_decoded < 0.6 * even.frames_decoded and adaptive.error is None
    known = {look.time_s: look.digest for look in even.looks}
    assert all(known[look.time_s] == look.digest for look in adaptive.looks)


def test_observed_time_is_the_same_and_pieces_give_the_bytes_of_the_whole(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    even = analyse([clip], tmp_path / "even", EVEN).analysis
    whole = analyse([clip], tmp_path / "whole", ADAPTIVE).analysis
    monkeypatch.setattr(watching, "plan", partial(plan, segment_s=11.0))
    split = analyse([clip], tmp_path / "split", ADAPTIVE).analysis
    assert split.to_json() == whole.to_json()
    (a,), (b,) = even.videos, whole.videos
    assert b.frames_analysed < a.frames_analysed
    assert b.analysed_s + sum(h.end_s - h.start_s for h in b.health) == pytest.approx(
        a.analysed_s + sum(h.end_s - h.start_s for h in a.health), abs=2.5
    )


def test_pictures_that_are_not_coded_in_order_are_all_decoded(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "b.mp4", [numbered(0)] * (10 * FPS), g="25", bf="2")
    if list(groups_of(clip, 0.0, 10.0)):
        pytest.skip("this encoder made no B-frames")
    assert len(seen(clip, ADAPTIVE).looks) == len(seen(clip, EVEN).looks)
