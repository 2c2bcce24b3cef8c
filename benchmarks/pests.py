"""What second looks find and cost: small rats that run over pictures of empty rooms.

    python -m benchmarks.pests --data DIR [--model DIR] [--rooms 4]

Clips are made on the fly from held-out pictures below --data (rat-dpk, empty-rooms) and never
kept: rats of 1 to 4 % of the picture's length, by day and as a camera's infrared shows them,
at five frames a second, each clip with and without second looks. Then the same rooms without
rats: still, under a turning and a zooming camera. Prints clips with an episode, tiles and CPU.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from models.compose import cut_outs
from models.dataset import Picture, read_set
from models.episodes import Remembered
from models.looks import infrared
from models.pictures import CutOut, paste, read_image, resize, resize_mask
from vision import second_look
from vision.detector import open_detector
from vision.frames import Frame, Image
from vision.model import DEFAULT_MODEL, load_model
from vision.pipeline import Detector, Pipeline
from vision.rulepacks import load_pack
from vision.tracker import NearestTracker
from vision.zones import whole_picture

WIDTH_PX, HEIGHT_PX = 1280, 720
FPS = 5.0
SECONDS = 4.0
SHARES = (0.01, 0.02, 0.04)
SPEED_SHARE = 0.1
CUT_OUTS = 6
Move = Callable[[Image, float], Image]


@dataclass
class Outcome:
    """Of clips of one kind: how many there were, how many gave a pest, and what looking cost."""

    clips: int = 0
    with_pest: int = 0
    frames: int = 0
    tiles: int = 0
    cpu_s: float = 0.0

    def __str__(self) -> str:
        frames = max(self.frames, 1)
        return (
            f"{self.with_pest:3d} of {self.clips:3d} clips with a pest, "
            f"{self.tiles / frames:5.2f} tiles and {self.cpu_s / frames * 1000:5.1f} CPU-ms a frame"
        )


def room_of(picture: Picture) -> Image:
    """The middle of a picture as a camera of 720p shows it."""
    image = read_image(picture.path)
    scale = max(WIDTH_PX / image.shape[1], HEIGHT_PX / image.shape[0])
    large = resize(image, round(image.shape[1] * scale), round(image.shape[0] * scale))
    top, left = (large.shape[0] - HEIGHT_PX) // 2, (large.shape[1] - WIDTH_PX) // 2
    return large[top : top + HEIGHT_PX, left : left + WIDTH_PX].copy()


def with_rat(room: Image, rat: CutOut, share: float, time_s: float) -> Image:
    """The room with a rat that runs along the floor."""
    width = max(3, round(share * WIDTH_PX))
    height = max(2, round(width * rat.mask.shape[0] / rat.mask.shape[1]))
    image = room.copy()
    left = round((0.2 + SPEED_SHARE * time_s) * WIDTH_PX)
    top = round(0.8 * HEIGHT_PX + 0.01 * HEIGHT_PX * np.sin(5 * time_s))
    paste(image, resize(rat.image, width, height), resize_mask(rat.mask, width, height), left, top)
    return image


def filmed(paint: Callable[[float], Image], night: bool) -> Iterator[Frame]:
    """Frames with sensor noise; infrared looks are the same in every frame of a clip."""
    grain = np.random.default_rng(5).normal(0, 4, (HEIGHT_PX, WIDTH_PX, 1))
    for k in range(int(SECONDS * FPS)):
        image = paint(k / FPS)
        if night:
            image = infrared(image, np.random.default_rng(9))
        noisy = image + np.roll(grain, 37 * k, axis=1)
        yield Frame(noisy.clip(0, 255).astype(np.uint8), k / FPS)


def watch(frames: Sequence[Frame], detector: Detector, looks: int, outcome: Outcome) -> None:
    """Run a clip through the pipeline with at most so many looks a frame."""
    second_look.LOOKS_A_FRAME = looks  # type: ignore[misc]
    zone, pack = whole_picture("cooking"), load_pack("strict").pack
    pipeline = Pipeline(detector, NearestTracker(), [zone], pack)
    began = time.process_time()
    closed = [f for frame in frames for f in pipeline.step(frame).closed]
    outcome.cpu_s += time.process_time() - began
    rules = {f.setting.id for f in (*closed, *pipeline.finish())}
    outcome.clips += 1
    outcome.with_pest += bool(rules & {"pest_rodent", "pest_cockroach"})
    outcome.frames += len(frames)
    outcome.tiles += pipeline.looks.tiles


def turning(image: Image, time_s: float) -> Image:
    """The picture while the camera turns."""
    return np.roll(image, round(-0.04 * WIDTH_PX * time_s), axis=1)


def zooming(image: Image, time_s: float) -> Image:
    """The picture while the camera zooms in."""
    scale = 1 + 0.08 * time_s
    width, height = round(WIDTH_PX / scale), round(HEIGHT_PX / scale)
    top, left = (HEIGHT_PX - height) // 2, (WIDTH_PX - width) // 2
    return resize(image[top : top + height, left : left + width], WIDTH_PX, HEIGHT_PX)


EMPTY: dict[str, Move] = {
    "still": lambda image, _time_s: image,
    "turning": turning,
    "zooming": zooming,
}


def both_ways(title: str, clips: Iterator[list[Frame]], detector: Detector) -> None:
    """With and without second looks; a frame is looked at whole once for both."""
    ways = {"without": (0, Outcome()), "with": (2, Outcome())}
    for frames in clips:
        for looks, outcome in ways.values():
            watch(frames, Remembered(detector) if looks == 0 else detector, looks, outcome)
    for name, (_, outcome) in ways.items():
        print(f"{title:28s} {name:8s} second looks: {outcome}", flush=True)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    options.add_argument("--rooms", type=int, default=4)
    given = options.parse_args()
    bundle = load_model(given.model)
    print(f"{bundle.manifest.name} {bundle.manifest.version}, {WIDTH_PX}x{HEIGHT_PX}, {FPS} fps")
    detector = open_detector(bundle, threads=1)
    held_out = [p for p in read_set(given.data / "empty-rooms") if p.held_out]
    rooms = [room_of(p) for p in held_out[:: max(1, len(held_out) // given.rooms)]][: given.rooms]
    pests = (p for p in read_set(given.data / "rat-dpk") if p.held_out)
    rats = [rat for picture in pests for rat in cut_outs(picture, 1)][:CUT_OUTS]
    for share in SHARES:
        for look in ("by day", "infrared"):
            clips = with_rats(rooms, rats, share, look == "infrared")
            both_ways(f"rat of {share * WIDTH_PX:.0f} px, {look}", clips, detector)
    for name, move in EMPTY.items():
        both_ways(f"no rat, {name}", without_rats(rooms, move), detector)


def with_rats(
    rooms: Sequence[Image], rats: Sequence[CutOut], share: float, night: bool
) -> Iterator[list[Frame]]:
    """A clip for each room, with a rat of its own."""
    for room, rat in zip(rooms, rats, strict=False):
        yield list(filmed(partial(with_rat, room, rat, share), night))


def without_rats(rooms: Sequence[Image], move: Move) -> Iterator[list[Frame]]:
    """A clip of each room, the camera moving in this way."""
    for room in rooms:
        yield list(filmed(partial(move, room), False))


if __name__ == "__main__":
    main()
