"""CPU of our whole path for a frame with four heads, against ultralytics on the same detector.

    python -m benchmarks.detector [--model DIR] [--pairs 7] [--peer FILE.pt]

Ours: motion, letterbox, detector, suppression, four head crops, head states, tracker, rules.
The peer: ``YOLO(detector.pt).predict`` of the boxes alone. Both run in this process on one
thread, taking turns; the figure is process CPU time, so that a busy machine does not matter
much, and the ratio is the median over the pairs. Without ultralytics only ours is printed.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vision.detections import HEAD
from vision.detector import OpenVinoDetector
from vision.frames import Frame, Image
from vision.model import DEFAULT_MODEL, load_model
from vision.motion import MotionSensor
from vision.pipeline import Pipeline
from vision.rulepacks import load_pack
from vision.tracker import NearestTracker
from vision.video import open_video
from vision.zones import whole_picture

CLIP = Path(__file__).parent.parent / "sample_videos" / "range-no-hat.mp4"
FRAMES_A_TURN = 5
WARM_UP = 3


def four_heads() -> list[Image]:
    """720p pictures of four cooks: two sample pictures of two, side by side, cut to the cooks."""
    pictures = []
    with open_video(CLIP) as video:
        for frame in video.frames(6.0):
            half = frame.image[:, 160:800]
            both = np.hstack([half, half[:, ::-1]])
            pictures.append(np.ascontiguousarray(np.pad(both, ((90, 90), (0, 0), (0, 0)))))
    return pictures


def cpu_ms(turn: Callable[[Image], object], pictures: Sequence[Image]) -> float:
    """Process CPU milliseconds for each picture."""
    began = time.process_time()
    for picture in pictures:
        turn(picture)
    return (time.process_time() - began) / len(pictures) * 1000


class Ours:
    """The path of footage, frame after frame."""

    def __init__(self, model: Path) -> None:
        self.detector = OpenVinoDetector(load_model(model), threads=1)
        zones = [whole_picture("cooking")]
        pack = load_pack("strict").pack
        self.pipeline = Pipeline(self.detector, NearestTracker(), zones, pack)
        self.time_s = 0.0

    def whole(self, picture: Image) -> None:
        """From the decoded picture to the decision."""
        self.time_s += 0.2
        self.pipeline.step(Frame(picture, self.time_s))

    def detect(self, picture: Image) -> None:
        """Boxes and head states alone."""
        self.detector.detect(Frame(picture, 0.0))


class Moves:
    """Motion alone."""

    def __init__(self) -> None:
        self.sensor, self.time_s = MotionSensor(), 0.0

    def step(self, picture: Image) -> None:
        """One frame further."""
        self.time_s += 0.2
        self.sensor.step(picture, self.time_s)


def open_peer(weights: Path, input_px: int) -> Callable[[Image], object] | None:
    """``predict`` as its users call it, on one thread; None where it is not installed."""
    if not importlib.util.find_spec("ultralytics") or not weights.is_file():
        return None
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(1)
    network: Any = YOLO(str(weights))
    return lambda picture: network.predict(
        picture, imgsz=input_px, conf=0.35, device="cpu", verbose=False
    )


def measure(
    turns: Mapping[str, Callable[[Image], object]], pictures: Sequence[Image], pairs: int
) -> dict[str, list[float]]:
    """CPU-ms a frame of each, taking turns ``pairs`` times."""
    for turn in turns.values():
        cpu_ms(turn, pictures[:WARM_UP])
    figures: dict[str, list[float]] = {name: [] for name in turns}
    for k in range(pairs):
        at = k * FRAMES_A_TURN % (len(pictures) - FRAMES_A_TURN)
        for name, turn in turns.items():
            figures[name].append(cpu_ms(turn, pictures[at : at + FRAMES_A_TURN]))
    return figures


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    options.add_argument("--peer", type=Path)
    options.add_argument("--pairs", type=int, default=7)
    given = options.parse_args()
    bundle = load_model(given.model)
    ours, pictures = Ours(given.model), four_heads()
    found = ours.detector.detect(Frame(pictures[0], 0.0))
    print(f"{bundle.manifest.name}, {pictures[0].shape[1]}x{pictures[0].shape[0]}, ", end="")
    print(f"{int((found.class_id == HEAD).sum())} heads, {given.pairs} pairs, one thread")
    turns: dict[str, Callable[[Image], object]] = {
        "whole path": ours.whole,
        "detect": ours.detect,
        "motion": Moves().step,
    }
    peer = open_peer(given.peer or given.model / "detector.pt", bundle.manifest.detector.input_px)
    if peer:
        turns["ultralytics .pt predict"] = peer
    figures = measure(turns, pictures, given.pairs)
    for name, values in figures.items():
        spread = f"{min(values):6.1f} to {max(values):.1f}"
        print(f"{name:26s} {statistics.median(values):6.1f} CPU-ms a frame ({spread})")
    print(f"second looks: {ours.pipeline.looks.tiles} tiles in the whole path")
    if not peer:
        print(
            "ultralytics or its .pt is not there, so there is no ratio: pip install -e '.[train]'"
        )
        return
    for name in ("whole path", "detect"):
        pairs = zip(figures[name], figures["ultralytics .pt predict"], strict=True)
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        print(f"{name} / ultralytics: {ratio:.2f} (goal: at most 0.50)")


if __name__ == "__main__":
    main()
