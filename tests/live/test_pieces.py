"""The ring keeps the newest seconds, always from a key on."""

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.live.seen import H264, group, piece
from vision.live.pieces import Format, Piece, Ring, evenly_timed


def filled(ring: Ring, *groups: list[Piece]) -> Ring:
    for one in groups:
        for each in one:
            ring.add(each)
    return ring


def test_what_comes_before_the_first_key_is_of_no_use() -> None:
    ring = filled(Ring(), [piece(0.0), piece(0.04)], group(1.0))
    assert ring.since_key()[0].time_s == 1.0 and len(ring.since_key()) == 25


def test_old_groups_go_whole_once_the_time_is_kept_without_them() -> None:
    ring = filled(Ring(keeps_s=2.0), *(group(float(k)) for k in range(6)))
    kept = ring.between(-1.0, 99.0)
    assert kept[0].key and kept[0].time_s == 3.0 and kept[-1].time_s == 5.96


def test_a_stretch_begins_with_the_key_before_it() -> None:
    ring = filled(Ring(), *(group(float(k)) for k in range(5)))
    found = ring.between(2.5, 3.1)
    assert found[0].time_s == 2.0 and found[-1].time_s == 3.08


def test_a_budget_of_bytes_is_kept_to() -> None:
    ring = filled(Ring(keeps_bytes=60_000), *(group(float(k), size=1000) for k in range(20)))
    assert ring.size_bytes <= 60_000 and ring.since_key()[0].time_s == 19.0


def test_a_stream_without_further_keys_does_not_fill_the_memory() -> None:
    ring = filled(Ring(keeps_bytes=50_000), group(0.0, count=1000, size=1000))
    assert ring.size_bytes <= 100_000


def test_a_new_connection_begins_with_a_key_and_the_old_one_can_still_be_shown() -> None:
    ring = filled(Ring(), group(0.0))
    other = Format("h264", Fraction(1, 90_000), 1)
    ring.add(piece(4.9, format=other))
    ring.add(piece(5.0, key=True, format=other))
    kept = ring.between(0.0, 9.0)
    assert [p.format for p in kept[-2:]] == [H264, other] and len(kept) == 26


def test_sensible_stamps_are_kept_as_they_are() -> None:
    assert evenly_timed(group(2.0, 4)) == [(0, 0), (1, 1), (2, 2), (3, 3)]


JUMPS = st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1, max_size=40)


@given(JUMPS)
def test_whatever_a_camera_stamps_times_in_a_clip_rise(stamps: list[int | None]) -> None:
    pieces = [piece(k / 25, pts=stamp, dts=stamp) for k, stamp in enumerate(stamps)]
    told = [dts for _, dts in evenly_timed(pieces)]
    assert told[0] == 0 and all(a < b for a, b in itertools.pairwise(told))
    assert told[-1] * float(pieces[0].format.unit_s) <= 5.0 * len(pieces)
