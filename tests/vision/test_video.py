import os
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.clips import FPS, noisy, number_of, numbered, render_clip, render_sound
from vision.errors import SourceError
from vision.frames import Image
from vision.sampling import Clock, ticks_passed
from vision.video import file_sha256, open_video, read_picture


def watch(path: Path, fps: float | None = None) -> list[tuple[float, int]]:
    with open_video(path) as video:
        return [(frame.time_s, number_of(frame.image)) for frame in video.frames(fps)]


CONTAINERS = [
    ("a.mp4", "libx264"),
    ("a.mov", "libx264"),
    ("a.mkv", "libx264"),
    ("a.ts", "libx264"),
    ("a.flv", "libx264"),
    ("a.avi", "mjpeg"),
    ("a.avi", "libx264"),
    ("a.webm", "libvpx-vp9"),
    ("a.h264", "libx264"),
]


@pytest.mark.parametrize(("name", "codec"), CONTAINERS)
def test_every_frame_comes_in_order_at_its_own_time(tmp_path: Path, name: str, codec: str) -> None:
    seen = watch(render_clip(tmp_path / name, map(numbered, range(50)), codec=codec))
    assert [number for _, number in seen] == list(range(50))
    assert [time_s for time_s, _ in seen] == pytest.approx([k / FPS for k in range(50)], abs=0.001)


@pytest.mark.parametrize(("name", "codec"), CONTAINERS)
@pytest.mark.parametrize("fps", [1, 2.5, 5, 25])
def test_a_sample_is_the_first_frame_at_each_tick(
    tmp_path: Path, name: str, codec: str, fps: float
) -> None:
    seen = watch(render_clip(tmp_path / name, map(numbered, range(50)), codec=codec), fps)
    assert [number for _, number in seen] == list(range(0, 50, int(FPS / fps)))


def test_b_frames_come_out_in_the_order_they_are_shown(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", map(numbered, range(60)), bf="3", g="30")
    assert [number for _, number in watch(clip)] == list(range(60))


def test_uneven_times_are_kept_and_a_gap_is_not_filled(tmp_path: Path) -> None:
    pts = [0, 1, 2, 30, 31, 100]
    clip = render_clip(tmp_path / "a.mkv", map(numbered, range(6)), pts=pts)
    assert [time_s for time_s, _ in watch(clip)] == pytest.approx([p / FPS for p in pts])
    assert [number for _, number in watch(clip, 1)] == [0, 3, 5]


@pytest.mark.parametrize(("rotate", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_a_turned_recording_is_shown_upright(tmp_path: Path, rotate: int, turns: int) -> None:
    clip = render_clip(tmp_path / "a.mp4", map(numbered, range(5)), rotate=rotate)
    with open_video(clip) as video:
        frame = next(video.frames())
    assert (video.width, video.height) == (frame.width, frame.height)
    assert np.abs(np.rot90(numbered(0), turns).astype(int) - frame.image).mean() < 8


def test_odd_sizes_and_sound_are_no_obstacle(tmp_path: Path) -> None:
    images = [numbered(k, 161, 97) for k in range(25)]
    clip = render_clip(tmp_path / "a.mp4", images, sound_s=4)
    with open_video(clip) as video:
        assert (video.width, video.height) == (161, 97)
        assert len(list(video.frames())) == 25
        assert video.duration_s == pytest.approx(1.0, abs=0.05)
        assert video.error is None


def test_longer_sound_in_matroska_is_not_taken_for_a_cut(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mkv", map(numbered, range(25)), sound_s=4)
    with open_video(clip) as video:
        assert len(list(video.frames())) == 25
        assert video.error is None


def test_it_counts_what_it_decodes_and_what_it_hands_out(tmp_path: Path) -> None:
    with open_video(render_clip(tmp_path / "a.mp4", map(numbered, range(50)))) as video:
        assert len(list(video.frames(5))) == 10
    assert (video.frames_decoded, video.frames_analysed, video.frames_skipped) == (50, 10, 0)
    assert video.duration_s == pytest.approx(2.0) and video.error is None


def test_a_file_that_declares_no_length_has_the_length_decoded(tmp_path: Path) -> None:
    with open_video(render_clip(tmp_path / "a.h264", map(numbered, range(50)))) as video:
        list(video.frames())
    assert video.duration_s == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.flv"])
def test_a_recording_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    whole = render_clip(tmp_path / name, noisy(100), movflags="faststart", g="10")
    if name == "a.mp4":
        whole = faststart(whole)
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    with open_video(cut) as video:
        count = len(list(video.frames()))
    assert 30 < count < 100
    assert video.error and " s" in video.error


def faststart(path: Path) -> Path:
    moved = path.with_name("front.mp4")
    with (
        av.open(str(path)) as source,
        av.open(str(moved), "w", options={"movflags": "faststart"}) as sink,
    ):
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    return moved


@pytest.mark.parametrize("name", ["a.mp4", "a.ts"])
def test_flipped_bits_are_reported_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    clip = render_clip(tmp_path / name, noisy(100), g="10")
    content = bytearray(clip.read_bytes())
    for at in np.random.default_rng(3).integers(len(content) // 3, len(content) * 2 // 3, 30):
        content[at] ^= 0x41
    clip.write_bytes(content)
    with open_video(clip) as video:
        assert len(list(video.frames())) > 60
    assert video.error and "damaged" in video.error


def test_frames_that_do_not_advance_are_skipped_and_counted() -> None:
    clock = Clock(Fraction(1, 25), Fraction(1, 25))
    assert [clock.read(pts) for pts in (10, 11, 11, 9, 12)] == [
        0,
        Fraction(1, 25),
        None,
        None,
        Fraction(2, 25),
    ]
    assert clock.skipped == 2 and clock.resets == []


def test_a_clock_set_back_goes_on_from_where_it_was() -> None:
    clock = Clock(Fraction(1, 25), Fraction(1, 25))
    times = [clock.read(pts) for pts in (1000, 1050, 0, 25)]
    assert times == [0, 2, Fraction(51, 25), Fraction(76, 25)]
    assert clock.resets == [2.0]


def test_a_stamp_hours_ahead_is_a_flipped_bit_and_no_gap() -> None:
    clock = Clock(Fraction(1, 25), Fraction(1, 25))
    times = [clock.read(pts) for pts in (0, 25, 10_000_000, 26)]
    assert times == [0, 1, Fraction(26, 25), Fraction(27, 25)]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), max_size=60))
def test_times_always_advance_whatever_the_stamps(stamps: list[int | None]) -> None:
    clock = Clock(Fraction(1, 90_000), Fraction(1, 25))
    times = [time_s for time_s in map(clock.read, stamps) if time_s is not None]
    assert all(a < b for a, b in pairwise(times))
    assert all(time_s >= 0 for time_s in times)


@settings(deadline=None)
@given(st.fractions(0, 1000), st.fractions(Fraction(1, 10), 60))
def test_a_tick_is_counted_when_its_time_has_come(time_s: Fraction, fps: Fraction) -> None:
    passed = ticks_passed(time_s, fps, Fraction(1, 90_000))
    assert passed / fps <= time_s + Fraction(1, 90_000) < (passed + 1) / fps


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def encoded(kind: str, image: Image) -> bytes:
    return cv2.imencode(kind, image)[1].tobytes()


def test_what_is_no_video_is_refused_in_one_sentence(tmp_path: Path) -> None:
    sound = render_sound(tmp_path / "sound.mp4")
    bad = {
        tmp_path / "none.mp4": "no file",
        tmp_path: "not a file",
        write(tmp_path / "empty.mp4", b""): "empty",
        write(tmp_path / "text.mp4", b"hello\n" * 999): "not a video",
        write(tmp_path / "list.mp4", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"): "not a video",
        write(tmp_path / "concat.mp4", b"ffconcat version 1.0\nfile a.mp4\n"): "not a video",
        write(tmp_path / "picture.mp4", encoded(".png", numbered(1))): "not a video",
        sound: "no video",
    }
    for path, complaint in bad.items():
        with pytest.raises(SourceError, match=complaint) as refusal:
            open_video(path)
        assert "\n" not in str(refusal.value)


def test_an_mp4_that_lost_its_index_is_refused(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", noisy(50))
    clip.write_bytes(clip.read_bytes()[:-2000])
    with pytest.raises(SourceError, match="index is lost"):
        open_video(clip)


def test_a_giant_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.avi", [np.zeros((16, 8400, 3), np.uint8)] * 2, codec="mjpeg")
    with pytest.raises(SourceError, match="8400x16, more than 8192 px"):
        open_video(clip)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_rights_is_named(tmp_path: Path) -> None:
    clip = render_clip(tmp_path / "a.mp4", map(numbered, range(5)))
    clip.chmod(0)
    with pytest.raises(SourceError, match="rights"):
        open_video(clip)


@pytest.mark.parametrize("kind", [".jpg", ".png", ".bmp", ".webp"])
def test_a_picture_is_read_as_stored(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"图{kind}", encoded(kind, numbered(5)))
    image = read_picture(path)
    assert image.dtype == np.uint8 and image.shape == numbered(5).shape
    assert number_of(image) == 5


def test_a_phone_picture_is_turned_upright(tmp_path: Path) -> None:
    jpeg = encoded(".jpg", numbered(5))
    # Orientation 6: turn it a quarter clockwise to see it upright.
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    exif = b"\xff\xe1" + (len(tiff) + 8).to_bytes(2, "big") + b"Exif\0\0" + tiff
    image = read_picture(write(tmp_path / "a.jpg", jpeg[:2] + exif + jpeg[2:]))
    assert np.abs(np.rot90(numbered(5), -1).astype(int) - image).mean() < 8


def test_grey_and_transparent_pictures_have_three_colours(tmp_path: Path) -> None:
    grey = write(tmp_path / "g.png", encoded(".png", numbered(1)[:, :, 0]))
    clear = np.dstack([numbered(1), numbered(1)[:, :, :1]])
    assert read_picture(grey).shape[2] == 3
    assert read_picture(write(tmp_path / "t.png", encoded(".png", clear))).shape[2] == 3


def test_what_is_no_picture_is_refused_in_one_sentence(tmp_path: Path) -> None:
    jpeg = encoded(".jpg", noisy(1)[0])
    png = encoded(".png", noisy(1)[0])
    giant = png[:16] + (16384).to_bytes(4, "big") * 2 + png[24:]
    bad = {
        tmp_path / "none.jpg": "not a file",
        tmp_path: "not a file",
        write(tmp_path / "empty.jpg", b""): "empty",
        write(tmp_path / "text.jpg", b"hello"): "not a picture",
        write(tmp_path / "cut.jpg", jpeg[: len(jpeg) // 2]): "cut short",
        write(tmp_path / "cut.png", png[: len(png) // 2]): "cut short",
        write(tmp_path / "giant.png", giant): "16384x16384, more than",
    }
    for path, complaint in bad.items():
        with pytest.raises(SourceError, match=complaint) as refusal:
            read_picture(path)
        assert "\n" not in str(refusal.value)


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_get_past_the_door_unhandled(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, head: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "any.jpg", head + content)
    with pytest.raises(SourceError):
        read_picture(path)


def test_a_file_is_known_by_its_sha256(tmp_path: Path) -> None:
    assert file_sha256(write(tmp_path / "a", b"abc")).startswith("ba7816bf8f01cfea")
    with pytest.raises(SourceError, match="cannot be read"):
        file_sha256(tmp_path / "none")


SEEKABLE = [
    ("a.mp4", "libx264"),
    ("a.mkv", "libx265"),
    ("a.ts", "libx264"),
    ("a.webm", "libvpx-vp9"),
]


@pytest.mark.parametrize(("name", "codec"), SEEKABLE)
@pytest.mark.parametrize("fps", [2.5, 5, 25])
def test_stretches_of_a_recording_give_what_the_whole_gives(
    tmp_path: Path, name: str, codec: str, fps: float
) -> None:
    clip = render_clip(tmp_path / name, map(numbered, range(200)), codec=codec, g="20")
    whole = watch(clip, fps)
    seen: list[tuple[float, int]] = []
    counted = 0
    for start_s, end_s in ((0, 3), (3, 5), (5, float("inf"))):
        with open_video(clip) as video:
            for frame in video.stretch(fps, start_s, end_s, lead_s=1.5):
                if frame.time_s >= start_s:
                    seen.append((frame.time_s, number_of(frame.image)))
                else:
                    assert (frame.time_s, number_of(frame.image)) in whole
            counted += video.frames_decoded
            assert not video.uneven
    assert seen == whole and counted == 200


def test_a_recording_whose_clock_was_set_back_is_uneven(tmp_path: Path) -> None:
    pts = [*range(50), *range(50)]
    with open_video(render_clip(tmp_path / "a.h264", map(numbered, range(20)))) as video:
        list(video.frames())
        assert not video.uneven
    joined = tmp_path / "joined.ts"
    first = render_clip(tmp_path / "b.ts", map(numbered, range(50)), pts=pts[:50])
    joined.write_bytes(first.read_bytes() * 2)
    with open_video(joined) as video:
        list(video.frames())
        assert video.uneven
