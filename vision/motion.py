"""What moved, told on a small grey picture: whether a pest is alive, and where to look again.

A still dark spot, a drain cover or a shadow is never a pest, however sure a detector is of
it; a rat moves, and moves alone. Everything is told in seconds and shares of the picture.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vision.blobs import Blobs, find_blobs, window
from vision.detections import FloatArray, IntArray, Mask, MotionState
from vision.frames import Image
from vision.shift import Still, explained_shift, unlike

LONG_SIDE: Final = 320
# Levels of grey that noise and compression do not reach after averaging.
LEVEL: Final = 12.0
RESTLESS: Final = 4.0
RESTLESS_OVER_S: Final = 10.0
# Levels a second by which the background follows, an approximated median (McFarlane and
# Schofield 1995): what stopped stays new for about a minute.
ADOPTS_PER_S: Final = 1.0
NEW_FOR_S: Final = 60.0
# Within less time a slow animal covers less than a pixel.
MOVES_OVER_S: Final = 0.4
MAX_GAP_S: Final = 1.0
# The background moves by less than a level in this time.
REFRESH_S: Final = 1.0
# A camera that moves changes most fields of a grid over the picture, a person a few.
FIELDS: Final = 4
FIELD_SHARE: Final = 0.003
FIELDS_CHANGED: Final = 9
# Share of the picture from which a change must be light.
FLOOD: Final = 0.25
# Share of the long side from which a thing is a person, a trolley or their shadow.
LARGE: Final = 0.15
# Share of a box that has to look unlike the background.
NEW_SHARE: Final = 0.2
# Agreement of the ground's pattern before and now, and the pixels needed to measure it.
SHINES_THROUGH: Final = 0.6
SHADOW_PX: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """What moved by one frame; sizes in small pixels, each ``step_px`` of the frame.

    told     False while light or the camera itself moves: nothing else may be read then
    moved    patches that changed within half a second
    changed  patches that are unlike the background: a wheel is a part of its trolley there
    new      (h, w) the same, pixel by pixel
    arrived  (h, w) the same, but only where no person or trolley was lately
    shift    (dx, dy) px of the frame by which the camera has moved the picture so far
    now, before   (h, w) the small picture and its background
    """

    step_px: int
    told: bool
    moved: Blobs
    changed: Blobs
    new: Mask
    arrived: Mask
    shift: tuple[float, float]
    now: FloatArray
    before: FloatArray

    def states(self, xyxy: FloatArray) -> IntArray:
        """MotionState of each (n, 4) box, px of the frame, (n,)."""
        if not self.told:
            return np.full(len(xyxy), MotionState.UNTOLD, np.int64)
        boxes = xyxy / np.float32(self.step_px)
        states = np.full(len(xyxy), MotionState.STILL, np.int64)
        part = self.changed.part_of_larger(boxes)
        states[self.moved.alone(boxes) & ~part] = MotionState.MOVES
        new = np.array([self.arrived[window(box)].mean() for box in boxes], np.float32)
        candidates = np.flatnonzero(new >= NEW_SHARE)
        if len(candidates):
            alone = find_blobs(self.arrived).alone(boxes[candidates])
            states[candidates[alone]] = MotionState.ARRIVED
        for row in np.flatnonzero(states != MotionState.STILL).tolist():
            if self._shines_through(boxes[row]):
                states[row] = MotionState.STILL
        return states

    def _shines_through(self, box: FloatArray) -> bool:
        """Whether the ground is still seen where it changed: a shadow, not a body.

        Light scales the steps from pixel to pixel, a body replaces them.
        """
        area = window(box)
        changed = self.new[area][:, 1:]
        if changed.sum() < SHADOW_PX:
            return False
        now, before = (np.diff(grey[area])[changed] for grey in (self.now, self.before))
        size = float(np.sqrt((now**2).sum() * (before**2).sum()))
        return size > 0 and float((now * before).sum()) / size >= SHINES_THROUGH

    def places(self) -> FloatArray:
        """(n, 4) px of the frame around each thing that moved and is smaller than a person."""
        if not self.told:
            return np.zeros((0, 4), np.float32)
        small = self.moved.sides <= LARGE * max(self.arrived.shape)
        extents: FloatArray = self.moved.extents[small] * np.float32(self.step_px)
        return extents


def small_grey(image: Image) -> tuple[FloatArray, int]:
    """The green channel averaged to about 320 px of length, and the pixels that make one."""
    longer, shorter = max(image.shape[:2]), min(image.shape[:2])
    step = min(max(1, round(longer / LONG_SIDE)), shorter)
    height, width = (side // step for side in image.shape[:2])
    green = image[: height * step, : width * step, 1].reshape(height, step, width, step)
    # Adding rows and then columns in whole numbers is ten times quicker than a mean.
    whole: type[np.unsignedinteger[Any]] = np.uint16 if step <= 16 else np.uint32
    rows = green[:, 0].astype(whole)
    for k in range(1, step):
        rows += green[:, k]
    total = rows[:, :, 0].copy()
    for k in range(1, step):
        total += rows[:, :, k]
    return total.astype(np.float32) / np.float32(step * step), step


def everywhere(changed: Mask) -> bool:
    """Whether an (h, w) mask is set in most parts of the picture."""
    height, width = (side // FIELDS for side in changed.shape)
    if not (height and width):
        return False
    fields = changed[: height * FIELDS, : width * FIELDS].reshape(FIELDS, height, FIELDS, width)
    return int((fields.mean(axis=(1, 3)) >= FIELD_SHARE).sum()) >= FIELDS_CHANGED


@dataclass(slots=True)
class Room:
    """What the camera shows while nothing moves, pixel by pixel of the small picture.

    restless    levels by which it usually changes: steam, screens, leaves
    crowded_s   when something as large as a person was last there
    still       the background of ``still_s``, made ready for comparing
    """

    background: FloatArray
    restless: FloatArray
    crowded_s: FloatArray
    still: Still
    still_s: float

    @classmethod
    def first_seen(cls, picture: Still, time_s: float) -> Room:
        """A room of which one picture is known."""
        grey = picture.grey
        never = np.full_like(grey, -np.inf)
        return cls(grey.copy(), np.zeros_like(grey), never, picture, time_s)

    @property
    def limit(self) -> FloatArray:
        """Levels from which a pixel has changed, (h, w)."""
        limit: FloatArray = np.maximum(np.float32(LEVEL), np.float32(RESTLESS) * self.restless)
        return limit

    def adopt(self, grey: FloatArray, before: FloatArray, time_s: float, elapsed_s: float) -> None:
        """Follow the picture slowly, and learn where it never rests."""
        most = np.float32(ADOPTS_PER_S * elapsed_s)
        self.background += np.clip(grey - self.background, -most, most)
        change = np.minimum(np.abs(grey - before), np.float32(2 * LEVEL))
        self.restless += (change - self.restless) * np.float32(elapsed_s / RESTLESS_OVER_S)
        if time_s - self.still_s >= REFRESH_S:
            self.still, self.still_s = Still.of(self.background.copy()), time_s

    def crowd(self, blobs: Blobs, time_s: float) -> None:
        """Remember where large things are: what they leave behind has not come by itself."""
        large = blobs.sides > LARGE * max(self.background.shape)
        if large.any():
            self.crowded_s[blobs.covers(large, self.background.shape)] = time_s

    def renew(self, picture: Still, time_s: float) -> None:
        """Take this picture for the room; what is in it may have come with the change."""
        self.background = picture.grey.copy()
        self.still, self.still_s = picture, time_s
        self.crowded_s[:] = time_s


@dataclass(slots=True)
class MotionSensor:
    """Watches one camera's frames in order; ``step`` tells what moved by each."""

    _recent: deque[tuple[float, Still]] = field(default_factory=deque)
    _room: Room | None = None
    _anchor: tuple[Still, tuple[float, float]] | None = None
    _shift: tuple[float, float] = (0.0, 0.0)

    def step(self, image: Image, time_s: float) -> Motion:
        """What moved by this frame; the first one tells nothing."""
        grey, step_px = small_grey(image)
        picture, room = Still.of(grey), self._room
        if room is None or room.background.shape != grey.shape:
            self._room = Room.first_seen(picture, time_s)
            self._anchor = picture, self._shift
            return self._begin(picture, step_px, time_s)
        limit = room.limit
        moved = unlike(grey, self._reference(time_s), limit)
        new = unlike(grey, room.still, limit)
        if self._upset(picture, moved, new, step_px):
            room.renew(picture, time_s)
            return self._begin(picture, step_px, time_s)
        return self._tell(picture, (moved, new), step_px, time_s)

    def _begin(self, picture: Still, step_px: int, time_s: float) -> Motion:
        """Compare with nothing before this frame, so nothing can be told by it."""
        self._recent = deque([(time_s, picture)])
        nothing, grey = np.zeros(picture.grey.shape, np.bool_), picture.grey
        blobs = find_blobs(nothing)
        return Motion(step_px, False, blobs, blobs, nothing, nothing, self._shift, grey, grey)

    def _reference(self, time_s: float) -> Still:
        """The latest picture that is old enough to compare with, else the oldest."""
        while len(self._recent) > 1 and self._recent[1][0] <= time_s - MOVES_OVER_S:
            self._recent.popleft()
        return self._recent[0][1]

    def _upset(self, picture: Still, moved: Mask, new: Mask, step_px: int) -> bool:
        """Whether the camera or the light has moved rather than something in the picture."""
        share = float(new.mean())
        if everywhere(new) and self._camera_moved(picture, share / 2, step_px):
            return True
        return bool(moved.mean() > FLOOD or share > 2 * FLOOD)

    def _camera_moved(self, picture: Still, most_left: float, step_px: int) -> bool:
        """Measure against the first picture while it is in sight, so that errors do not add up."""
        assert self._room is not None and self._anchor is not None
        for before, (x, y) in (self._anchor, (self._room.still, self._shift)):
            found = explained_shift(before, picture, self._room.limit, most_left)
            if found is not None:
                self._shift = x + found[0] * step_px, y + found[1] * step_px
                if before is not self._anchor[0]:
                    self._anchor = picture, self._shift
                return True
        return False

    def _tell(
        self, picture: Still, masks: tuple[Mask, Mask], step_px: int, time_s: float
    ) -> Motion:
        assert self._room is not None
        (last_s, last), (moved, new) = self._recent[-1], masks
        blobs, changed = find_blobs(moved), find_blobs(new)
        self._room.crowd(blobs, time_s)
        self._room.crowd(changed, time_s)
        arrived = new & (self._room.crowded_s < time_s - NEW_FOR_S)
        before = self._room.still.grey
        elapsed_s = min(time_s - last_s, MAX_GAP_S)
        self._room.adopt(picture.grey, last.grey, time_s, elapsed_s)
        self._recent.append((time_s, picture))
        shift, now = self._shift, picture.grey
        return Motion(step_px, True, blobs, changed, new, arrived, shift, now, before)
