"""Alert-free minutes that the office asked for: frames are taken while they pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from vision.frames import Image
from vision.sampling_minutes import FRAMES, MARGIN_S, MINUTE_S
from vision.snapshots import encode_snapshot

LEAST_FRAMES: Final = 4
MOST_WAITING: Final = 4
STEP_S: Final = MINUTE_S / FRAMES


class WantedMinute(BaseModel):
    """One item of ``GET /api/v1/samples/wanted``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    minute_at: AwareDatetime


class WantedMinutes(BaseModel):
    """The answer of ``GET /api/v1/samples/wanted``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    items: tuple[WantedMinute, ...]


@dataclass(slots=True)
class Minute:
    """One minute and its JPEG frames so far; ``busy`` once anything fell into it."""

    id: str
    begins_at: datetime
    frames: list[bytes] = field(default_factory=list)
    busy: bool = False

    @property
    def ends_at(self) -> datetime:
        """After its sixtieth second."""
        return self.begins_at + timedelta(seconds=MINUTE_S)

    def next_at(self) -> datetime:
        """When its next frame is to be taken."""
        return self.begins_at + timedelta(seconds=(len(self.frames) + 0.5) * STEP_S)


@dataclass(slots=True)
class Minutes:
    """The minutes asked of one camera; any thread may."""

    _minutes: dict[str, Minute] = field(default_factory=dict)
    _sent: set[str] = field(default_factory=set)
    _guard: Lock = field(default_factory=Lock)

    def ask(self, wanted: Iterable[WantedMinute], now: datetime) -> None:
        """Take up minutes that have not begun; what is past was not kept."""
        with self._guard:
            for one in wanted:
                if one.minute_at > now and one.id not in self._sent:
                    self._minutes.setdefault(one.id, Minute(one.id, one.minute_at))

    def look(self, image: Image, now: datetime) -> None:
        """Keep a frame of each minute that is due for one."""
        with self._guard:
            due = [m for m in self._minutes.values() if m.next_at() <= now < m.ends_at]
        for minute in due[:MOST_WAITING]:
            minute.frames.append(encode_snapshot(image))

    def disturb(self, at: datetime) -> None:
        """Something was told, or could not be judged, around that moment."""
        margin = timedelta(seconds=MARGIN_S)
        with self._guard:
            for minute in self._minutes.values():
                if minute.begins_at - margin <= at <= minute.ends_at + margin:
                    minute.busy = True

    def ready(self, now: datetime) -> list[Minute]:
        """The minutes that are over and free; those that are not free are forgotten."""
        settled = now - timedelta(seconds=2 * MARGIN_S)
        with self._guard:
            over = [m for m in self._minutes.values() if m.ends_at <= settled]
            for minute in over:
                if minute.busy or len(minute.frames) < LEAST_FRAMES:
                    self._drop(minute.id)
            return [m for m in over if m.id in self._minutes]

    def sent(self, minute_id: str) -> None:
        """The office has it, or will not have it."""
        with self._guard:
            self._drop(minute_id)

    def _drop(self, minute_id: str) -> None:
        self._minutes.pop(minute_id, None)
        self._sent.add(minute_id)
