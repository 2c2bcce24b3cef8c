"""What all cameras of a worker share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vision.config import WorkerConfig
from vision.detections import Detections
from vision.frames import Frame
from vision.live.clerk import Clerk
from vision.live.desk import Desk
from vision.live.hours import HourBook
from vision.live.metrics import Metrics
from vision.live.told import Book
from vision.second_look import Detector, consider


@dataclass(frozen=True, slots=True, eq=False)
class Tools:
    """``books`` are the open alerts of every camera; ``groups`` are cameras that see one place."""

    desk: Desk
    clerk: Clerk
    metrics: Metrics
    detector: Detector
    hours: HourBook
    worker: WorkerConfig
    books: dict[str, Book] = field(default_factory=dict)
    groups: Sequence[frozenset[str]] = ()


# OpenVINO's bindings set themselves up at the first inference, inside a C++ lock and while they let
# go of Python's: two threads that come there together wait for each other for ever (seen with
# 2026.4, both threads' stacks in gdb). So each thread's first inference is made alone.
FIRST_USE: Final = threading.Lock()


class PerThread:
    """One detector a thread, made when the thread first needs it: an engine serves one at once."""

    def __init__(self, make: Callable[[], Detector]) -> None:
        self._make = make
        self._own: Any = threading.local()

    def warm(self) -> None:
        """Make this thread's detector now rather than when it is waited for."""
        self._mine()

    def _mine(self) -> Detector:
        if not hasattr(self._own, "detector"):
            with FIRST_USE:
                made = self._make()
                # Of the shape that most cameras have, so that it is compiled for them already.
                made.detect(Frame(np.zeros((360, 640, 3), np.uint8), 0.0))
            self._own.detector = made
        mine: Detector = self._own.detector
        return mine

    def detect(self, frame: Frame) -> Detections:
        """What this frame shows."""
        return self._mine().detect(frame)

    def consider(self, frame: Frame) -> tuple[Detections, Detections]:
        """What this frame shows, and the animals that are too unsure to be told by it alone."""
        return consider(self._mine(), frame)
