"""Open a recording's container: local files only, known formats only, complaints caught."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import av
import av.logging
import numpy as np

from vision.detections import FloatArray
from vision.errors import SourceError
from vision.quiet import Group

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer

# Playlists and concat lists are left out: a file that was handed in must not open others.
FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,asf,h264,hevc,mjpeg,ogg,dv"
)
OPEN_OPTIONS: Final = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
# Whether a group is quiet shows in the two after it.
GROUPS_ON_S: Final = 10.0
SMALL_PX: Final = (160, 90)
DEFAULT_GAP_S: Final = Fraction(1, 25)
# A length that no recorder writes into one file comes of a flipped bit.
LONGEST_S: Final = 31 * 86400.0

# Decoders tell of damaged pictures in their log alone: it is read packet by packet.
av.logging.set_level(av.logging.ERROR)
av.logging.set_skip_repeated(False)
logging.getLogger("libav").addHandler(logging.NullHandler())
logging.getLogger("libav").propagate = False


def open_container(path: Path) -> InputContainer:
    """The container at ``path``, or SourceError in one sentence."""
    _check_file(path)
    try:
        return av.open(f"file:{path.absolute()}", options=dict(OPEN_OPTIONS))
    except (av.FFmpegError, ValueError) as error:
        raise SourceError(
            f"{path} is not a video that can be opened, or its index is lost ({reason_of(error)}); "
            "export it again as MP4"
        ) from error


def _open_file(file: IO[bytes]) -> InputContainer:
    try:
        return av.open(file, "r", options={"format_whitelist": FORMATS})
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SourceError(f"the header cannot be read ({reason_of(error)})") from error


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


def reason_of(error: Exception) -> str:
    """The library's words for it, without a path."""
    return getattr(error, "strerror", None) or type(error).__name__


def seconds(ratio: Any) -> Fraction:
    """A time base as a fraction of a second."""
    return Fraction(ratio.numerator, ratio.denominator) if ratio else Fraction(1, 1000)


def frame_gap_s(stream: VideoStream) -> Fraction:
    """Seconds from one frame to the next, as the stream declares its rate."""
    rate = stream.guessed_rate or stream.average_rate
    gap_s = 1 / Fraction(rate.numerator, rate.denominator) if rate else DEFAULT_GAP_S
    return gap_s if 0 < gap_s <= 10 else DEFAULT_GAP_S


def declared_s(container: InputContainer, stream: VideoStream) -> float | None:
    """The length of the video track as the file's header gives it, None when it does not."""
    told = _told_s(container, stream)
    return told if told and 0 < told <= LONGEST_S else None


def _told_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration:
        return float(stream.duration * seconds(stream.time_base))
    tag = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    # The whole file's length may be another track's; alone, it is the video's.
    alone = len(container.streams) == 1 and container.duration
    return container.duration / av.time_base if alone and container.duration else None


def declared_length_s(source: Path | IO[bytes]) -> float | None:
    """The length that a file's header gives, without decoding; SourceError when it cannot open."""
    with open_container(source) if isinstance(source, Path) else _open_file(source) as container:
        streams = container.streams.video
        return declared_s(container, streams[0]) if streams else None


def groups_of(path: Path, from_s: float, to_s: float) -> Iterator[Group]:
    """Each keyframe between these times, small and grey, with what is coded after it; all but it
    stays undecoded. Nothing for a recording whose pictures are not coded in order.
    """
    with open_container(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        if stream.codec_context.has_b_frames or not stream.time_base:
            return
        unit_s = seconds(stream.time_base)
        if from_s > 0:
            container.seek(int(from_s / unit_s) + (stream.start_time or 0), stream=stream)
        begins, small, sizes = 0, None, list[int]()
        for packet in container.demux(stream):
            if not packet.is_keyframe:
                sizes.append(packet.size)
                continue
            if packet.pts is None:
                return
            if (packet.pts - (stream.start_time or 0)) * unit_s > to_s + GROUPS_ON_S:
                return
            if small is not None:
                length_s = float((packet.pts - begins) * unit_s)
                yield Group(begins, packet.pts, length_s, small, tuple(sizes))
            begins, small, sizes = packet.pts, _small(packet), []


def _small(packet: Any) -> FloatArray:
    """The keyframe's brightness, (90, 160) levels; empty where it does not decode."""
    try:
        for picture in packet.decode():
            grey = picture.reformat(width=SMALL_PX[0], height=SMALL_PX[1], format="gray")
            return cast("FloatArray", grey.to_ndarray().astype(np.float32))
    except av.FFmpegError:
        pass
    return np.zeros((0, 0), np.float32)
