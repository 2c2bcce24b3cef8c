"""Clips rendered by the encoder itself, inside the test that needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np

from vision.frames import Image

WIDTH_PX, HEIGHT_PX, FPS = 160, 96, 25


def numbered(index: int, width: int = WIDTH_PX, height: int = HEIGHT_PX) -> Image:
    """A picture whose number can be read back after encoding: see ``number_of``."""
    image = np.full((height, width, 3), 30, np.uint8)
    for bit in range(8):
        if index >> bit & 1:
            image[: height // 2, bit * width // 8 : (bit + 1) * width // 8] = 220
    image[height // 2 :] = np.linspace(60, 200, width, dtype=np.uint8)[None, :, None]
    return image


def number_of(image: Image) -> int:
    """The number that ``numbered`` drew."""
    height, width = image.shape[:2]
    columns = [(2 * bit + 1) * width // 16 for bit in range(8)]
    return sum(int(image[height // 4, x].mean() > 125) << bit for bit, x in enumerate(columns))


def render_clip(
    path: Path,
    images: Iterable[Image],
    *,
    pts: Sequence[int] | None = None,
    codec: str = "libx264",
    rotate: int = 0,
    sound_s: float = 0,
    **options: str,
) -> Path:
    """Encode ``images`` at 25 fps, or at ``pts`` counted in 1/25 s; ``pix_fmt`` is an option."""
    pictures = list(images)
    pixels = options.pop("pix_fmt", None)
    if codec == "libx265":
        options["x265-params"] = "log-level=none"
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=FPS, options=options))
        stream.width, stream.height = width, height
        stream.pix_fmt = pixels or _pixel_format(codec, width, height)
        stream.codec_context.time_base = Fraction(1, FPS)
        stream.codec_context.thread_count = 1
        if rotate:
            stream.set_display_rotation(rotate)
        sound: Any = container.add_stream("aac", rate=8000) if sound_s else None
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number if pts is None else pts[number]
            frame.time_base = Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound:
            _add_silence(container, sound, sound_s)
    return path


def _pixel_format(codec: str, width: int, height: int) -> str:
    if codec == "mjpeg":
        return "yuvj420p"
    return "yuv444p" if width % 2 or height % 2 else "yuv420p"


def _add_silence(container: Any, stream: Any, seconds: float) -> None:
    for start in range(0, int(seconds * 8000), 1024):
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts = 8000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def render_sound(path: Path) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as container:
        _add_silence(container, container.add_stream("aac", rate=8000), 1)
    return path


def noisy(count: int, width: int = WIDTH_PX, height: int = HEIGHT_PX) -> list[Image]:
    """Moving noise: large packets, so that damage hits pictures and not headers."""
    base = np.random.default_rng(7).integers(0, 255, (height, width, 3), np.uint8)
    return [np.roll(base, 3 * index, axis=1) for index in range(count)]
