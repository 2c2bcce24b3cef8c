"""What a camera sends and shows, made in the test: pieces, and clips of them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tests.vision.bundles import painted
from tests.vision.clips import numbered, render_clip
from vision.frames import Image
from vision.live.addresses import read_address
from vision.live.picture import Picture
from vision.live.pieces import NOTHING, Format, Piece, Wanted
from vision.live.stream import opened, pieces_of

H264 = Format("h264", Fraction(1, 25))
RED = ((60, 40, 120, 100), (0, 0, 255))


def piece(time_s: float, key: bool = False, size: int = 100, **changes: Any) -> Piece:
    """A piece that is never decoded."""
    stamp = round(time_s * 25)
    known = Piece(bytes(size), time_s, key, stamp, stamp, H264)
    return replace(known, **changes)


def group(start_s: float, count: int = 25, size: int = 100) -> list[Piece]:
    """A key and what leans on it, 25 a second."""
    return [piece(start_s + k / 25, k == 0, size) for k in range(count)]


def clip(folder: Path, images: Sequence[Image], step: int = 1, **options: Any) -> Path:
    """Images as a camera codes them, one every ``step``/25 s: a key a second, none out of order."""
    told = {"g": str(max(1, 25 // step)), "bf": "0", "preset": "ultrafast"} | options
    return render_clip(
        folder / f"camera-{len(images)}-{step}.mp4",
        images,
        pts=[k * step for k in range(len(images))],
        **told,
    )


def counted(count: int) -> list[Image]:
    """Pictures that tell their number; 0 to 255."""
    return [numbered(index % 256) for index in range(count)]


def kitchen(count: int, red: bool = True, seed: int = 3) -> list[Image]:
    """A room with a sensor's noise, and a head without a hat where ``red``."""
    random = np.random.default_rng(seed)
    room = painted(320, 192, *([RED] if red else [])).astype(np.int16)
    room[150:, ::16] += 60
    return [
        (room + random.integers(-5, 6, room.shape)).clip(0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def sent(path: Path, from_s: float | None = None) -> list[Piece]:
    """What a file would send as a camera, at once, as if it had come in from ``from_s`` on."""
    with opened(read_address(f"file:{path}")) as container:
        stream = container.streams.video[0]
        packets = (packet for packet in container.demux(stream) if packet.dts is not None)
        found = list(pieces_of(packets, stream))
    start_s = time.monotonic() if from_s is None else from_s
    zero = found[0].dts or 0
    return [
        replace(one, time_s=start_s + float(((one.dts or 0) - zero) * one.format.unit_s))
        for one in found
    ]


class Listener:
    """A sink that notes everything and decodes all, or nothing."""

    def __init__(self, decodes: bool = True) -> None:
        self.decodes = decodes
        self.pieces: list[Piece] = []
        self.pictures: list[Picture] = []
        self.connections = 0
        self.reasons: list[str] = []

    def opened(self) -> None:
        """One more connection."""
        self.connections += 1

    def take(self, piece: Piece) -> Wanted:
        """Note it."""
        self.pieces.append(piece)
        return Wanted((piece,)) if self.decodes else NOTHING

    def show(self, picture: Picture) -> None:
        """Note it."""
        self.pictures.append(picture)

    def lost(self, reason: str) -> None:
        """Note why."""
        self.reasons.append(reason)

    def gaps_s(self) -> Iterator[float]:
        """Seconds between pictures."""
        times = [picture.time_s for picture in self.pictures]
        return (b - a for a, b in itertools.pairwise(times))
