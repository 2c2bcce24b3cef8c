"""Whether the picture can be judged at all: a frozen or dark one earns no evidence."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

import numpy as np

from vision.frames import Frame, Image

# The last three are told of live cameras only: they need to know the view of an hour ago.
State = Literal["ok", "frozen", "dark", "blurred", "covered", "moved"]
STATES: Final[tuple[State, ...]] = get_args(State)

FROZEN_AFTER_S: Final = 5.0
FROZEN_LEVEL: Final = 0.02
DARK_LEVEL: Final = 12.0
DARK_CONTRAST: Final = 6.0
STEP: Final = 8


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time in one state that is not ok."""

    state: State
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The state at one frame, since when it holds, and a digest of the picture it was read from."""

    state: State
    since_s: float
    digest: int


def thumbnail(image: Image) -> Image:
    """Every eighth pixel of the green channel, enough to tell still from moving."""
    small: Image = np.ascontiguousarray(image[::STEP, ::STEP, 1])
    return small


def is_dark(small: Image) -> bool:
    """Black, or so nearly that nothing could be told: dim and without any contrast."""
    return float(small.mean()) < DARK_LEVEL and float(small.std()) < DARK_CONTRAST


def is_same(small: Image, previous: Image | None) -> bool:
    """Whether two pictures are one and the same; a live sensor always has some noise.

    A frozen picture that a recorder encodes again differs by 1 to 2 levels at each key picture. It
    cannot be told from a still room at night: there the encoder leaves out the noise between keys
    (0.00 to 0.02) and brings a little at each key (1.3 to 2). To be blind at night would be worse.
    """
    if previous is None or previous.shape != small.shape:
        return False
    return float(np.abs(small.astype(np.int16) - previous).mean()) < FROZEN_LEVEL


class Sensor(Protocol):
    """Tells at each frame, in the order of time, whether it can be judged."""

    def read(self, frame: Frame) -> Reading:
        """The state at this frame."""
        ...


class HealthSensor:
    """Reads the state of one source, frame by frame."""

    def __init__(self) -> None:
        self._previous: Image | None = None
        self._still_since_s: float | None = None

    def read(self, frame: Frame) -> Reading:
        """The state at this frame."""
        small = thumbnail(frame.image)
        if not is_same(small, self._previous):
            self._still_since_s = frame.time_s
        self._previous = small
        return Reading(*self._judge(small, frame.time_s), zlib.crc32(small.tobytes()))

    def _judge(self, small: Image, time_s: float) -> tuple[State, float]:
        if is_dark(small):
            return "dark", time_s
        since_s = time_s if self._still_since_s is None else self._still_since_s
        frozen = time_s - since_s >= FROZEN_AFTER_S
        return ("frozen", since_s) if frozen else ("ok", time_s)


class HealthLog:
    """Keeps the stretches that could not be judged."""

    def __init__(self) -> None:
        self._intervals: list[Interval] = []

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The stretches that were not ok, in order of time."""
        return tuple(self._intervals)

    def note(self, state: State, since_s: float, time_s: float) -> None:
        """One more frame in this state."""
        if state == "ok":
            return
        last = self._intervals[-1] if self._intervals else None
        if last and last.state == state and since_s - last.end_s <= FROZEN_AFTER_S:
            self._intervals[-1] = Interval(state, last.start_s, time_s)
        else:
            self._intervals.append(Interval(state, since_s, time_s))
