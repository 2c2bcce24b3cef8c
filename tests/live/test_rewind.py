"""The last seconds can be shown again: as the camera coded them, and as pictures."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.seen import clip, counted, sent
from tests.vision.clips import number_of
from vision.live.pieces import Ring
from vision.live.rewind import decoded, pictures_at, write_pieces
from vision.video import open_video


def numbers(path: Path) -> list[int]:
    with open_video(path) as video:
        return [number_of(frame.image) for frame in video.frames()]


def test_the_first_picture_at_or_after_each_time_is_given(tmp_path: Path) -> None:
    pieces = sent(clip(tmp_path, counted(75)), 100.0)
    found = pictures_at(pieces, [100.4, 101.0, 102.5])
    assert [number_of(frame.image) for frame in found] == [10, 25, 63]
    assert [round(frame.time_s, 2) for frame in found] == [100.4, 101.0, 102.52]


def test_what_is_later_than_the_last_picture_is_shown_by_it(tmp_path: Path) -> None:
    pieces = sent(clip(tmp_path, counted(25)), 0.0)
    assert [number_of(f.image) for f in pictures_at(pieces, [0.5, 9.0, 10.0])] == [13, 24, 24]


def test_a_clip_out_of_the_ring_has_the_very_packets_and_plays(tmp_path: Path) -> None:
    ring = Ring()
    for piece in sent(clip(tmp_path, counted(100)), 50.0):
        ring.add(piece)
    write_pieces(ring.between(51.5, 53.0), tmp_path / "clip.mp4")
    assert numbers(tmp_path / "clip.mp4") == list(range(25, 76))


def test_pictures_coded_out_of_order_come_out_in_order(tmp_path: Path) -> None:
    pieces = sent(clip(tmp_path, counted(60), bf="2", preset="medium"), 0.0)
    write_pieces(pieces, tmp_path / "clip.mp4")
    assert numbers(tmp_path / "clip.mp4") == list(range(60))


@pytest.mark.parametrize("jump", ["back", "ahead", "none"])
def test_stamps_that_jump_or_are_missing_do_not_spoil_a_clip(tmp_path: Path, jump: str) -> None:
    pieces = sent(clip(tmp_path, counted(50)), 7.0)
    by = {"back": -(2**33), "ahead": 2**40}.get(jump)
    told = [
        piece
        if k < 25
        else replace(
            piece,
            pts=None if by is None else (piece.pts or 0) + by,
            dts=None if by is None else (piece.dts or 0) + by,
        )
        for k, piece in enumerate(pieces)
    ]
    write_pieces(told, tmp_path / "clip.mp4")
    assert numbers(tmp_path / "clip.mp4") == list(range(50))


def test_h265_is_encoded_anew_for_the_browser(tmp_path: Path) -> None:
    pieces = sent(clip(tmp_path, counted(30), codec="libx265"), 0.0)
    assert pieces[0].format.codec == "hevc"
    write_pieces(pieces, tmp_path / "clip.mp4")
    with open_video(tmp_path / "clip.mp4") as video:
        assert video.stream.codec_context.name == "h264"
        assert [number_of(f.image) for f in video.frames()] == list(range(30))


def test_a_damaged_piece_costs_pictures_and_nothing_else(tmp_path: Path) -> None:
    pieces = sent(clip(tmp_path, counted(75)), 0.0)
    hurt = [
        replace(p, data=bytes(len(p.data))) if 10 <= k < 14 else p for k, p in enumerate(pieces)
    ]
    shown = [number_of(picture.frame().image) for picture in decoded(hurt)]
    assert shown[-50:] == list(range(25, 75))
