"""A folder as one finds it on old disks: mostly broken, some of it good, generated cheaply.

``python -m tests.vision.bad_footage FOLDER COUNT`` makes one to try ``analyze`` on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.vision.clips import noisy, numbered, render_clip, render_sound
from vision.frames import Image

GOOD_SECONDS: Final = 2
# Out of a hundred; the rest is good.
SHARES: Final = {
    "empty": 16,
    "text": 14,
    "header": 12,
    "cut": 12,
    "cut_index": 8,
    "damaged": 6,
    "sound": 6,
    "noise": 10,
    "unreadable": 4,
    "link_to_nowhere": 2,
}


def good(folder: Path) -> dict[str, bytes]:
    """One small sound recording of each kind that is to be read as a whole."""
    frames = [numbered(index) for index in range(25 * GOOD_SECONDS)]
    stray = [n + (n > 20) * 40 for n in range(len(frames))]
    made = {
        "plain.mp4": render_clip(folder / "plain.mp4", frames),
        "plain.ts": render_clip(folder / "plain.ts", frames),
        "rotated.mp4": render_clip(folder / "rotated.mp4", frames, rotate=90),
        "uneven.mp4": render_clip(folder / "uneven.mp4", frames, pts=stray),
        "with-sound.mp4": render_clip(folder / "with-sound.mp4", frames, sound_s=GOOD_SECONDS),
    }
    return {name: path.read_bytes() for name, path in made.items()} | rare(folder)


def rare(folder: Path) -> dict[str, bytes]:
    """Ten bits a colour, interlaced, without a rate: 25 pictures a second all the same."""
    frames = [numbered(index) for index in range(25 * GOOD_SECONDS)]
    fields: dict[str, Any] = {"flags": "+ildct+ilme", "x264-params": "tff=1"}
    deep: dict[str, Any] = {"codec": "libx265", "pix_fmt": "yuv420p10le"}
    hevc: dict[str, Any] = {"codec": "libx265"}
    made = {
        "hevc.mp4": render_clip(folder / "hevc.mp4", frames, **hevc),
        "ten-bit.mp4": render_clip(folder / "ten-bit.mp4", frames, pix_fmt="yuv420p10le"),
        "ten-bit-hevc.mp4": render_clip(folder / "ten-bit-hevc.mp4", frames, **deep),
        "interlaced.ts": render_clip(folder / "interlaced.ts", frames, **fields),
        "no-rate.h264": render_clip(folder / "no-rate.h264", frames),
    }
    told = {name: path.read_bytes() for name, path in made.items()}
    return told | {"no-rate.avi": without_rate(folder / "rate.avi", frames)}


def without_rate(path: Path, frames: list[Image]) -> bytes:
    """An AVI whose header says 0 pictures a second, 0 microseconds a picture."""
    content = bytearray(render_clip(path, frames, codec="mjpeg").read_bytes())
    whole, stream = content.index(b"avih") + 8, content.index(b"strh") + 8
    content[whole : whole + 4] = bytes(4)
    content[stream + 20 : stream + 28] = bytes(8)
    return bytes(content)


def makers(folder: Path) -> dict[str, Callable[[Path], None]]:
    """What makes a file of each kind of fault at a path, by its name in ``SHARES``."""
    whole = render_clip(folder / "whole.ts", noisy(50)).read_bytes()
    indexed = render_clip(folder / "whole.mp4", noisy(50)).read_bytes()
    sound = render_sound(folder / "sound.mp4").read_bytes()
    damaged = bytearray(whole)
    for at in range(len(damaged) // 3, len(damaged) // 2, 97):
        damaged[at] ^= 0xFF
    return {
        "empty": lambda path: path.write_bytes(b"") and None,
        "text": lambda path: path.write_text("channel 3 was offline\n") and None,
        "header": lambda path: path.write_bytes(indexed[:512]) and None,
        "cut": lambda path: path.with_suffix(".ts").write_bytes(whole[: len(whole) // 2]) and None,
        "cut_index": lambda path: path.write_bytes(indexed[: len(indexed) // 2]) and None,
        "damaged": lambda path: path.with_suffix(".ts").write_bytes(bytes(damaged)) and None,
        "sound": lambda path: path.write_bytes(sound) and None,
        "noise": lambda path: path.write_bytes(os.urandom(4096)) and None,
        "unreadable": _unreadable,
        "link_to_nowhere": lambda path: path.symlink_to("gone.mp4"),
    }


def _unreadable(path: Path) -> None:
    """Nobody may read it; a folder in its place where the reader may do everything."""
    if os.geteuid() == 0:
        path.mkdir()
    else:
        path.write_bytes(b"x")
        path.chmod(0)


def make(folder: Path, count: int) -> dict[str, int]:
    """So many files in folders of a thousand; how many of each kind."""
    parts = folder.with_name(f"{folder.name}-parts")
    parts.mkdir(parents=True, exist_ok=True)
    sound, broken = good(parts), makers(parts)
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    made: dict[str, int] = {}
    for number in range(count):
        inside = folder / f"{number // 1000:02d}"
        inside.mkdir(parents=True, exist_ok=True)
        kind = kinds[number % 100] if number % 100 < len(kinds) else "good"
        if kind == "good":
            name = sorted(sound)[number % len(sound)]
            (inside / f"{number:05d}-{name}").write_bytes(sound[name])
        else:
            broken[kind](inside / f"{number:05d}-{kind}.mp4")
        made[kind] = made.get(kind, 0) + 1
    return made


if __name__ == "__main__":
    sys.stdout.write(f"{make(Path(sys.argv[1]), int(sys.argv[2]))}\n")
