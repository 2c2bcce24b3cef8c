"""Which camera took which recording: one list for a whole archive, read from TOML.

Each entry matches recordings by the name they go by in the results; the first that matches
holds. ``*`` in a match runs over folders too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, model_validator

from vision.config import Name, TimeZone, ZoneConfig, load_camera, read
from vision.names import ZoneType
from vision.recorded import DEFAULT_TIME_ZONE
from vision.strict import Strict
from vision.zones import Zone, whole_picture


@dataclass(frozen=True, slots=True)
class Place:
    """What a recording shows: a camera by name and by its id in the API, and its zones."""

    zones: tuple[Zone, ...]
    camera: str | None = None
    camera_id: str | None = None
    started_at: datetime | None = None


class RecordingConfig(Strict):
    """The recordings of one camera; its zones by one of the three ways."""

    match: Annotated[str, Field(min_length=1, max_length=300)]
    camera: Name | None = None
    camera_id: Name | None = None
    camera_file: Path | None = None
    zones: tuple[ZoneConfig, ...] = ()
    zone_type: ZoneType | None = None
    started_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ways = (self.camera_file, self.zones, self.zone_type)
        if sum(bool(way) for way in ways) != 1:
            raise ValueError("give each recording one of camera_file, zones and zone_type")
        if self.started_at and any(sign in self.match for sign in "*?["):
            raise ValueError("started_at is of one recording: match it by its whole name")
        return self

    def place(self, folder: Path) -> Place:
        """As the analysis takes it; ``camera_file`` lies relative to ``folder``."""
        name, zones = self.camera, tuple(zone.zone for zone in self.zones)
        if self.camera_file:
            file = load_camera(folder / self.camera_file)
            name, zones = name or file.name, tuple(zone.zone for zone in file.zones)
        if self.zone_type:
            zones = (whole_picture(self.zone_type),)
        return Place(zones, name, self.camera_id, self.started_at)


class RecordingsFile(Strict):
    """What ``analyze --recordings FILE`` reads."""

    time_zone: TimeZone = DEFAULT_TIME_ZONE
    recordings: Annotated[tuple[RecordingConfig, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Places:
    """Where each recording was taken, and the zone that names without one are read in."""

    listed: tuple[tuple[str, Place], ...]
    time_zone: str = DEFAULT_TIME_ZONE

    @property
    def clock(self) -> ZoneInfo:
        """The zone of the walls' clocks."""
        return ZoneInfo(self.time_zone)

    def of(self, label: str) -> Place | None:
        """The first that matches, None when none does."""
        return next((place for match, place in self.listed if fnmatchcase(label, match)), None)


def everywhere(
    zones: Sequence[Zone], camera: str | None = None, camera_id: str | None = None
) -> Places:
    """Every recording is of one camera."""
    return Places((("*", Place(tuple(zones), camera, camera_id)),))


def load_places(path: Path) -> Places:
    """Read the list, or raise ConfigError with the line that is wrong."""
    file = read(RecordingsFile, path)
    listed = tuple((entry.match, entry.place(path.parent)) for entry in file.recordings)
    return Places(listed, file.time_zone)
