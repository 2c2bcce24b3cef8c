"""What a camera is to be watched for: as the office has told, else as the file says."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from vision.alert import RulesRef
from vision.config import CameraConfig, TimeZone, ZoneConfig
from vision.errors import ConfigError
from vision.live.clocks import wall_at
from vision.presence import Present, present_at
from vision.rulepacks import load_pack, pack_names
from vision.thresholds import ThresholdedRules, Thresholds, no_thresholds, with_thresholds
from vision.zones import Zone, whole_picture


class Instructions(BaseModel):
    """``GET /api/v1/cameras/{id}/settings``; a newer office may tell more than is read here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    active: bool
    time_zone: TimeZone
    rules: RulesRef
    zones_version: int
    zones: tuple[ZoneConfig, ...]
    thresholds: Thresholds
    sha256: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Zones, rules and hours of one camera; ``zones_version`` is 0 until somebody drew zones."""

    zones: tuple[Zone, ...]
    rules: ThresholdedRules
    clock: tzinfo
    active: bool = True
    zones_version: int = 0

    def present(self, time_s: float) -> Present:
        """Which zones hold and which are closed at a monotonic time."""
        return present_at(self.zones, wall_at(time_s), self.clock)

    def scheduled(self) -> bool:
        """Whether anything is to be watched now."""
        now = self.present(time.monotonic())
        return any(zone.name in now.in_force for zone in self.zones if zone.type != "ignore")

    def attended(self) -> bool:
        """Whether people, and so light, are to be expected now."""
        now = self.present(time.monotonic())
        return bool(now.in_force - now.closed)


def duty_of(camera: CameraConfig, time_zone: str, told: Instructions | None) -> Duty:
    """Combine the file and the office; ConfigError for a rule pack that cannot be read."""
    if told is None:
        zones = camera.zones
        rules = with_thresholds(load_pack(camera.rules), no_thresholds())
        return Duty(_zones(zones), rules, ZoneInfo(time_zone))
    zones = told.zones if told.zones_version or not camera.zones else camera.zones
    name = told.rules.name if told.rules.name in pack_names() else camera.rules
    rules = with_thresholds(load_pack(name), told.thresholds)
    return Duty(_zones(zones), rules, ZoneInfo(told.time_zone), told.active, told.zones_version)


def _zones(zones: tuple[ZoneConfig, ...]) -> tuple[Zone, ...]:
    return tuple(zone.zone for zone in zones) or (whole_picture("cooking"),)


def read_instructions(content: bytes) -> Instructions:
    """The office's answer; ConfigError when this version cannot read it."""
    try:
        return Instructions.model_validate_json(content)
    except ValidationError as error:
        raise ConfigError("the settings that the API sent cannot be read; update watch") from error


def remembered(path: Path) -> Instructions | None:
    """What the office told last, for a start while it is away."""
    try:
        return read_instructions(path.read_bytes())
    except (OSError, ConfigError):
        return None
