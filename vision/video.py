"""The door to recordings: decoded as far as they go, each frame with its own time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import av
import av.logging
import numpy as np

from vision.closing import Closing
from vision.containers import declared_s, frame_gap_s, open_container, reason_of, seconds
from vision.errors import SourceError
from vision.frames import Frame, Image
from vision.limits import MAX_PIXELS, check_size
from vision.pictures import read_picture as read_picture
from vision.quiet import Group, LeftOut
from vision.sampling import Clock, ticks_passed

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer

# Declared and decoded lengths differ by a frame or two in sound recordings.
CUT_SHORT_S: Final = 0.5
# Near the start it is cheaper to read on than to jump.
SEEK_WORTH_S: Final = 2.0
SEEK_LEADS_S: Final = (0.0, 10.0)


class Video(Closing):
    """One recording, read once from its start; close it, or use it in ``with``.

    ``frames_decoded`` and ``frames_analysed`` count what was decoded and handed out;
    ``frames_skipped`` those whose time did not advance; ``turned`` tells of a rotation.
    """

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream) -> None:
        self._path = path
        self._container = container
        self._stream = stream
        # AVI stores no presentation times: with B-frames only the decoder's order is right.
        self._undated = container.format.name == "avi"
        self._clock = Clock(seconds(stream.time_base), frame_gap_s(stream))
        self._damaged_at_s: list[float] = []
        self._ended = False
        self._left_out = LeftOut()
        self.frames_decoded = 0
        self.frames_analysed = 0
        self._timed: Iterator[tuple[VideoFrame, Fraction]] = self._decode()
        self._first = next(self._timed, None)
        if self._first is None:
            raise SourceError(f"{path} holds no picture that can be decoded; record it again")
        self.height, self.width = _upright_size(self._first[0])
        self.turned = bool(self._first[0].rotation)

    def close(self) -> None:
        """Let go of the file, and at once of what its decoder holds, tens of megabytes at 1080p."""
        self._timed, self._first = iter(()), None
        self._container.close()

    def leave_out(self, groups: Iterable[Group]) -> None:
        """Decode the keyframes of these groups alone; to be told before anything is read."""
        self._left_out = LeftOut(groups)

    def frames(self, fps: float | None = None) -> Iterator[Frame]:
        """Every frame, or the first at or after each tick k/fps, at presentation times."""
        rate = _rate(fps)
        taken = -1
        for picture, time_s in self._from_first():
            if rate is not None:
                passed = ticks_passed(time_s, rate, self._clock.unit)
                if passed <= taken:
                    continue
                taken = passed
            self.frames_analysed += 1
            yield Frame(_bgr(picture), float(time_s))

    def stretch(self, fps: float, start_s: float, end_s: float, lead_s: float) -> Iterator[Frame]:
        """What ``frames(fps)`` gives from ``start_s`` up to ``end_s``, after ``lead_s`` of lead.

        ``frames_decoded`` then counts the frames of the stretch alone, so those of neighbours add
        up. Only for recordings that are not ``uneven``: elsewhere a jump lands anywhere.
        """
        rate = _rate(fps)
        assert rate is not None
        if start_s > 0:
            self._go_to(max(start_s - lead_s, 0.0))
            self._damaged_at_s.clear()  # the decoder complains until it meets a keyframe
        counted, taken = 0, None
        for picture, time_s in self._from_first():
            if time_s >= end_s:
                break
            counted += time_s >= start_s
            passed = ticks_passed(time_s, rate, self._clock.unit)
            # Behind a jump, whether a frame is on a tick shows only against the one before it.
            due = time_s == 0 if taken is None else passed > taken
            taken = passed
            if due:
                yield Frame(_bgr(picture), float(time_s))
        self.frames_decoded = counted

    def between(self, start_s: float, end_s: float) -> Iterator[Frame]:
        """Every frame shown from ``start_s`` to ``end_s``, jumping there where the file can.

        Times are wrong behind a place where the recording's own clock was set back.
        """
        self._go_to(start_s)
        for picture, time_s in self._from_first():
            if time_s > end_s:
                return
            if time_s >= start_s:
                yield Frame(_bgr(picture), float(time_s))

    def _go_to(self, start_s: float) -> None:
        """Stand before ``start_s``: some files land late, so it is tried from further back."""
        for lead_s in SEEK_LEADS_S:
            if self._seek(start_s - lead_s):
                self._restart()
            if self._stands_before(start_s):
                return
        self._container.seek(self._stream.start_time or 0, stream=self._stream)
        self._restart()

    def _seek(self, time_s: float) -> bool:
        """Jump to the keyframe before ``time_s``; False where reading on is better."""
        target = self.stamp(time_s)
        if target is None or time_s < SEEK_WORTH_S:
            return False
        self._container.seek(target, stream=self._stream)
        return True

    def _stands_before(self, time_s: float) -> bool:
        return self._first is not None and self._first[1] <= time_s

    def _restart(self) -> None:
        self._clock.jump()
        self._timed = self._decode()
        self._first = next(self._timed, None)

    def stamp(self, time_s: float) -> int | None:
        """The pts shown at ``time_s``, None when the file stores no presentation times."""
        return None if self._undated else self._clock.stamp(time_s)

    def _from_first(self) -> Iterator[tuple[VideoFrame, Fraction]]:
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._timed

    def _decode(self) -> Iterator[tuple[VideoFrame, Fraction]]:
        size = (0, 0)
        for picture in self._pictures():
            self.frames_decoded += 1
            if size != (picture.width, picture.height):
                size = (picture.width, picture.height)
                check_size(*size, str(self._path))
            time_s = self._clock.read(picture.dts if self._undated else picture.pts)
            if time_s is not None:
                yield picture, time_s
        self._ended = True

    def _pictures(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            with av.logging.Capture() as complaints:
                try:
                    pictures = packet.decode() if packet else self._stream.decode(None)
                except av.FFmpegError:
                    pictures = []
                    complaints.append((av.logging.ERROR, "", "packet"))
            if complaints or (packet and packet.is_corrupt):
                self._damaged_at_s.append(self._now_s())
            yield from pictures

    def _packets(self) -> Iterator[Packet[VideoStream] | None]:
        """Packets to the end or to the first unreadable one; None asks for what is held back."""
        packets = self._container.demux(self._stream)
        try:
            yield from (packet for packet in packets if not self._left_out.skips(packet))
        except av.FFmpegError:
            self._damaged_at_s.append(self._now_s())
            yield None

    @property
    def stream(self) -> VideoStream:
        """The stream itself, for copying its packets."""
        return self._stream

    @property
    def header(self) -> dict[str, str]:
        """What the file says of itself; the video's own words win."""
        return {**self._container.metadata, **self._stream.metadata}

    @property
    def unit_s(self) -> Fraction:
        """Seconds of one pts."""
        return self._clock.unit

    def _now_s(self) -> float:
        return float(self._clock.last_s or 0)

    @property
    def frames_skipped(self) -> int:
        """Frames left out because their time did not advance."""
        return self._clock.skipped

    @property
    def uneven(self) -> bool:
        """Whether it must be read in one go: damage, a clock set back or stray times were met."""
        return bool(
            self._damaged_at_s or self._clock.resets or self._clock.skipped or self._undated
        )

    @property
    def end_s(self) -> float:
        """Where the last decoded frame ends."""
        return float((self._clock.last_s or 0) + self._clock.gap_s)

    @property
    def duration_s(self) -> float:
        """The length the file declares; the length decoded so far when it declares none.

        A transport stream declares none: what is told of it is how far its last stamp lies from
        its first, a day when a bit of it has flipped.
        """
        if self._ended and self._container.format.name == "mpegts":
            return self.end_s
        return declared_s(self._container, self._stream) or self.end_s

    @property
    def error(self) -> str | None:
        """One sentence about the damage met so far, None for a sound file."""
        if self._ended and self.end_s < self.duration_s - CUT_SHORT_S - float(self._clock.gap_s):
            return f"the recording ends at {self.end_s:.1f} s of {self.duration_s:.1f} s"
        if self._damaged_at_s:
            count, first_s = len(self._damaged_at_s), self._damaged_at_s[0]
            return f"{count} damaged packet(s), the first at {first_s:.1f} s; the rest was read"
        if self._clock.resets:
            return f"the recording's clock was set anew at {self._clock.resets[0]:.1f} s"
        return None


def open_video(path: Path) -> Video:
    """The recording at ``path``, its first frame decoded, or SourceError."""
    container = open_container(path)
    try:
        return _start(path, container)
    except av.FFmpegError as error:
        container.close()
        raise SourceError(f"{path} cannot be decoded ({reason_of(error)})") from error
    except BaseException:
        container.close()
        raise


def _start(path: Path, container: InputContainer) -> Video:
    if not container.streams.video:
        raise SourceError(f"{path} has no video in it; choose another file")
    stream = container.streams.video[0]
    codec = stream.codec_context
    if codec.width or codec.height:
        check_size(codec.width, codec.height, str(path))
    # One thread: measured 10-25 % less CPU a frame than AUTO, and cameras run side by side.
    codec.thread_count = 1
    codec.options = {"max_pixels": str(MAX_PIXELS)}
    return Video(path, container, stream)


def _rate(fps: float | None) -> Fraction | None:
    if fps is None:
        return None
    if not 0 < fps <= 1000:
        raise ValueError(f"fps is {fps}; it must be more than 0 and at most 1000")
    return Fraction(fps).limit_denominator(1_000_000)


def _upright_size(picture: VideoFrame) -> tuple[int, int]:
    """Height and width as shown."""
    turned = picture.rotation % 180 == 90
    return (picture.width, picture.height) if turned else (picture.height, picture.width)


def _bgr(picture: VideoFrame) -> Image:
    """(h, w, 3) uint8 BGR, turned as the recording says it is shown."""
    image = picture.to_ndarray(format="bgr24", threads=1)
    turns = round(picture.rotation / 90) % 4
    return cast("Image", np.ascontiguousarray(np.rot90(image, turns)) if turns else image)


def file_sha256(path: Path) -> str:
    """Hex digest of a file's content, read as a stream; SourceError when it cannot be."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}); check its rights") from error
