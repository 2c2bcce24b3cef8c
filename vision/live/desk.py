"""One place for the newest picture of each camera; who has waited longest is served first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from typing import Final

from vision.live.picture import Picture

WAITS_S: Final = 1.0
Lost = Callable[[str, float], None]


@dataclass(slots=True)
class _Slot:
    picture: Picture | None = None
    waits_since_s: float = 0.0
    busy: bool = False


@dataclass(slots=True)
class Desk:
    """Between the threads that read cameras and those that look; ``lost`` hears of each drop."""

    lost: Lost = lambda _camera_id, _time_s: None
    _slots: dict[str, _Slot] = field(default_factory=dict)
    _guard: Condition = field(default_factory=Condition)

    def offer(self, camera_id: str, picture: Picture) -> None:
        """Leave the newest picture; one that still waited is dropped, its place in line kept."""
        with self._guard:
            slot = self._slots.setdefault(camera_id, _Slot())
            dropped = slot.picture
            if dropped is None:
                slot.waits_since_s = time.monotonic()
            slot.picture = picture
            self._guard.notify()
        if dropped is not None:
            self.lost(camera_id, picture.time_s)

    def take(self, timeout_s: float = WAITS_S) -> tuple[str, Picture] | None:
        """The picture of the camera that has waited longest and that nobody looks at now."""
        with self._guard:
            chosen = self._longest()
            if chosen is None:
                self._guard.wait(timeout_s)
                chosen = self._longest()
            if chosen is None:
                return None
            slot = self._slots[chosen]
            picture, slot.picture, slot.busy = slot.picture, None, True
            assert picture is not None
            return chosen, picture

    def done(self, camera_id: str) -> None:
        """The camera's next picture may be looked at."""
        with self._guard:
            slot = self._slots.get(camera_id)
            if slot:
                slot.busy = False
                if slot.picture is not None:
                    self._guard.notify()

    def remove(self, camera_id: str) -> None:
        """Forget a camera."""
        with self._guard:
            self._slots.pop(camera_id, None)

    def waiting(self) -> int:
        """How many pictures wait."""
        with self._guard:
            return sum(slot.picture is not None for slot in self._slots.values())

    def _longest(self) -> str | None:
        ready = [
            (slot.waits_since_s, camera_id)
            for camera_id, slot in self._slots.items()
            if slot.picture is not None and not slot.busy
        ]
        return min(ready)[1] if ready else None
