"""Against GStreamer's RTSP server, and over lines that break."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.live.seen import Listener
from tests.rtsp.servers import Line, Server, line_to, serving, why_not
from vision.live import stream
from vision.live.addresses import read_address
from vision.live.backoff import Redial
from vision.live.pieces import Ring
from vision.live.rewind import pictures_at, write_pieces
from vision.live.stream import keep_reading
from vision.video import open_video

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def camera() -> Iterator[Server]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with serving("gop=30", "fps=15") as server:
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of the product are ten seconds; a test need not wait for them."""
    monkeypatch.setattr(stream, "READS_WITHIN_S", 3.0)


class Quick(Redial):
    def delay_s(self, lasted_s: float) -> float:
        return 0.2


@contextmanager
def read(port: int, path: str = "h264", **how: Any) -> Iterator[Listener]:
    sink, quit = Listener(), threading.Event()
    address = read_address(f"rtsp://127.0.0.1:{port}/{path}", **how)
    thread = threading.Thread(target=keep_reading, args=(address, sink, quit, Quick()))
    thread.start()
    try:
        yield sink
    finally:
        quit.set()
        thread.join(15)
        assert not thread.is_alive()


def until(what: Callable[[], bool], within_s: float = 60.0) -> bool:
    """Wait for the other process; True when it came about."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if what():
            return True
        threading.Event().wait(0.05)
    return False


def more(sink: Listener, count: int = 10) -> bool:
    """Whether so many further pictures come."""
    before = len(sink.pictures)
    return until(lambda: len(sink.pictures) >= before + count)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_pictures_come_over_either_transport(camera: Server, transport: str) -> None:
    with read(camera.port, transport=transport) as sink:
        assert more(sink, 20)


def test_the_last_seconds_of_a_camera_become_a_clip_without_encoding(
    camera: Server, tmp_path: Any
) -> None:
    ring = Ring()
    with read(camera.port) as sink:
        assert more(sink, 75)
    for piece in sink.pieces:
        ring.add(piece)
    last_s = sink.pieces[-1].time_s
    write_pieces(ring.between(last_s - 3, last_s), tmp_path / "clip.mp4")
    with open_video(tmp_path / "clip.mp4") as video:
        shown = list(video.frames())
    assert len(shown) >= 30
    (frame,) = pictures_at(ring.between(last_s - 1, last_s), [last_s - 1])
    assert frame.image.std() > 1


def test_h265_is_read_too(camera: Server) -> None:
    with read(camera.port, "h265") as sink:
        assert more(sink, 10)
    assert sink.pieces[0].format.codec == "hevc"


def test_a_camera_that_is_killed_and_comes_back_is_seen_again() -> None:
    if why_not():
        pytest.skip("no server")
    with serving() as server, read(server.port) as sink:
        assert more(sink)
        server.kill()
        assert until(lambda: len(sink.reasons) >= 2)
        server.start()
        assert more(sink) and sink.connections >= 2


@pytest.fixture
def line(camera: Server) -> Iterator[Line]:
    with line_to(camera.port) as one:
        yield one


def test_a_line_that_says_nothing_any_more_is_given_up_and_taken_up_again(line: Line) -> None:
    with read(line.port) as sink:
        assert more(sink)
        line.fault = "stall"
        assert until(lambda: bool(sink.reasons), 30)
        line.fault = "none"
        assert more(sink)


def test_a_reset_line_is_taken_up_again(line: Line) -> None:
    with read(line.port) as sink:
        for _ in range(3):
            assert more(sink)
            line.break_off()
        assert more(sink) and sink.connections >= 4


def test_a_line_that_is_refused_is_tried_until_it_is_not(line: Line) -> None:
    line.fault = "refuse"
    with read(line.port) as sink:
        assert until(lambda: len(sink.reasons) >= 3)
        line.fault = "none"
        assert more(sink)


def test_garbage_on_the_line_ends_no_process_and_no_watching(line: Line) -> None:
    with read(line.port) as sink:
        assert more(sink)
        line.fault = "garbage"
        until(lambda: bool(sink.reasons), 8)
        line.fault = "none"
        line.break_off()
        assert more(sink, 20)


def test_a_slow_line_is_no_reason_to_stop(line: Line) -> None:
    with read(line.port) as sink:
        assert more(sink)
        line.fault = "slow"
        until(lambda: False, 3)
        line.fault = "none"
        line.break_off()
        assert more(sink)


@pytest.mark.parametrize("settings", [("fps=3", "gop=6"), ("fps=10", "gop=100")])
def test_slow_cameras_and_rare_keys_are_read(settings: tuple[str, ...]) -> None:
    if why_not():
        pytest.skip("no server")
    with serving(*settings) as server, read(server.port) as sink:
        assert more(sink, 8)
