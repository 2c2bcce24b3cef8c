"""The door to PyAV for what a bad line makes of a clip: strong compression, lost packets."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

import av
import numpy as np

from models.synthesis.sensor import Picture

Packet: TypeAlias = "av.Packet[av.VideoStream]"


def transmitted(
    pictures: Sequence[Picture], fps: int, crf: int, lost_share: float = 0.0, seed: int = 0
) -> list[Picture]:
    """The clip as it comes out of H.264 at a quality, a share of its packets lost on the way.

    The decoder smears on from what it has, as a receiver does; a key frame is never lost. Where
    nothing could be decoded, the picture before is shown again.
    """
    lost = np.random.default_rng(seed).random(len(pictures)) < lost_share
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    shown: list[Picture] = []
    for index, packet in enumerate(_packets(pictures, fps, crf)):
        frames = [] if lost[index] and not packet.is_keyframe else _decoded(decoder, packet)
        shown += frames or shown[-1:]
    return [shown[min(index, len(shown) - 1)] for index in range(len(pictures))]


def _packets(pictures: Sequence[Picture], fps: int, crf: int) -> Iterator[Packet]:
    encoder = av.CodecContext.create("libx264", "w")
    options = {"crf": str(crf), "preset": "veryfast", "tune": "zerolatency"}
    encoder.pix_fmt, encoder.options, encoder.thread_count = "yuv420p", options, 1
    encoder.time_base, encoder.framerate = Fraction(1, fps), Fraction(fps)
    encoder.gop_size = 2 * fps
    encoder.height, encoder.width = pictures[0].shape[:2]
    for index, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = index, encoder.time_base
        yield from encoder.encode(frame)
    yield from encoder.encode()


def _decoded(decoder: "av.VideoCodecContext", packet: Packet) -> list[Picture]:
    try:
        frames = decoder.decode(packet)
    except av.FFmpegError:
        return []
    return [np.ascontiguousarray(frame.to_ndarray(format="rgb24")) for frame in frames]
