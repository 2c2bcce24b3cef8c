"""What was observed, hour by hour, kept until the API has it, whatever dies meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import uuid4

from pydantic import ValidationError

from vision.exposure import Exposure
from vision.exposure_hours import HOUR, HOUR_S, ExposureIn, HourIn, Stretch, hours_of
from vision.strict import Strict
from vision.whole import writing_whole

# An hour is sent a last time when nothing can come to it any more.
SETTLED_AFTER: Final = timedelta(minutes=2)
PREFIX: Final = "exposure-"
MOST_HOURS_SENT: Final = 700


class _File(Strict):
    source: str
    cameras: dict[str, tuple[HourIn, ...]]


class HourBook:
    """The hours of all cameras of one run of the worker; ``source`` names the run."""

    def __init__(self, folder: Path, source: str | None = None) -> None:
        self.source = source or uuid4().hex
        self._path = folder / f"{PREFIX}{self.source}.json"
        self._hours: dict[str, dict[datetime, HourIn]] = {}
        self._unsure: list[tuple[str, Stretch]] | None = None
        self._guard = Lock()

    def note(self, camera_id: str, stretch: Stretch) -> None:
        """Add a short stretch of time in which a camera was to be watched."""
        with self._guard:
            if self._unsure is not None:
                self._unsure.append((camera_id, stretch))
            else:
                self._add(camera_id, stretch)

    def _add(self, camera_id: str, stretch: Stretch) -> None:
        known = self._hours.setdefault(camera_id, {})
        for hour in hours_of([stretch]):
            known[hour.hour_at] = _sum(known.get(hour.hour_at), hour)

    def hold_back(self, unsure: bool) -> None:
        """Keep apart what is noted from now on, or count what was kept apart after all."""
        with self._guard:
            if unsure:
                self._unsure = self._unsure or []
                return
            for camera_id, stretch in self._unsure or ():
                self._add(camera_id, stretch)
            self._unsure = None

    def drop_unsure(self, camera_id: str) -> None:
        """Another watched this camera meanwhile: what was kept apart of it does not count."""
        with self._guard:
            if self._unsure is not None:
                self._unsure = [one for one in self._unsure if one[0] != camera_id]

    def due(self, camera_id: str) -> ExposureIn | None:
        """What to send of a camera: its hours so far, the oldest first."""
        with self._guard:
            hours = sorted(self._hours.get(camera_id, {}).values(), key=lambda h: h.hour_at)
        if not hours:
            return None
        kept = tuple(hours[:MOST_HOURS_SENT])
        return ExposureIn(origin="camera", source=self.source, hours=kept)

    def taken(self, camera_id: str, sent: ExposureIn, now: datetime) -> None:
        """Forget the hours that the API has whole."""
        with self._guard:
            known = self._hours.get(camera_id, {})
            for hour in sent.hours:
                if hour.hour_at + HOUR + SETTLED_AFTER <= now:
                    known.pop(hour.hour_at, None)

    def cameras(self) -> list[str]:
        """Those of which something is to be sent."""
        with self._guard:
            return [camera_id for camera_id, hours in self._hours.items() if hours]

    def save(self) -> None:
        """Replace the file, or remove it when nothing is left; OSError when there is no room."""
        with self._guard:
            told = {camera: tuple(hours.values()) for camera, hours in self._hours.items() if hours}
        if not told:
            self._path.unlink(missing_ok=True)
            return
        with writing_whole(self._path) as half, half.open("w", encoding="utf-8") as file:
            file.write(_File(source=self.source, cameras=told).model_dump_json())
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def left_over(cls, folder: Path) -> Iterator[HourBook]:
        """The books of earlier runs that were not sent to their end."""
        for path in sorted(folder.glob(f"{PREFIX}*.json")):
            try:
                told = _File.model_validate_json(path.read_bytes())
            except (ValidationError, OSError):
                path.replace(path.with_suffix(".unreadable"))
                continue
            book = cls(folder, told.source)
            for camera_id, hours in told.cameras.items():
                book._hours[camera_id] = {hour.hour_at: hour for hour in hours}
            yield book


def _sum(known: HourIn | None, more: HourIn) -> HourIn:
    if known is None:
        return more
    scheduled_s = min(known.scheduled_s + more.scheduled_s, HOUR_S)
    return HourIn(
        hour_at=known.hour_at,
        scheduled_s=scheduled_s,
        effective_s=min(known.effective_s + more.effective_s, scheduled_s),
        hat_person_s=known.hat_person_s + more.hat_person_s,
        mask_person_s=known.mask_person_s + more.mask_person_s,
    )


def difference(now: Exposure, before: Exposure) -> Exposure:
    """What was observed since."""
    return Exposure(
        now.camera_s - before.camera_s, now.hat_s - before.hat_s, now.mask_s - before.mask_s
    )
