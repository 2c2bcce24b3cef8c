"""A source is read to its end, and on a live camera the end is only a fault."""

from pathlib import Path
from threading import Event, Thread

import pytest

from tests.live.seen import Listener, clip, counted
from tests.vision.clips import number_of
from vision.errors import SourceError
from vision.live.addresses import read_address
from vision.live.backoff import FIRST_DELAY_S, LONGEST_DELAY_S, Redial
from vision.live.stream import keep_reading, read_stream


class Patient(Listener):
    """Sets ``quit`` once enough has happened."""

    def __init__(self, quit: Event, pictures: int = 10**9, losses: int = 10**9) -> None:
        super().__init__()
        self._quit, self._pictures, self._losses = quit, pictures, losses

    def show(self, picture: object) -> None:
        super().show(picture)  # type: ignore[arg-type]  # a Picture
        if len(self.pictures) >= self._pictures:
            self._quit.set()

    def lost(self, reason: str) -> None:
        super().lost(reason)
        if len(self.reasons) >= self._losses:
            self._quit.set()


def at_once() -> Redial:
    class Now(Redial):
        def delay_s(self, lasted_s: float) -> float:
            return 0.0

    return Now()


def test_a_file_that_does_not_loop_is_read_once_at_its_own_pace(tmp_path: Path) -> None:
    path, sink = clip(tmp_path, counted(20)), Listener()
    read_stream(read_address(f"file:{path}?loop=0&speed=4"), sink, Event())
    assert [number_of(p.frame().image) for p in sink.pictures] == list(range(20))
    assert sink.pictures[-1].time_s - sink.pictures[0].time_s >= 0.18


def test_a_simulated_camera_begins_again_where_its_file_ends(tmp_path: Path) -> None:
    quit = Event()
    sink = Patient(quit, pictures=25)
    read_stream(read_address(f"file:{clip(tmp_path, counted(10))}?speed=20"), sink, quit)
    shown = [number_of(p.frame().image) for p in sink.pictures[:25]]
    assert shown == [*range(10), *range(10), *range(5)]
    assert all(gap > 0 for gap in sink.gaps_s())


def test_a_stream_that_ends_is_called_again(tmp_path: Path) -> None:
    quit = Event()
    sink = Patient(quit, losses=3)
    address = read_address(f"file:{clip(tmp_path, counted(25))}?speed=50&ends_after_s=0.05")
    keep_reading(address, sink, quit, at_once())
    assert sink.connections == 3 and sink.reasons == ["the stream ended"] * 3


def test_what_cannot_be_opened_is_tried_again_and_again_and_named_without_its_folder(
    tmp_path: Path,
) -> None:
    quit = Event()
    sink = Patient(quit, losses=4)
    keep_reading(read_address(f"file:{tmp_path}/none.mp4"), sink, quit, at_once())
    assert sink.connections == 0 and len(sink.reasons) == 4
    assert "none.mp4" in sink.reasons[0] and str(tmp_path) not in sink.reasons[0]


def test_a_file_without_video_says_so(tmp_path: Path) -> None:
    from tests.vision.clips import render_sound

    path = render_sound(tmp_path / "sound.mp4")
    with pytest.raises(SourceError, match="sends no video"):
        read_stream(read_address(f"file:{path}"), Listener(), Event())


def test_quitting_does_not_wait_for_the_camera(tmp_path: Path) -> None:
    quit, sink = Event(), Listener()
    address = read_address(
        f"file:{clip(tmp_path, counted(25))}?stalls_after_s=0.01&stalls_for_s=60"
    )
    thread = Thread(target=keep_reading, args=(address, sink, quit))
    thread.start()
    quit.set()
    thread.join(5.0)
    assert not thread.is_alive()


def test_waits_double_up_to_half_a_minute_and_begin_anew_after_a_good_connection() -> None:
    redial = Redial()
    delays = [redial.delay_s(0.0) for _ in range(12)]
    assert delays[0] <= FIRST_DELAY_S and LONGEST_DELAY_S / 2 <= delays[-1] <= LONGEST_DELAY_S
    assert redial.delay_s(60.0) <= FIRST_DELAY_S
