"""Whether a camera still shows what it was hung up to show: covered, blurred, moved, frozen.

A view is known by where its edges lie, averaged over the time in which all was well. Light
scales edges and people hide some of them for a while; a hand over the lens, grease on it or a
turned camera changes nearly all of them for good. By day and in infrared there are two views.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from zipfile import BadZipFile

import cv2
import numpy as np

from vision.detections import FloatArray, Mask
from vision.frames import Frame, Image
from vision.health import HealthSensor, Reading, State, thumbnail
from vision.whole import writing_whole

CHECKS_EVERY_S: Final = 1.0
# A view is only known after so long, and a trouble must last so long to be one.
LEARNS_S: Final = 60.0
HOLDS_S: Final = 20.0
ADAPTS_OVER_S: Final = 3600.0
SMALL_PX: Final = (160, 90)
SHARP_PX: Final = (320, 180)
SHARPEST_SHARE: Final = 0.02
BLOCK_PX: Final = 10
FLAT_LEVEL: Final = 4.0
COVERED_SHARE: Final = 0.85
BLURRED_SHARE: Final = 0.35
UNLIKE_BELOW: Final = 0.35
MOVED_SHARE: Final = 0.7
LEAST_TEXTURED: Final = 12
GREY_LEVEL: Final = 6.0
# Frozen but for a clock: hardly any block changes, and always the same ones.
CLOCK_FROZEN_AFTER_S: Final = 30.0
CLOCK_SHARE: Final = 0.06
CLOCK_LEVEL: Final = 0.25
CLOCK_BLOCK_PX: Final = 12

Mode = Literal["colour", "grey"]


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What matters of one picture: edges (90, 160), contrast of each block, sharpness."""

    edges: FloatArray
    flat: Mask
    sharp: float
    mode: Mode

    @classmethod
    def at(cls, image: Image) -> Glance:
        """Measure a picture."""
        small = cv2.resize(image, SMALL_PX, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
        across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
        edges = cv2.blur(cv2.magnitude(across, down), (3, 3))
        spread = float((small.max(axis=2).astype(np.int16) - small.min(axis=2)).mean())
        return cls(
            edges=np.asarray(edges, np.float32),
            flat=blocks(grey).std(axis=(1, 3)) < FLAT_LEVEL,
            sharp=sharpness(image),
            mode="grey" if spread < GREY_LEVEL else "colour",
        )


def sharpness(image: Image) -> float:
    """How hard the hardest edges are, in levels; a sensor's noise hardly counts."""
    middle = cv2.resize(image[:, :, 1], SHARP_PX, interpolation=cv2.INTER_AREA)
    bends = np.abs(cv2.Laplacian(cv2.blur(middle, (3, 3)), cv2.CV_32F)).ravel()
    most = max(1, int(bends.size * SHARPEST_SHARE))
    return float(np.partition(bends, -most)[-most:].mean())


def blocks(picture: FloatArray, side: int = BLOCK_PX) -> FloatArray:
    """(rows, side, columns, side) of an (h, w) picture, what does not fill a block left out."""
    rows, columns = (length // side for length in picture.shape)
    cut: FloatArray = picture[: rows * side, : columns * side]
    return cut.reshape(rows, side, columns, side)


@dataclass(slots=True, eq=False)
class View:
    """How the camera's picture usually is in one mode, after ``known_s`` of looking."""

    edges: FloatArray
    flat_share: float
    sharp: float
    known_s: float = 0.0

    def learn(self, glance: Glance, elapsed_s: float) -> None:
        """Average over what was seen so far, in the end over an hour."""
        if elapsed_s <= 0:
            return
        self.known_s += elapsed_s
        weight = np.float32(elapsed_s / min(self.known_s, ADAPTS_OVER_S))
        self.edges += (glance.edges - self.edges) * weight
        self.flat_share += (float(glance.flat.mean()) - self.flat_share) * float(weight)
        self.sharp += (glance.sharp - self.sharp) * float(weight)

    def trouble(self, glance: Glance) -> State:
        """What is wrong with a picture held against this view."""
        flat = float(glance.flat.mean())
        if flat >= COVERED_SHARE and flat > self.flat_share + 0.3:
            return "covered"
        unlike = self.unlike(glance)
        if glance.sharp < BLURRED_SHARE * self.sharp:
            return "blurred"
        return "moved" if unlike >= MOVED_SHARE else "ok"

    def unlike(self, glance: Glance) -> float:
        """The share of blocks with edges in the view where those of the picture lie elsewhere."""
        mine, theirs = blocks(self.edges), blocks(glance.edges)
        mine = mine - mine.mean(axis=(1, 3), keepdims=True)
        theirs = theirs - theirs.mean(axis=(1, 3), keepdims=True)
        power = (mine**2).sum(axis=(1, 3))
        textured = power >= np.quantile(power, 0.4)
        if int((power[textured] > 1).sum()) < LEAST_TEXTURED:
            return 0.0
        size = np.sqrt(power * (theirs**2).sum(axis=(1, 3)))
        alike = (mine * theirs).sum(axis=(1, 3)) / np.maximum(size, 1e-6)
        return float((alike[textured] < UNLIKE_BELOW).mean())


@dataclass(slots=True)
class Still:
    """Since when nothing has changed but a few blocks, always the same ones."""

    before: FloatArray | None = None
    changed: Mask | None = None
    since_s: float = 0.0

    def read(self, image: Image, time_s: float) -> float:
        """Seconds for which the picture has stood still but for a clock."""
        small = thumbnail(image).astype(np.float32)
        if self.before is None or self.before.shape != small.shape or self.changed is None:
            return self._begin(small, time_s)
        moved = blocks(np.abs(small - self.before), CLOCK_BLOCK_PX).mean(axis=(1, 3)) > CLOCK_LEVEL
        self.before = small
        self.changed = self.changed | moved
        if float(self.changed.mean()) > CLOCK_SHARE:
            return self._begin(small, time_s)
        return time_s - self.since_s

    def _begin(self, small: FloatArray, time_s: float) -> float:
        shape = blocks(small, CLOCK_BLOCK_PX).shape
        self.before, self.since_s = small, time_s
        self.changed = np.zeros((shape[0], shape[2]), np.bool_)
        return 0.0


@dataclass(slots=True)
class ViewSensor:
    """The state of a live camera's picture, frame by frame; ``views`` may outlive a restart."""

    views: dict[Mode, View] = field(default_factory=dict)
    _basic: HealthSensor = field(default_factory=HealthSensor)
    _still: Still = field(default_factory=Still)
    _last_s: float | None = None
    _suspected: tuple[State, float] = ("ok", 0.0)
    _told: tuple[State, float] = ("ok", 0.0)

    def read(self, frame: Frame) -> Reading:
        """The state at this frame, checked anew once a second."""
        basic = self._basic.read(frame)
        if basic.state != "ok":
            return basic
        if self._last_s is None or frame.time_s - self._last_s >= CHECKS_EVERY_S:
            self._check(frame)
        state, since_s = self._told
        since_s = frame.time_s if state == "ok" else since_s
        return Reading(state, since_s, basic.digest)

    def forget(self) -> None:
        """Learn the view anew: somebody has looked at it and drawn its zones."""
        self.views.clear()
        self._suspected = self._told = ("ok", 0.0)

    def _check(self, frame: Frame) -> None:
        elapsed_s = min(frame.time_s - (self._last_s or frame.time_s), 2 * CHECKS_EVERY_S)
        self._last_s = frame.time_s
        still_s = self._still.read(frame.image, frame.time_s)
        if still_s >= CLOCK_FROZEN_AFTER_S:
            self._told = ("frozen", frame.time_s - still_s)
            return
        glance = Glance.at(frame.image)
        view = self.views.get(glance.mode)
        if view is None:
            view = View(glance.edges.copy(), float(glance.flat.mean()), glance.sharp)
            self.views[glance.mode] = view
        self._hold(self._trouble(view, glance), frame.time_s)
        if self._suspected[0] == "ok":
            view.learn(glance, elapsed_s)

    def _trouble(self, view: View, glance: Glance) -> State:
        if view.known_s >= LEARNS_S:
            return view.trouble(glance)
        known = [other for other in self.views.values() if other.known_s >= LEARNS_S]
        # A new view that is all flat is a hand over the lens, not a change to infrared.
        flat = float(glance.flat.mean()) >= COVERED_SHARE
        return "covered" if flat and any(v.flat_share < 0.5 for v in known) else "ok"

    def _hold(self, state: State, time_s: float) -> None:
        """A trouble is told once it has lasted, and at once when it is over."""
        if (state == "ok") != (self._suspected[0] == "ok"):
            self._suspected = (state, time_s)
        since_s = self._suspected[1]
        if state == "ok":
            self._told = ("ok", time_s)
        elif time_s - since_s >= HOLDS_S:
            self._told = (state, since_s)


def save_views(views: dict[Mode, View], path: Path) -> None:
    """Keep what was learned for the next start."""
    columns = {
        f"{mode}_{name}": np.asarray(getattr(view, name), np.float32)
        for mode, view in views.items()
        for name in ("edges", "flat_share", "sharp", "known_s")
    }
    with writing_whole(path) as half, half.open("wb") as file:
        np.savez_compressed(file, **columns)  # type: ignore[arg-type]  # numpy types a flag beside


def load_views(path: Path) -> dict[Mode, View]:
    """What an earlier run learned; nothing when there is none or it is damaged."""
    modes: tuple[Mode, ...] = ("colour", "grey")
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {
                mode: View(
                    stored[f"{mode}_edges"],
                    *(float(stored[f"{mode}_{n}"]) for n in ("flat_share", "sharp", "known_s")),
                )
                for mode in modes
                if f"{mode}_edges" in stored
            }
    except (OSError, BadZipFile, ValueError, KeyError, EOFError):
        return {}
