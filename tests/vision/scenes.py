"""A kitchen floor drawn for tests, with sensor noise, and things that move over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from tests.factories import Box, make_detections
from vision.detections import Detections
from vision.frames import Frame, Image

WIDTH_PX, HEIGHT_PX = 960, 540
SPOT: Box = (400, 420, 424, 432)
Painter = Callable[[Image, float], None]


def floor(width: int = WIDTH_PX, height: int = HEIGHT_PX, seed: int = 3) -> Image:
    """Tiles with joints and stains, a darker wall behind, a bright counter."""
    random = np.random.default_rng(seed)
    rough = random.normal(0, 12, (-(-height // 6), -(-width // 6), 1))
    picture = 135 + np.kron(rough, np.ones((6, 6, 1)))[:height, :width]
    picture[::60] -= 45
    picture[:, ::60] -= 45
    picture[: height // 4] *= 0.6
    picture[height // 4 : height // 3, width // 8 : width // 2] += 60
    return np.broadcast_to(picture, (height, width, 3)).clip(0, 255).astype(np.uint8).copy()


def box_at(x: float, y: float, width: float, height: float) -> Box:
    """A box by its middle."""
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def fill(image: Image, box: Box, level: int) -> None:
    """Paint a box, cut at the edges of the picture."""
    left, top, right, bottom = (max(round(side), 0) for side in box)
    image[top:bottom, left:right] = level


@dataclass
class Scene:
    """Pictures of a floor at a steady rate; ``paint`` draws what is there at a time."""

    paint: Painter = lambda _image, _time_s: None
    fps: float = 5.0
    seconds: float = 7.0
    room: Image = field(default_factory=floor)
    noise: float = 3.0
    shift: Callable[[float], tuple[int, int]] = lambda _time_s: (0, 0)
    light: Callable[[float], float] = lambda _time_s: 1.0

    def picture(self, time_s: float) -> Image:
        """The picture at a time, before it was sampled by a camera."""
        image = self.room.copy()
        self.paint(image, time_s)
        return np.roll(image, self.shift(time_s), axis=(1, 0))

    def frames(self) -> Iterator[Frame]:
        """Each with noise of its own, the same on every run."""
        random = np.random.default_rng(11)
        grain = random.normal(0, self.noise, (*self.room.shape[:2], 1)).astype(np.int16)
        for k in range(int(self.seconds * self.fps)):
            time_s = k / self.fps
            clean = self.picture(time_s)
            if self.light(time_s) != 1:
                clean = (clean * self.light(time_s)).clip(0, 255).astype(np.uint8)
            fresh = np.roll(grain, random.integers(0, 500, 2), axis=(0, 1))
            yield Frame((clean + fresh).clip(0, 255).astype(np.uint8), time_s)


class Insists:
    """A detector that calls whatever stands at a place a rodent, sure of itself."""

    def __init__(self, where: Callable[[float], Box | None]) -> None:
        self._where = where

    def detect(self, frame: Frame) -> Detections:
        box = self._where(frame.time_s)
        return make_detections(*([box] if box else []), kind="rodent")
