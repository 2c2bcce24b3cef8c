"""The door to recordings: decoded as far as they go, each frame with its own time."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, cast

import av
import av.logging
import numpy as np

from vision.errors import SourceError
from vision.frames import Frame, Image
from vision.limits import MAX_PIXELS, check_size
from vision.pictures import read_picture as read_picture
from vision.sampling import Clock, ticks_passed

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer

# Playlists and concat lists are left out: a file that was handed in must not open others.
FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,asf,h264,hevc,mjpeg,ogg,dv"
)
OPEN_OPTIONS: Final = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
DEFAULT_GAP_S: Final = Fraction(1, 25)
# Declared and decoded lengths differ by a frame or two in sound recordings.
CUT_SHORT_S: Final = 0.5

# Decoders tell of damaged pictures in their log alone: it is read packet by packet.
av.logging.set_level(av.logging.ERROR)
av.logging.set_skip_repeated(False)
logging.getLogger("libav").addHandler(logging.NullHandler())
logging.getLogger("libav").propagate = False


class Video:
    """One recording, read once from its start; close it, or use it in ``with``.

    ``frames_decoded`` and ``frames_analysed`` count what was decoded and handed out;
    ``frames_skipped`` those whose time did not advance.
    """

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream) -> None:
        self._path = path
        self._container = container
        self._stream = stream
        # AVI stores no presentation times: with B-frames only the decoder's order is right.
        self._undated = container.format.name == "avi"
        self._clock = Clock(_seconds(stream.time_base), _frame_gap_s(stream))
        self._damaged_at_s: list[float] = []
        self._ended = False
        self.frames_decoded = 0
        self.frames_analysed = 0
        self._timed = self._decode()
        self._first = next(self._timed, None)
        if self._first is None:
            raise SourceError(f"{path} holds no picture that can be decoded; record it again")
        self.height, self.width = _upright_size(self._first[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def frames(self, fps: float | None = None) -> Iterator[Frame]:
        """Every frame, or the first at or after each tick k/fps, at presentation times."""
        if fps is not None and not 0 < fps <= 1000:
            raise ValueError(f"fps is {fps}; it must be more than 0 and at most 1000")
        rate = None if fps is None else Fraction(fps).limit_denominator(1_000_000)
        taken = -1
        for picture, time_s in self._from_first():
            if rate is not None:
                passed = ticks_passed(time_s, rate, self._clock.unit)
                if passed <= taken:
                    continue
                taken = passed
            self.frames_analysed += 1
            yield Frame(_bgr(picture), float(time_s))

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
            yield from packets
        except av.FFmpegError:
            self._damaged_at_s.append(self._now_s())
            yield None

    def _now_s(self) -> float:
        return float(self._clock.last_s or 0)

    @property
    def frames_skipped(self) -> int:
        """Frames left out because their time did not advance."""
        return self._clock.skipped

    @property
    def end_s(self) -> float:
        """Where the last decoded frame ends."""
        return float((self._clock.last_s or 0) + self._clock.gap_s)

    @property
    def duration_s(self) -> float:
        """The length the file declares; the length decoded so far when it declares none."""
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
            return f"the recording's clock jumps back at {self._clock.resets[0]:.1f} s"
        return None


def open_video(path: Path) -> Video:
    """The recording at ``path``, its first frame decoded, or SourceError."""
    _check_file(path)
    try:
        container = av.open(f"file:{path.absolute()}", options=dict(OPEN_OPTIONS))
    except (av.FFmpegError, ValueError, UnicodeError) as error:
        raise SourceError(
            f"{path} is not a video that can be opened, or its index is lost ({_reason(error)}); "
            "export it again as MP4"
        ) from error
    try:
        return _start(path, container)
    except av.FFmpegError as error:
        container.close()
        raise SourceError(f"{path} cannot be decoded ({_reason(error)})") from error
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


def _check_file(path: Path) -> None:
    try:
        if not path.exists():
            raise SourceError(f"there is no file {path}; check the path")
        if not path.is_file():
            raise SourceError(f"{path} is not a file; name the recordings in it")
        if not path.stat().st_size:
            raise SourceError(f"{path} is empty; copy it again")
        path.open("rb").close()
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read ({error}); check its rights") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _seconds(ratio: Any) -> Fraction:
    return Fraction(ratio.numerator, ratio.denominator) if ratio else Fraction(1, 1000)


def _frame_gap_s(stream: VideoStream) -> Fraction:
    """Seconds from one frame to the next, as the stream declares its rate."""
    rate = stream.guessed_rate or stream.average_rate
    gap_s = 1 / Fraction(rate.numerator, rate.denominator) if rate else DEFAULT_GAP_S
    return gap_s if 0 < gap_s <= 10 else DEFAULT_GAP_S


def declared_s(container: InputContainer, stream: VideoStream) -> float | None:
    """The length of the video track as the file's header gives it, None when it does not."""
    if stream.duration:
        return float(stream.duration * _seconds(stream.time_base))
    tag = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    # The whole file's length may be another track's; alone, it is the video's.
    alone = len(container.streams) == 1 and container.duration
    return container.duration / av.time_base if alone and container.duration else None


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
