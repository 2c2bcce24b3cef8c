"""The door to clips: the camera's own packets where a browser plays them, else H.264."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import av
import cv2
import numpy as np

from vision.alert import MAX_EVIDENCE_BYTES
from vision.containers import open_container
from vision.errors import SourceError
from vision.frames import Frame, Image
from vision.video import open_video

if TYPE_CHECKING:
    from av import Packet, VideoStream

# A clip that would begin this much early is encoded anew instead.
MAX_EARLY_S: Final = 10.0
PLAYABLE: Final = frozenset({"yuv420p", "yuvj420p"})
MAX_SIDE_PX: Final = 1920
TICKS_S: Final = 90_000
MP4_OPTIONS: Final = {"movflags": "+faststart", "fflags": "+bitexact"}
# One thread and no stamps of the moment: the same input gives the same bytes. The
# macroblock tree is off because its fast path reads memory it never set (seen with B-frames).
X264_OPTIONS: Final = {
    "preset": "veryfast",
    "crf": "23",
    "mbtree": "0",
    "threads": "1",
    "flags": "+bitexact",
}


def write_clip(source: Path, start_s: float, end_s: float, target: Path) -> None:
    """Write ``source`` from ``start_s`` to ``end_s`` as MP4, its own times from 0.

    H.264 is copied packet by packet from the keyframe before ``start_s``. SourceError
    when the source shows nothing then; OSError when ``target`` cannot be written.
    """
    start_s = max(0.0, start_s)
    if not _copy(source, start_s, end_s, target):
        with open_video(source) as video:
            encode_clip(source, video.between(start_s, end_s), target)


def _copy(source: Path, start_s: float, end_s: float, target: Path) -> bool:
    """Copy packets; False when they would not play, begin too early or weigh too much."""
    with open_video(source) as video:
        codec = video.stream.codec_context
        plain = codec.name == "h264" and codec.pix_fmt in PLAYABLE and not video.turned
        stamps = [video.stamp(time_s) for time_s in (start_s, end_s)]
        unit_s = video.unit_s
    start, end = stamps
    if not plain or start is None or end is None:
        return False
    early = int(MAX_EARLY_S / unit_s)
    # Some files land late when asked to jump; the second try begins well before.
    return any(
        _copy_from(source, from_pts, (start, end, early), target)
        for from_pts in (start, start - early)
    )


def _copy_from(source: Path, from_pts: int, span: tuple[int, int, int], target: Path) -> bool:
    with open_container(source) as container:
        stream = container.streams.video[0]
        with suppress(av.FFmpegError):
            container.seek(from_pts, stream=stream)
        packets = _from_keyframe(_readable(container.demux(stream)), *span)
        # Pictures shown before the keyframe lean on one that is not there.
        shown = [packet for packet in packets if (packet.pts or 0) >= (packets[0].pts or 0)]
        return bool(shown) and _remux(stream, shown, target)


def _readable(packets: Iterator[Packet[VideoStream]]) -> Iterator[Packet[VideoStream]]:
    """Packets up to the first place that cannot be read."""
    with suppress(av.FFmpegError):
        yield from packets


def _from_keyframe(
    stream: Iterator[Packet[VideoStream]], start: int, end: int, early: int
) -> list[Packet[VideoStream]]:
    """Packets from the last keyframe at or before ``start`` on, none if it is too far."""
    kept: list[Packet[VideoStream]] = []
    for packet in stream:
        if packet.pts is None or packet.dts is None:
            continue
        if packet.dts > end:
            break
        if packet.is_keyframe and (packet.pts <= start or not kept):
            kept = [packet]
        elif kept:
            kept.append(packet)
        if kept and (kept[0].pts or 0) < start - early:
            kept = []
    return kept if kept and (kept[0].pts or 0) <= start else []


def _remux(template: VideoStream, packets: list[Packet[VideoStream]], target: Path) -> bool:
    """Write the packets from time 0; False when MP4 does not take them or they are too many."""
    zero = packets[0].pts or 0
    try:
        with av.open(str(target), "w", format="mp4", options=dict(MP4_OPTIONS)) as sink:
            stream = sink.add_stream_from_template(template)
            for packet in packets:
                packet.pts, packet.dts = (packet.pts or 0) - zero, (packet.dts or 0) - zero
                packet.stream = stream
                sink.mux(packet)
    except (av.error.InvalidDataError, av.error.ArgumentError):
        return False
    return target.stat().st_size <= MAX_EVIDENCE_BYTES


def encode_clip(source: Path | str, frames: Iterator[Frame], target: Path) -> None:
    """Write frames of one size as H.264; SourceError, naming ``source``, when there are none."""
    first = next(frames, None)
    if first is None:
        raise SourceError(f"{source} shows nothing at the time of the clip; check its times")
    height, width = _browser_size(first.image).shape[:2]
    with av.open(str(target), "w", format="mp4", options=dict(MP4_OPTIONS)) as sink:
        stream = sink.add_stream("libx264", options=dict(X264_OPTIONS))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS_S)
        stream.codec_context.thread_count = 1
        for frame in chain([first], frames):
            sink.mux(stream.encode(_picture(frame, first)))
        sink.mux(stream.encode())


def _picture(frame: Frame, first: Frame) -> av.VideoFrame:
    picture = av.VideoFrame.from_ndarray(_browser_size(frame.image), format="bgr24")
    picture.pts = round((frame.time_s - first.time_s) * TICKS_S)
    picture.time_base = Fraction(1, TICKS_S)
    return picture


def _browser_size(image: Image) -> Image:
    """Even sides, the longer one at most 1920 px."""
    height, width = image.shape[:2]
    if max(height, width) > MAX_SIDE_PX:
        scale = MAX_SIDE_PX / max(height, width)
        size = (max(2, int(width * scale)), max(2, int(height * scale)))
        image = cast("Image", cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        height, width = image.shape[:2]
    return np.ascontiguousarray(image[: height - height % 2, : width - width % 2])
